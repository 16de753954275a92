"""The report of a period: what would be issued, what was, and what became another number since."""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from services.console.backend import Answered
from services.console.console import Visit
from services.console.event_words import title_of
from services.console.navigation import _
from services.console.office_acts import named
from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page
from services.console.report_words import FORMATS, KINDS, REASONS, SECTIONS, SIGNERS
from services.console.tables import MEDIA_TYPES
from shared.errors import Invalid, Unknown

router = APIRouter()

Format = Literal["md", "docx", "xlsx", "pdf"]
MEDIA: dict[str, str] = {
    **MEDIA_TYPES,
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FILE_SECONDS = 180.0
"""How long a file may take: fonts are fetched when a PDF is first asked for."""

SAID = {
    "written": _("写下了一段文字，等另一人审定。"),
    "approved": _("审定了一段文字。"),
    "withdrawn": _("撤回了一段文字。"),
    "issued": _("签发了一份报告。"),
}
"""What was done on the page before."""


def kind_of(visit: Visit) -> str:
    """Which report of the period a page is about. Raises Unknown."""
    kind = visit.given("kind", "annual")
    if kind not in KINDS:
        raise Unknown("not-found", f"no report is of kind {kind!r}")
    return kind


@router.get("/{org}/{period}/report")
async def report(http: Request, visit: AtUnion) -> Response:
    """The report's page: preview, narratives, what was issued and whether its numbers still
    stand."""
    scope, kind = visit.scope, kind_of(visit)
    assert scope is not None
    written, issued, choices = await asyncio.gather(
        _narratives(visit, kind),
        visit.report("reports", as_of=scope.at),
        choices_of(visit),
    )
    own = [each for each in issued["reports"] if _is_of(each, scope.period, kind)]
    stands = next((each for each in own if each["superseded_by"] is None), None)
    drift = None
    if stands is not None:
        drift = await visit.report(f"reports/{stands['report_id']}/drift", as_of=scope.at)
    return page(
        http,
        "report/report.html",
        visit=visit,
        choices=choices,
        page_named="report",
        kind=kind,
        kinds=KINDS,
        sections=by_section(written) if kind == "annual" else [],
        waiting=[each for each in written if each["approved_by"] is None],
        own=own,
        others=[each for each in issued["reports"] if each not in own],
        more=issued["more"],
        stands=stands,
        moved=drift["moved"] if drift else [],
        formats=FORMATS,
        reasons=REASONS,
        said=SAID.get(visit.given("done"), ""),
    )


async def _narratives(visit: Visit, kind: str) -> list[dict[str, Any]]:
    if kind != "annual":
        return []
    assert visit.scope is not None
    answer = await visit.report("narratives", **visit.scope.question)
    found: list[dict[str, Any]] = answer["narratives"]
    return found


def _is_of(report: dict[str, Any], period: Any, kind: str) -> bool:
    days = (report["period_from"], report["period_to"])
    return report["kind"] == kind and days == (str(period.first), str(period.last))


def by_section(written: Iterable[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every section of the report in its order: its code, its title, what is written there."""
    found = {each["section"]: each for each in written}
    return [(code, title, found.get(code)) for code, title in SECTIONS.items()]


@router.get("/{org}/{period}/report/preview")
async def preview(http: Request, visit: AtUnion) -> Response:
    """The report's text as it would be issued, its numbers with their notes."""
    scope, kind = visit.scope, kind_of(visit)
    assert scope is not None
    layout, choices = await asyncio.gather(
        visit.report("report/layout", **scope.question, kind=kind), choices_of(visit)
    )
    return page(
        http,
        "report/preview.html",
        visit=visit,
        choices=choices,
        page_named="report/preview",
        kind=kind,
        layout=layout,
        sections=SECTIONS,
        formats=FORMATS,
    )


@router.get("/{org}/{period}/report/preview.{format_}")
async def preview_file(visit: AtUnion, format_: Format) -> Response:
    """The same as a file; nothing is recorded."""
    scope, kind = visit.scope, kind_of(visit)
    assert scope is not None
    content = await visit.bytes(
        "reporting",
        f"/v1/{scope.org}/report",
        seconds=FILE_SECONDS,
        **scope.question,
        format=format_,
        kind=kind,
    )
    said = scope.period.said.replace("..", "_")
    return _file(content, format_, f"{scope.org}-{said}-{kind}-preview-{scope.at}.{format_}")


@router.get("/{org}/{period}/report/issued/{report_id}")
async def issued(http: Request, visit: AtUnion, report_id: str) -> Response:
    """One issued report: its files and their hashes, who signed, its numbers as issued and now.
    Raises Unknown."""
    scope = visit.scope
    assert scope is not None
    name = named(report_id)
    found, drift, choices = await asyncio.gather(
        visit.report(f"reports/{name}"),
        visit.report(f"reports/{name}/drift", as_of=scope.at),
        choices_of(visit),
    )
    days = {"from": found["period_from"], "to": found["period_to"]}
    now = await visit.report("figures", **days, as_of=scope.at)
    return page(
        http,
        "report/issued.html",
        visit=visit,
        choices=choices,
        page_named=f"report/issued/{name}",
        report=found,
        moved=drift["moved"],
        numbers=numbers_of(found["figures"], now["figures"]),
        of_period=_is_of(found, scope.period, found["kind"]),
        title_of=title_of,
        kinds=KINDS,
        sections=SECTIONS,
        formats=FORMATS,
        signers=SIGNERS,
        reasons=REASONS,
    )


def numbers_of(stated: dict[str, int], figures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every number of a report beside what it is by now; `now` is None of a figure that is defined
    no more."""
    found = {each["figure"]: each for each in figures}
    return [
        {
            "figure": name,
            "title": found[name]["title"] if name in found else name,
            "unit": found[name]["unit"] if name in found else "",
            "scale": found[name]["scale"] if name in found else 0,
            "stated": value,
            "now": found[name]["value"] if name in found else None,
        }
        for name, value in stated.items()
    ]


@router.get("/{org}/{period}/report/issued/{report_id}/file.{format_}")
async def issued_file(visit: AtUnion, report_id: str, format_: Format) -> Response:
    """A file as it was issued, if it is what the event says of it. Raises Answered, Invalid."""
    scope = visit.scope
    assert scope is not None
    path = f"reports/{named(report_id)}"
    found, content = await asyncio.gather(
        visit.report(path),
        visit.bytes("reporting", f"/v1/{scope.org}/{path}/files/{format_}"),
    )
    stated = {each["format"]: each["sha256"] for each in found["files"]}.get(format_)
    if hashlib.sha256(content).hexdigest() != stated:
        raise Answered("reporting", 500, {"code": "file-differs"})
    return _file(content, format_, f"{scope.org}-{found['report_id']}.{format_}")


def _file(content: bytes, format_: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[format_], headers=headers)


def no_past(visit: Visit) -> None:
    """Nothing is written on a page of the past. Raises Invalid."""
    assert visit.scope is not None
    if visit.scope.past:
        raise Invalid("act-in-the-past", "an act is always now")
