"""What a person took back is not entered again by a list that is sent a second time.

Whoever sends one says so (Guildhall-Unless-Withdrawn): what it enters is compared with what was
taken back in the same streams, and refused where it is that.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.contract.envelope import DomainEvent
from shared.errors import Conflict
from shared.eventstore.loaded import Loaded

CODE = "withdrawn-before"
NOT_SAID = frozenset(
    {"source_recorded_on", "spell", "on_roster", "dependant_id", "filed_by", "requested_by",
     "approved_by"}
)  # fmt: skip
"""Fields that follow from what stands and who asks: they are not of the row that is sent again."""


LoadMany = Callable[[Sequence[str]], Awaitable[Mapping[str, Loaded]]]


async def refuse_what_was_withdrawn(
    load_many: LoadMany, entering: Mapping[str, Iterable[DomainEvent]]
) -> None:
    """Raise Conflict `withdrawn-before` where an event, by its stream, says what was taken back
    there; its `errors` name the entry, and the person that it is about.

    What is read is what the decision read, or the append fails, which states the version.
    """
    found = await load_many(list(entering)) if entering else {}
    rows = [row for stream, loaded in found.items() for row in _rows(stream, loaded, entering)]
    if rows:
        raise withdrawn_before(rows[0]["entry"], rows)


def withdrawn_before(entry: str, rows: Sequence[dict[str, Any]] = ()) -> Conflict:
    """The refusal of what was taken back, `entry` or the like of it."""
    return Conflict(
        CODE,
        f"a person took it back: {entry}, {max(len(rows), 1)} in all",
        errors=rows,
        entry=entry,
    )


def _rows(
    stream: str, found: Loaded, entering: Mapping[str, Iterable[DomainEvent]]
) -> Iterator[dict[str, Any]]:
    gone = {_as_said(event): version for version, event in found.said_not_to_be()}
    for event in entering[stream] if gone else ():
        version = gone.get(_as_said(event))
        if version is not None:
            person = getattr(event, "person_id", None)
            about = {} if person is None else {"person_id": person}
            yield {"code": CODE, "entry": f"{stream}@{version}", **about}


def _as_said(event: DomainEvent) -> tuple[str, str]:
    """What somebody said by an event, without what followed from it."""
    return event.type_name(), event.model_dump_json(exclude=set(NOT_SAID))
