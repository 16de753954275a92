"""Issued reports: what each states, its files' checksums, and which report took its place."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing
from shared.contract.reporting import ReportIssued, ReportSuperseded


class IssuedReport(NamedTuple):
    """One report as it was issued; it stands while `superseded_by` is None.

    `figures` are its numbers as `name=value`, `files` are `format:sha256:bytes`, `signers` are
    `role:account`, `narratives` are `section:sha256:author:approver`. `issued_at` is the log_index
    of its event.
    """

    org_id: str
    report_id: str
    kind: str
    period_from: date
    period_to: date
    known_at: int
    rules_version: str
    figures: tuple[str, ...]
    files: tuple[str, ...]
    narratives: tuple[str, ...]
    signers: tuple[str, ...]
    supersedes: str | None
    issued_on: date
    issued_by: str
    issued: UUID
    issued_at: int
    superseded_by: str | None = None
    superseded_on: date | None = None
    superseded_for: str | None = None
    superseded: UUID | None = None


def _keys(event: ReportIssued | ReportSuperseded, _: Entry) -> Sequence[Key]:
    return [(event.org_id, event.report_id)]


def _issued(row: IssuedReport | None, event: ReportIssued, entry: Entry, key: Key) -> IssuedReport:
    return IssuedReport(
        org_id=key[0],
        report_id=key[1],
        kind=event.kind,
        period_from=event.period_from,
        period_to=event.period_to,
        known_at=event.known_at,
        rules_version=event.rules_version or "",
        figures=tuple(f"{each.figure}={each.value}" for each in event.figures),
        files=tuple(f"{each.format}:{each.sha256}:{each.bytes}" for each in event.files),
        narratives=tuple(
            f"{each.section}:{each.text_sha256}:{each.written_by}:{each.approved_by}"
            for each in event.narratives
        ),
        signers=tuple(f"{each.role}:{each.account}" for each in event.signers),
        supersedes=event.supersedes,
        issued_on=event.occurred_on,
        issued_by=entry.envelope.actor,
        issued=entry.envelope.event_id,
        issued_at=entry.log_index,
    )


def _superseded(
    row: IssuedReport | None, event: ReportSuperseded, entry: Entry, _: Key
) -> IssuedReport | None:
    if row is None:
        return None
    return row._replace(
        superseded_by=event.superseded_by,
        superseded_on=event.occurred_on,
        superseded_for=event.reason,
        superseded=entry.envelope.event_id,
    )


ISSUED_REPORTS = Projection(
    name="issued_reports",
    row=IssuedReport,
    key=("org_id", "report_id"),
    on={
        ReportIssued: changing(_keys, _issued),
        ReportSuperseded: changing(_keys, _superseded),
    },
    indexes=(Index(("org_id", "period_from")),),
)
