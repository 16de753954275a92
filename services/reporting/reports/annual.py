"""The annual report (年度总结) as Markdown: the 2022 report's sentences, each number proven."""

from typing import Any

from services.reporting.queries.knowledge import Period
from services.reporting.reports.chapters import plan, problems, title_of, work_done
from services.reporting.reports.material import Material, collect
from services.reporting.reports.prose import Notes
from services.reporting.reports.tables import (
    account_table,
    counts_table,
    figures_table,
    findings_table,
    provenance,
)

CHAPTERS = (
    work_done,
    problems,
    plan,
    figures_table,
    counts_table,
    account_table,
    findings_table,
)
"""The report from top to bottom."""


async def annual_report(
    connection: Any, org_id: str, period: Period, at: int, as_of: str | None = None
) -> str:
    """The report of a period as known at `at`.

    The same question gives the same text, once what was known there has been judged; the text says
    how far that is.
    """
    return render(await collect(connection, org_id, period, at, as_of))


def render(material: Material) -> str:
    """The report's text."""
    notes = Notes(material.org_id, material.period, material.at, material.values)
    blocks = [title_of(material)]
    for chapter in CHAPTERS:
        blocks += chapter(material, notes)
    blocks += provenance(material)
    blocks.append("\n".join(notes.footnotes()))
    return "\n\n".join(blocks) + "\n"
