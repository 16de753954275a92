"""Months attested (零报告), by subject: the evidence that a zero needs."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import PeriodAttested
from shared.contract.values import day_after


class Attestation(NamedTuple):
    """A month (`2022-02`) was attested in one subject, with how many incidents it had."""

    org_id: str
    subject: str
    month: str
    source: str
    incidents: int
    attested_on: date
    attested: UUID

    @property
    def whole_month(self) -> bool:
        """Whether it was signed on the month's last day or later; earlier it is about a part."""
        return (day_after(self.attested_on) or date.max).isoformat()[:7] > self.month


def _keys(event: PeriodAttested, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.subject, event.month, entry.envelope.source)]


def _attested(row: Attestation | None, event: PeriodAttested, entry: Entry, _: Key) -> Attestation:
    return Attestation(
        org_id=event.org_id,
        subject=event.subject,
        month=event.month,
        source=entry.envelope.source,
        incidents=event.incidents,
        attested_on=event.occurred_on,
        attested=entry.envelope.event_id,
    )


ATTESTATIONS = Projection(
    name="attestations",
    row=Attestation,
    key=("org_id", "subject", "month", "source"),
    on={PeriodAttested: changing(_keys, _attested)},
)
