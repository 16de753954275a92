"""Files as offices bring them (cases/), each with what is right for it (cases/cases.yaml)."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.headings import known_headings
from guildhall.imports.kinds import Kind
from guildhall.imports.rows import Table, read_rows
from guildhall.imports.spreadsheet import read_book

CASES = Path(__file__).parent / "cases"
RIGHT: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "cases.yaml").read_text("utf-8"))


def read(name: str, given: dict[str, Any] | None = None, **mapped: str) -> Table:
    kind = KINDS[RIGHT[name]["kind"]]
    book = read_book(CASES / name, known_headings(kind))
    return read_rows(kind, book, as_read(kind, given or {}), mapped)


def as_read(kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
    """Values of --set, read as the command line reads them."""
    columns = {column.field: column for column in kind.columns}
    return {field: columns[field].read(str(value)) for field, value in given.items()}


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_is_read_as_a_person_reads_it_or_refused_by_name(name: str) -> None:
    right = RIGHT[name]
    if "file" in right:
        with pytest.raises(SheetError) as why:
            read(name, right.get("set"))
        assert why.value.code == right["file"]
        return
    table = read(name, right.get("set"))
    columns = dict(right["entered"])
    assert len(table.rows) == columns.pop("count")
    for field, values in columns.items():
        assert [row.values[field] for row in table.rows] == values, field
    assert [[flaw.number, flaw.code] for flaw in table.bad] == right.get("refused", [])
    assert dict(Counter(each.reason for each in table.passed)) == right["passed"]
    assert table.total == len(table.rows) + len(table.bad) + len(table.passed)
    assert not table.unread


def test_two_columns_for_one_field_are_read_once_somebody_says_which() -> None:
    mapped = {"工号": "employee_no", "到校日期": "registered_on"}
    table = read("37-two-columns-one-field/staff.csv", **mapped)
    assert [row.values["employee_no"] for row in table.rows] == ["4001", "4002", "4003"]
    assert {row.values["registered_on"] for row in table.rows} == {"2019-09-01"}
