"""A month attested in one subject: a zero needs its evidence."""

from dataclasses import dataclass
from datetime import date

from services.events.commands.plans import AttestPeriod
from shared.contract.events import PeriodAttested
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Attestation:
    """A month attested in one subject, with how many incidents it had."""

    incidents: int


def evolve(_attestation: Attestation | None, event: PeriodAttested) -> Attestation:
    """The attestation after its only event."""
    return Attestation(event.incidents)


def attest_period(
    attestation: Attestation | None,
    command: AttestPeriod,
    org_id: str,
    today: date,
    *,
    reported: int,
) -> list[PeriodAttested]:
    """Attest a month that is over or current, with as many incidents as were `reported` in it.

    Refuses date-in-future, month-not-begun, period-attested, incidents-differ.
    """
    not_in_future(today, command.attested_on, command.source_recorded_on)
    if command.month > command.attested_on.isoformat()[:7]:
        raise Invalid("month-not-begun", f"{command.month} had not begun on {command.attested_on}")
    if attestation is not None:
        raise Conflict(
            "period-attested", f"{command.month} was attested before for {command.subject}"
        )
    if command.incidents != reported:
        raise Conflict(
            "incidents-differ",
            f"{command.incidents} incidents attested, {reported} reported in {command.month}",
            reported=reported,
        )
    return [
        PeriodAttested(
            org_id=org_id,
            occurred_on=command.attested_on,
            source_recorded_on=command.source_recorded_on,
            subject=command.subject,
            month=command.month,
            incidents=command.incidents,
        )
    ]
