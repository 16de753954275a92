"""The months attested: for each subject, that a month passed without an incident."""

from datetime import date

from guildhall.demo.script import Script, instant

SUBJECTS = ("safety", "public_opinion", "epidemic_control")


def add_attestations(script: Script) -> None:
    """Each month is attested at the start of the next; December on its last day."""
    for month in range(1, 13):
        on = date(2022, month + 1, 3) if month < 12 else date(2022, 12, 31)
        for minute, subject in enumerate(SUBJECTS):
            script.command(
                "chair",
                instant(on, f"08:{30 + minute}"),
                "events/attest-period",
                subject=subject,
                month=f"2022-{month:02d}",
                incidents=0,
                attested_on=on,
            )
