"""Which reports stand, and what is recorded when one is issued or takes another's place."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.reporting.queries.knowledge import Period
from shared.contract.envelope import DomainEvent
from shared.contract.reporting import (
    IssuedFigure,
    IssuedNarrative,
    ReportFile,
    ReportIssued,
    ReportKind,
    ReportSuperseded,
    Signer,
    SupersedeReason,
)
from shared.errors import Conflict, Unknown
from shared.eventstore.store import Write


class Issued(NamedTuple):
    """A report as our own store has it, and the version of its stream."""

    report_id: str
    kind: ReportKind
    period: Period
    superseded_by: str | None
    version: int


class Prepared(NamedTuple):
    """A report that can be issued: what it was made of and what it states, in contract terms."""

    kind: ReportKind
    period: Period
    known_at: int
    rules_version: str
    text_sha256: str
    files: tuple[ReportFile, ...]
    figures: tuple[IssuedFigure, ...]
    narratives: tuple[IssuedNarrative, ...]
    signers: tuple[Signer, ...]


class Replacing(NamedTuple):
    """The report whose place is taken, and why."""

    report_id: str
    reason: SupersedeReason


def folded(said: Mapping[str, tuple[Sequence[DomainEvent], int]]) -> dict[str, Issued]:
    """A union's reports by id, from the events of their streams and the streams' versions."""
    found: dict[str, Issued] = {}
    for events, version in said.values():
        for event in events:
            match event:
                case ReportIssued():
                    period = Period(event.period_from, event.period_to)
                    found[event.report_id] = Issued(
                        event.report_id, event.kind, period, None, version
                    )
                case ReportSuperseded() if event.report_id in found:
                    found[event.report_id] = found[event.report_id]._replace(
                        superseded_by=event.superseded_by
                    )
    return found


def current(reports: Mapping[str, Issued], report_id: str) -> Issued:
    """The report of this id, which no other has superseded. Raises Unknown `unknown-report`,
    Conflict `report-superseded`."""
    report = reports.get(report_id)
    if report is None:
        raise Unknown("unknown-report", f"no report {report_id} was issued")
    if report.superseded_by is not None:
        raise Conflict("report-superseded", f"{report_id} gave way to {report.superseded_by}")
    return report


def issue(
    reports: Mapping[str, Issued],
    prepared: Prepared,
    org_id: str,
    today: date,
    replacing: Replacing | None = None,
) -> list[Write]:
    """What to append so that the report is issued. One report of a kind and period stands.

    Refuses unknown-report, report-superseded, report-stands.
    """
    old = current(reports, replacing.report_id) if replacing else None
    before = [
        each
        for each in reports.values()
        if (each.kind, each.period) == (prepared.kind, prepared.period)
    ]
    stands = next((each for each in before if each.superseded_by is None), None)
    if stands is not None and (old is None or old.report_id != stands.report_id):
        raise Conflict(
            "report-stands",
            f"{stands.report_id} stands; supersede it, and say why",
            report_id=stands.report_id,
        )
    number = len(before) + 1
    report_id = f"{prepared.kind}.{prepared.period.first}.{prepared.period.last}.{number}"
    issued = _issued(prepared, org_id, today, report_id, replacing)
    writes = [Write(issued.stream_of(), 0, [issued])]
    if old is not None and replacing is not None:
        gone = ReportSuperseded(
            org_id=org_id,
            occurred_on=today,
            report_id=old.report_id,
            superseded_by=report_id,
            reason=replacing.reason,
        )
        writes.insert(0, Write(gone.stream_of(), old.version, [gone]))
    return writes


def _issued(
    prepared: Prepared, org_id: str, today: date, report_id: str, replacing: Replacing | None
) -> ReportIssued:
    return ReportIssued(
        org_id=org_id,
        occurred_on=today,
        report_id=report_id,
        period_from=prepared.period.first,
        period_to=prepared.period.last,
        known_at=prepared.known_at,
        sha256=prepared.text_sha256,
        format="md",
        kind=prepared.kind,
        rules_version=prepared.rules_version,
        files=prepared.files,
        figures=prepared.figures,
        narratives=prepared.narratives,
        signers=prepared.signers,
        supersedes=replacing.report_id if replacing else None,
    )
