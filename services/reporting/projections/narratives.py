"""Narratives: what a section of a report says beside its numbers, by whom, approved by whom."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.reporting import NarrativeApproved, NarrativeWithdrawn, NarrativeWritten

NarrativeEvent = NarrativeWritten | NarrativeApproved | NarrativeWithdrawn


class Narrative(NamedTuple):
    """A narrative as last written: it stands in the report once `approved_by` another account, and
    until it is withdrawn. Its text is in `kept_texts`, under its checksum."""

    org_id: str
    narrative_id: str
    kind: str
    period_from: date
    period_to: date
    section: str
    text_sha256: str
    characters: int
    written_by: str
    written_on: date
    written: UUID
    approved_by: str | None = None
    approved_on: date | None = None
    approved: UUID | None = None
    withdrawn_on: date | None = None
    withdrawn: UUID | None = None


def _keys(event: NarrativeEvent, _: Entry) -> Sequence[Key]:
    return [(event.org_id, event.narrative_id)]


def _written(row: Narrative | None, event: NarrativeWritten, entry: Entry, key: Key) -> Narrative:
    return Narrative(
        org_id=key[0],
        narrative_id=key[1],
        kind=event.kind,
        period_from=event.period_from,
        period_to=event.period_to,
        section=event.section,
        text_sha256=event.text_sha256,
        characters=event.characters,
        written_by=entry.envelope.actor,
        written_on=event.occurred_on,
        written=entry.envelope.event_id,
    )


def _approved(
    row: Narrative | None, event: NarrativeApproved, entry: Entry, _: Key
) -> Narrative | None:
    if row is None or row.text_sha256 != event.text_sha256:
        return row
    return row._replace(
        approved_by=entry.envelope.actor,
        approved_on=event.occurred_on,
        approved=entry.envelope.event_id,
    )


def _withdrawn(
    row: Narrative | None, event: NarrativeWithdrawn, entry: Entry, _: Key
) -> Narrative | None:
    if row is None:
        return None
    return row._replace(withdrawn_on=event.occurred_on, withdrawn=entry.envelope.event_id)


NARRATIVES = Projection(
    name="narratives",
    row=Narrative,
    key=("org_id", "narrative_id"),
    on={
        NarrativeWritten: changing(_keys, _written),
        NarrativeApproved: changing(_keys, _approved),
        NarrativeWithdrawn: changing(_keys, _withdrawn),
    },
)
