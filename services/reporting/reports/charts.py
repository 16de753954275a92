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
    rows = {sheet.name: row for row, sheet in enumerate(sheets, start=FIRST_FIGURE_ROW)}
    groups = (
        ("节日慰问品(份)", [s for s in sheets if _portions(s)], "#3B6EA5"),
        ("其他慰问领取(名)", [s for s in sheets if _received(s)], "#7A5BA5"),
        ("会员增减(名)", [s for s in sheets if s.name in MOVEMENTS], "#5B8C5A"),
        ("慰问金与补助(名)", [s for s in sheets if _paid(s)], "#A5673B"),
        ("各项活动与会议(次)", [s for s in sheets if s.name in GATHERINGS], "#3B8EA5"),
    )
    place = 0
    for title, found, colour in groups:
        shown = [sheet for sheet in found if sheet.value]
        if not shown:
            continue
        chart = book.add_chart({"type": "bar"})
        cells = [(sheet.title, rows[sheet.name]) for sheet in shown]
        first = 100 + place * 30
        for offset, (label, row) in enumerate(cells):
            page.write_string(first + offset, 0, label)
            value = shown[offset].value
            page.write_formula(first + offset, 1, f"='{summary}'!C{row + 1}", None, value)
        span = (first, first + len(cells) - 1)
        chart.add_series(
            {
                "name": title,
                "categories": [name, span[0], 0, span[1], 0],
                "values": [name, span[0], 1, span[1], 1],
                "data_labels": {"value": True},
                "fill": {"color": colour},
                "gap": 60,
            }
        )
        chart.set_title({"name": title, "name_font": {"size": 14}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
        chart.set_size({"width": 900, "height": 90 + 26 * len(cells)})
        page.insert_chart(place * 22, 0, chart)
        place += 1


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
