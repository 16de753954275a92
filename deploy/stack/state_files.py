"""State files of a stack's directory: clock, person key, outside sources; made at first start."""

import secrets
from pathlib import Path

from shared.kafka.registrations import read_registrations
from shared.service.private_files import check_private, write_private

REAL, SIMULATED = "real", "simulated"
TEMPLATE = Path(__file__).with_name("sources.yaml")


class WrongClock(Exception):
    """The directory's records were made on the other kind of clock."""


def clock_of(directory: Path, simulated: bool | None) -> bool:
    """Whether this directory's records run on a simulated clock; settled at its first start.

    Raises WrongClock where `simulated` asks for the other: the two are never mixed.
    """
    file = directory / "clock"
    if not file.exists():
        file.write_text(f"{SIMULATED if simulated else REAL}\n", encoding="utf-8")
    kept = file.read_text(encoding="utf-8").strip() == SIMULATED
    if simulated is not None and simulated != kept:
        raise WrongClock(
            f"{directory} runs on a {SIMULATED if kept else REAL} clock, and the two are never"
            " mixed: choose another directory"
        )
    return kept


def person_key_in(directory: Path) -> str:
    """The key of the person records, 64 hex digits, in a file only its owner reads.

    Raises PermissionError where others could read it.
    """
    file = directory / "person-key"
    if not file.exists():
        write_private(file, secrets.token_hex(32).encode())
    check_private(file)
    return file.read_text(encoding="ascii").strip()


def sources_file_in(directory: Path) -> Path:
    """The register of outside sources, from the template where there is none yet."""
    file = directory / "sources.yaml"
    if not file.exists():
        file.write_bytes(TEMPLATE.read_bytes())
    return file


def source_names(file: Path) -> list[str]:
    """The names of the registered outside sources, for their topics: also of one that is registered
    wrongly, and is not heard until it is put right. Raises ValueError."""
    try:
        return read_registrations(file.read_text("utf-8")).names
    except ValueError as why:
        raise ValueError(f"{file}: {why}") from why
