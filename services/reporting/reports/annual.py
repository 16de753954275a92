"""The annual report (年度总结): the 2022 report's sentences in its order, each number proven."""

from datetime import UTC, datetime, time
from typing import Any

from services.reporting.queries.knowledge import Period
from services.reporting.reports.chapters import (
    closing,
    plan,
    problems,
    title_of,
    union_of,
    work_done,
)
from services.reporting.reports.document import Block, Document, FigureSheet, in_order
from services.reporting.reports.markdown import markdown
from services.reporting.reports.material import Material, collect
from services.reporting.reports.prose import Notes
from services.reporting.reports.provenance import provenance
from services.reporting.reports.tables import (
    account_table,
    counts_table,
    figures_table,
    findings_table,
)

CHAPTERS = (
    work_done,
    problems,
    plan,
    closing,
    figures_table,
    counts_table,
    account_table,
    findings_table,
    provenance,
)
"""The report from top to bottom: its text, and after the closing its annexes."""


async def annual_report(
    connection: Any, org_id: str, period: Period, at: int, as_of: str | None = None
) -> str:
    """The report of a period as known at `at`, as Markdown.

    The same question gives the same text, once what was known there has been judged; the text says
    how far that is.
    """
    return markdown(document_of(await collect(connection, org_id, period, at, as_of)))


def document_of(material: Material, sheets: tuple[FigureSheet, ...] = ()) -> Document:
    """The report, to be printed in any format; a workbook shows `sheets`."""
    notes = Notes(material.org_id, material.period, material.at, material.values)
    blocks: list[Block] = []
    for chapter in CHAPTERS:
        blocks += chapter(material, notes)
    last = datetime.combine(material.period.last, time(), UTC)
    return Document(
        title=title_of(material),
        union=union_of(material),
        dated=(material.sealed_at or last).astimezone(UTC).replace(microsecond=0),
        known_at=material.at,
        blocks=tuple(blocks),
        notes=in_order(notes.notes(), blocks),
        notes_heading="附件6 数字出处",
        sheets=sheets,
    )
