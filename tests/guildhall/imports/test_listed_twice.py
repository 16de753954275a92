"""Of two rows about one thing that differ none goes in, and each names the other: of every kind."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.kinds import Kind, Row
from guildhall.imports.listed_twice import listed_once
from guildhall.imports.people import STAFF
from guildhall.imports.upload import Options, import_file
from tests.guildhall.imports.recording_client import RecordingClient


def listed(kind: Kind, *rows: dict[str, Any]) -> tuple[list[int], list[tuple[int, str]]]:
    once, refused = listed_once(kind, [Row(n, values) for n, values in enumerate(rows, start=2)])
    return [row.number for row in once], [(flaw.number, flaw.code) for flaw in refused]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_of_rows_with_one_key_that_differ_none_goes_in(kind: Kind) -> None:
    row = {column.field: "x" for column in kind.columns}
    other = {field: "x" if field in kind.key else "y" for field in row}
    third = dict.fromkeys(row, "z")
    assert set(row) > set(kind.key), "a key is not all of a row"
    assert listed(kind, row, third, other) == (
        [3], [(2, "listed-differently"), (4, "listed-differently")],
    )  # fmt: skip
    assert listed(kind, row, row, other)[0] == [], "nor where two of three agree"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_same_said_twice_goes_in_once_and_is_told(kind: Kind) -> None:
    row = {column.field: "x" for column in kind.columns}
    assert listed(kind, row, dict(row)) == ([2], [(3, "listed-twice")])


def test_each_names_the_other_and_no_cell(tmp_path: Path) -> None:
    _, refused = listed_once(
        STAFF,
        [Row(2, {"employee_no": "7", "name": "甲"}, "一部"),
         Row(5, {"employee_no": "7", "name": "乙"}, "二部")],
    )  # fmt: skip
    assert ["二部!5" in refused[0].title, "一部!2" in refused[1].title] == [True, True]
    assert not any(cell in flaw.title for flaw in refused for cell in "甲乙7")


async def test_two_people_of_one_number_are_both_refused_and_nobody_is_registered(
    tmp_path: Path,
) -> None:
    lines = [
        "工号,姓名,性别,出生月份,入职日期", "7,甲,女,3,2018-03-01", "8,丙,女,3,2018-03-01",
        "7,乙,男,4,2018-03-01",
    ]  # fmt: skip
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    client, options = RecordingClient([]), Options(max_error_rate=1.0)
    outcome = await import_file(client, STAFF, tmp_path / "a.csv", options=options)
    told = [(flaw.number, flaw.field, flaw.code) for flaw in outcome.bad]
    assert told == [(2, "工号", "listed-differently"), (4, "工号", "listed-differently")]
    [(_, body, _)] = client.sent
    assert [person["name"] for person in body["people"]] == ["丙"]
