"""Which entry stands already, told with the refusal of what is said again: `stream@version`, as
withdraw-entries names it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shared.contract.envelope import DomainEvent
from shared.contract.stream_rules import ONCE
from shared.errors import Refusal
from shared.eventstore.loaded import Loaded

EXISTING: dict[str, tuple[type[DomainEvent], ...]] = {
    rule.code: tuple(cls for cls, each in ONCE.items() if each.code == rule.code)
    for rule in ONCE.values()
}
"""By the code of a refusal, the types one of which stands. The codes are those of the contract."""


@contextmanager
def telling_existing_entry(found: Mapping[str, Loaded]) -> Iterator[None]:
    """A refusal within that says in what it `differs` says of which `entry` of the streams, too;
    of several that it may be, of none."""
    try:
        yield
    except Refusal as why:
        _tell(why.facts, why.code, found)
        for row in why.errors:
            _tell(row, str(row.get("code", why.code)), found)
        raise


def _tell(said: dict[str, Any], code: str, found: Mapping[str, Loaded]) -> None:
    if "differs" not in said or "entry" in said:
        return
    person = said.get("person_id")
    named = [name for name in found if person is None or name.endswith(person)]
    if len(named) == 1 and (entry := existing_entry(named[0], found[named[0]], code)):
        said["entry"] = entry


def existing_entry(stream: str, found: Loaded, code: str) -> str | None:
    """The entry of a stream that a refusal of this code is about; None: it may be any of several
    that the stream holds side by side, or none is of its type."""
    types = EXISTING.get(code, ())
    gone = {version for version, _ in found.said_not_to_be()}
    events = [
        (version, event)
        for version, event in enumerate(found.events, start=1)
        if isinstance(event, types) and version not in gone
    ]
    parts = {field for cls in types for field in ONCE[cls].by} - {"spell"}
    if not events or (parts and len(events) > 1):
        return None
    return f"{stream}@{events[-1][0]}"
