"""The workbook's charts: Excel's own, drawn from cells of its sheets."""

from collections.abc import Sequence
from typing import Any

from services.reporting.reports.document import FigureSheet

FIRST_FIGURE_ROW = 4
"""Of the summary sheet: where its figures begin, counted from 0."""


def add_charts(book: Any, name: str, summary: str, sheets: Sequence[FigureSheet]) -> None:
    """A sheet with a chart for each group of figures that has anything to show."""
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    bold = book.add_format({"bold": True})
    rows = {sheet.name: row for row, sheet in enumerate(sheets, start=FIRST_FIGURE_ROW)}
    groups = (
        ("节日慰问品(份)", [s for s in sheets if _portions(s)], "#3B6EA5"),
        ("其他慰问领取(名)", [s for s in sheets if _received(s)], "#7A5BA5"),
        ("会员增减(名)", [s for s in sheets if s.name in MOVEMENTS], "#5B8C5A"),
        ("慰问金与补助(名)", [s for s in sheets if _paid(s)], "#A5673B"),
        ("各项活动与会议(次)", [s for s in sheets if s.name in GATHERINGS], "#3B8EA5"),
    )
    top = 0
    for title, found, colour in groups:
        shown = [sheet for sheet in found if sheet.value]
        if not shown:
            continue
        page.write_string(top, 0, title, bold)
        for row, sheet in enumerate(shown, start=top + 1):
            page.write_string(row, 0, sheet.title)
            page.write_formula(row, 1, f"='{summary}'!C{rows[sheet.name] + 1}", None, sheet.value)
        chart = _chart(book, name, title, (top + 1, top + len(shown)), colour)
        page.insert_chart(top, 3, chart)
        top += len(shown) + 6
    page.set_column(0, 0, 26)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _chart(book: Any, name: str, title: str, rows: tuple[int, int], colour: str) -> Any:
    """Bars, one for each row of the table beside them."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": [name, rows[0], 0, rows[1], 0],
            "values": [name, rows[0], 1, rows[1], 1],
            "data_labels": {"value": True},
            "fill": {"color": colour},
            "gap": 60,
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 14}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False, "min": 0})
    chart.set_size({"width": 720, "height": 20 * (rows[1] - rows[0] + 6)})
    return chart


SUFFIXES = ("_members", "_others", "_workers", "_portions", "_amount")
MOVEMENTS = frozenset(
    {
        "members_joined_new",
        "members_transferred_in",
        "members_rejoined",
        "members_left",
        "members_transferred_out",
        "members_died",
        "members_retired_off_roll",
    }
)


GATHERINGS = frozenset(
    {
        "activities_held",
        "culture_activities",
        "matchmaking_sessions",
        "meetings_held",
        "members_congress_sessions",
        "staff_congress_sessions",
    }
)


def _received(sheet: FigureSheet) -> bool:
    name = sheet.name
    alone = name.startswith("gift_") and not name.endswith(SUFFIXES)
    return sheet.measure == "persons" and (alone or name in {"front_line_gifts", "birthday_cakes"})


def _portions(sheet: FigureSheet) -> bool:
    return sheet.name.startswith("gift_") and sheet.name.endswith("_portions")


def _paid(sheet: FigureSheet) -> bool:
    return sheet.name.startswith("claim_") and sheet.name.endswith("_paid")
