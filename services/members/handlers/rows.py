"""Bulk commands: each row decided on what the rows before it left, all accepted or none."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.members.domain import person
from services.members.domain.person import Person, PersonEvent
from services.members.handlers.streams import Known, person_stream
from shared.errors import Refusal
from shared.eventstore.store import Write

Row = TypeVar("Row")


def decide_rows(
    org_id: str,
    known: Known,
    rows: Sequence[tuple[str, Row]],
    decide: Callable[[Person, str, Row], list[PersonEvent]],
) -> list[Write]:
    """Decide rows of (person id, row), in order.

    Raises the first row's refusal that there is, with every refused row in `errors` (`row` from 1,
    `code`, `detail`, `person_id`).
    """
    people, decided = dict(known.people), dict[str, list[PersonEvent]]()
    refused: list[tuple[int, str, Refusal]] = []
    for number, (person_id, row) in enumerate(rows, start=1):
        try:
            events = decide(people[person_id], person_id, row)
        except Refusal as refusal:
            refused.append((number, person_id, refusal))
            continue
        for event in events:
            people[person_id] = person.evolve(people[person_id], event)
        decided.setdefault(person_id, []).extend(events)
    if refused:
        raise _rows_refused(refused, len(rows))
    streams = {person_stream(org_id, each): events for each, events in decided.items()}
    return [Write(stream, known.versions[stream], events) for stream, events in streams.items()]


def _rows_refused(refused: list[tuple[int, str, Refusal]], total: int) -> Refusal:
    number, _, first = refused[0]
    return type(first)(
        first.code,
        f"{len(refused)} of {total} rows are refused, nothing was written;"
        f" row {number}: {first.detail}",
        errors=[
            {"row": row, "code": why.code, "detail": why.detail, "person_id": person_id}
            for row, person_id, why in refused
        ],
    )
