"""Bulk commands: each row decided on what the rows before it left, all accepted or none."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from services.members import streams
from services.members.domain import person
from services.members.domain.person import PersonEvent, Record
from services.members.tables import rows_of
from shared.decider.row_refusals import refuse_rows, refused_row
from shared.errors import Refusal
from shared.eventstore.existing_entry import telling_existing_entry
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write
from shared.eventstore.write import state_of

Row = TypeVar("Row")

Decide = Callable[[Record | None, str, Row], Sequence[PersonEvent]]
"""(the person as the rows before left them, their id, the row) -> events, or a refusal."""


async def decide_rows(
    store: EventStore,
    org_id: str,
    rows: Sequence[tuple[str, Row]],
    decide: Decide[Row],
    precedence: Mapping[str, type[Refusal]],
) -> list[Write]:
    """The writes of rows (person id, row), decided in order.

    Raises the first refusal in `precedence` that any row has, with every refused row in `errors`
    (`row` from 1, `code`, `detail`, `person_id`).
    """
    named = {person_id: streams.person(org_id, person_id) for person_id, _ in rows}
    found = await store.load_many(list(named.values()))
    states = {each: state_of(person.evolve, found[stream]) for each, stream in named.items()}
    decided: dict[str, list[PersonEvent]] = {}
    refused = []
    for number, (person_id, row) in enumerate(rows, start=1):
        try:
            with telling_existing_entry({named[person_id]: found[named[person_id]]}):
                events = decide(states[person_id], person_id, row)
        except Refusal as why:
            row_told = refused_row(number, why.code, person_id=person_id, detail=why.detail)
            refused.append({**row_told, **why.facts})
            continue
        for event in events:
            states[person_id] = person.evolve(states[person_id], event)
        decided.setdefault(person_id, []).extend(events)
    refuse_rows(refused, precedence)
    return [
        Write(named[each], found[named[each]].version, events) for each, events in decided.items()
    ]


async def append_rows(
    store: EventStore,
    request: Request,
    writes: Sequence[Write],
    counted: str,
    link: str,
    *,
    also: Sequence[Also] = (),
) -> Reply:
    """Append what was decided; the reply has their number as `counted` and a link, no ids."""
    events = sum(len(write.events) for write in writes)
    reply = Reply(201, {"events": events, counted: len(writes), "link": link})
    return await store.append(request, writes, reply, [*rows_of(writes), *also])
