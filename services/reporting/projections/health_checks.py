"""Health checks (体检): how many were due, examined, re-examined. Counts only, never a result."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import HealthCheckArranged, HealthCheckReported


class HealthCheck(NamedTuple):
    """One health check; `examined` is None until its counts were reported."""

    org_id: str
    check_id: str
    source: str
    provider: str | None = None
    population: str | None = None
    people_due: int | None = None
    payer: str | None = None
    procurement_id: str | None = None
    arranged_on: date | None = None
    arranged: UUID | None = None
    examined: int | None = None
    reexaminations: int | None = None
    reported_on: date | None = None
    reported: UUID | None = None


def _keys(event: HealthCheckArranged | HealthCheckReported, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.check_id, entry.envelope.source)]


def _arranged(
    row: HealthCheck | None, event: HealthCheckArranged, entry: Entry, key: Key
) -> HealthCheck:
    return (row or HealthCheck(*key))._replace(
        provider=event.provider,
        population=event.population,
        people_due=event.people_due,
        payer=event.payer,
        procurement_id=event.procurement_id,
        arranged_on=event.occurred_on,
        arranged=entry.envelope.event_id,
    )


def _reported(
    row: HealthCheck | None, event: HealthCheckReported, entry: Entry, key: Key
) -> HealthCheck:
    return (row or HealthCheck(*key))._replace(
        examined=event.examined,
        reexaminations=event.reexaminations,
        reported_on=event.occurred_on,
        reported=entry.envelope.event_id,
    )


HEALTH_CHECKS = Projection(
    name="health_checks",
    row=HealthCheck,
    key=("org_id", "check_id", "source"),
    on={
        HealthCheckArranged: changing(_keys, _arranged),
        HealthCheckReported: changing(_keys, _reported),
    },
)
