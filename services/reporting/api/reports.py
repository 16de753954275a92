"""Routes about reports: a preview of what would be issued, what was issued, and its files."""

import hashlib
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from services.reporting.api.access import Asked, AsOf, Built, Org, Reader
from services.reporting.api.answers import figure_answer
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.figures import BY_NAME
from services.reporting.journal.kept_texts import kept_texts
from services.reporting.journal.log import last_index
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.queries.drift import Drifted, drift_of
from services.reporting.queries.knowledge import log_index_of
from services.reporting.queries.provability import source_checks, unfinished
from services.reporting.queries.reports import (
    LISTED_MAX,
    issued_report,
    issued_reports,
    narratives_of,
    numbers_of,
)
from services.reporting.reports.archive import kept_file
from services.reporting.reports.kinds import collect, document_of
from services.reporting.reports.layout import laid_out
from shared.contract.reporting import Format, ReportKind
from shared.contract.values import Slug
from shared.http.guard import Shares
from shared.http.problems import Json

router = APIRouter(tags=["reports"], route_class=FromProjections, dependencies=[Depends(fresh)])
kept = APIRouter(tags=["reports"])
"""What is answered from the archive: it changes with no projection."""

MEDIA: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_turns = Shares(1)
"""Of one person one preview: nobody alone fills the line before the press."""
Kind = Annotated[ReportKind, Query(description="which report of the period")]
ReportId = Annotated[Slug, Path(description="as the list of reports names it")]


@router.get("/v1/{org_id}/report")
async def preview(
    built: Built,
    reader: Reader,
    asked: Asked,
    format_: Annotated[Format, Query(alias="format")] = "md",
    kind: Kind = "annual",
) -> Response:
    """A report of the period as it would be issued, every number from the log; nothing is recorded.
    Its entity tag is the SHA-256 of its bytes."""
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        material = await collect(connection, kind, asked.org_id, asked.period, at, asked.as_of)
    async with _turns.of(reader.subject):
        files = await built.press.files(built.pool, material, (format_,))
    return _file(files[format_], format_, {"Guildhall-Known-At": str(at)})


@router.get("/v1/{org_id}/report/layout")
async def layout(built: Built, asked: Asked, kind: Kind = "annual") -> Json:
    """The same report as its parts, for a page: headings, paragraphs and tables in pieces of text,
    notes by number. `unproven` says which sources are not proven complete, `waiting` which sections
    wait for another person: either stands in the way of issuing it."""
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        material = await collect(connection, kind, asked.org_id, asked.period, at, asked.as_of)
        missing = unfinished(await source_checks(connection, asked.org_id))
    shown = msgspec.to_builtins(laid_out(document_of(material)))
    waiting = [each.section for each in material.narratives if each.approved_by is None]
    return Json(asked.head(at) | shown | {"unproven": missing, "waiting": waiting})


@router.get("/v1/{org_id}/reports")
async def list_reports(built: Built, _: Reader, org_id: Org, as_of: AsOf = None) -> Json:
    """Reports that were issued, the last first, each with its files' checksums and what took its
    place. `more`: there are older ones, which are asked for by an earlier `as_of`."""
    at = await log_index_of(built.pool, as_of)
    found = await issued_reports(built.pool, org_id, at)
    listed = [_answer(each) for each in found[:LISTED_MAX]]
    more = len(found) > LISTED_MAX
    return Json({"org_id": org_id, "known_at": at, "reports": listed, "more": more})


@router.get("/v1/{org_id}/reports/{report_id}")
async def show_report(built: Built, _: Reader, org_id: Org, report_id: ReportId) -> Json:
    """One report: what it states, who signed it, its files, what took its place. Refuses
    unknown-report."""
    report = await issued_report(built.pool, org_id, await last_index(built.pool), report_id)
    return Json(_answer(report) | {"figures": numbers_of(report)})


@router.get("/v1/{org_id}/reports/{report_id}/drift")
async def drift(
    built: Built, _: Reader, org_id: Org, report_id: ReportId, as_of: AsOf = None
) -> Json:
    """What a report states and what is another as known now or at `as_of`: the number as issued,
    as it is, and the lines that came and went since, each with the event that made it so. Refuses
    unknown-report."""
    at = await log_index_of(built.pool, as_of)
    async with built.pool.acquire() as connection:
        report = await issued_report(connection, org_id, await last_index(connection), report_id)
        moved = await drift_of(connection, org_id, at, report)
    return Json(
        {
            "org_id": org_id,
            "known_at": at,
            "report_id": report_id,
            "known_before": report.known_at,
            "moved": [_drifted(each) for each in moved],
        }
    )


@kept.get("/v1/{org_id}/reports/{report_id}/files/{format_}")
async def report_file(
    built: Built, _: Reader, org_id: Org, report_id: ReportId, format_: Format
) -> Response:
    """A file as it was issued, to the byte. Refuses unknown-report-file."""
    content = await kept_file(built.pool, org_id, report_id, format_)
    name = f"{org_id}-{report_id}.{format_}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _file(content, format_, headers)


@router.get("/v1/{org_id}/narratives")
async def list_narratives(built: Built, asked: Asked) -> Json:
    """What the sections of a period's annual report say beside their numbers: text, author, and who
    approved it (null: it waits for another person)."""
    at = await asked.at(built.pool)
    found = await narratives_of(built.pool, asked.org_id, at, "annual", asked.period)
    texts = await kept_texts(built.pool, asked.org_id, (each.text_sha256 for each in found))
    return Json(
        asked.head(at)
        | {
            "narratives": [
                {
                    "narrative_id": each.narrative_id,
                    "section": each.section,
                    "paragraphs": texts[each.text_sha256].split("\n"),
                    "text_sha256": each.text_sha256,
                    "written_by": each.written_by,
                    "written_on": each.written_on,
                    "approved_by": each.approved_by,
                    "approved_on": each.approved_on,
                }
                for each in found
            ]
        }
    )


def _file(content: bytes, format_: Format, headers: dict[str, str]) -> Response:
    digest = hashlib.sha256(content).hexdigest()
    return Response(content, media_type=MEDIA[format_], headers={**headers, "ETag": f'"{digest}"'})


def _answer(report: IssuedReport) -> dict[str, Any]:
    answer: dict[str, Any] = report._asdict()
    del answer["figures"]
    answer["issued"], answer["superseded"] = str(report.issued), _text(report.superseded)
    parts = [each.split(":") for each in report.files]
    answer["files"] = [{"format": f, "sha256": s, "bytes": int(n)} for f, s, n in parts]
    parts = [each.split(":") for each in report.narratives]
    names = ("section", "text_sha256", "written_by", "approved_by")
    answer["narratives"] = [dict(zip(names, each, strict=True)) for each in parts]
    parts = [each.split(":", 1) for each in report.signers]
    answer["signers"] = [{"role": role, "account": account} for role, account in parts]
    return answer


def _drifted(each: Drifted) -> dict[str, Any]:
    figure = BY_NAME.get(each.figure)
    told = figure_answer(figure) if figure else {"figure": each.figure, "title": None}
    lines = each.between.lines if each.between else []
    changed = each.between.changed if each.between else 0
    return told | {
        "stated": each.stated,
        "value": each.found,
        "lines": lines,
        "changed": changed,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
