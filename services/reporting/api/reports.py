"""Routes about reports: a preview of what would be issued, what was issued, and its files."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.reporting.api.access import Asked, AsOf, Built, Org, Reader
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.journal.kept_texts import kept_texts
from services.reporting.journal.log import last_index
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.queries.knowledge import log_index_of
from services.reporting.queries.reports import (
    LISTED_MAX,
    issued_report,
    issued_reports,
    narratives_of,
    numbers_of,
)
from services.reporting.reports.archive import kept_file
from services.reporting.reports.material import collect
from shared.contract.reporting import Format
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
ReportId = Annotated[Slug, Path(description="as the list of reports names it")]


@router.get("/v1/{org_id}/report")
async def preview(
    built: Built,
    reader: Reader,
    asked: Asked,
    format_: Annotated[Format, Query(alias="format")] = "md",
) -> Response:
    """The annual report as it would be issued, every number from the log; nothing is recorded. Its
    entity tag is the SHA-256 of its bytes."""
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        material = await collect(connection, asked.org_id, asked.period, at, asked.as_of)
    async with _turns.of(reader.subject):
        files = await built.press.files(built.pool, material, (format_,))
    return _file(files[format_], format_, {"Guildhall-Known-At": str(at)})


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


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
