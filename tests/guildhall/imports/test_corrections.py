"""Corrected cells are read in place of the file's, and rows that do not go in are quoted."""

from pathlib import Path

import pytest

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.corrections import Correction, read_corrections
from guildhall.imports.outcome import Outcome
from guildhall.imports.upload import Options, import_file
from tests.guildhall.imports.recording_client import RecordingClient, write_xlsx

RECEIPTS = KINDS["receipts"]
HEADINGS = ["项目编号", "工号", "姓名", "签收日期"]


def sheet(tmp_path: Path) -> Path:
    rows = [["spring", number, "某人", "2022-01-20"] for number in ("1", "2")]
    return write_xlsx(tmp_path / "a.xlsx", [HEADINGS, *rows, ["spring", "3", "某", "2022-09-31"]])


async def outcome_of(tmp_path: Path, *corrections: Correction, quote: bool = True) -> Outcome:
    options = Options(max_error_rate=1, preview=True, corrections=corrections, quote=quote)
    client = RecordingClient(["1", "2", "3"])
    return await import_file(client, RECEIPTS, sheet(tmp_path), options=options)


async def test_a_bad_row_is_quoted_with_the_column_to_correct(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path)
    assert [flaw.number for flaw in outcome.bad] == [4]
    row = outcome.quoted[-1]
    assert (row.number, row.cells[3]) == (4, ("D", "签收日期", "signed_on", "2022-09-31"))
    assert row.cells[2].field == "" and len(outcome.quoted) == 3
    assert outcome.document()["quoted"][2]["cells"][0]["heading"] == "项目编号"


async def test_nothing_is_quoted_unasked(tmp_path: Path) -> None:
    assert (await outcome_of(tmp_path, quote=False)).quoted == ()


async def test_a_corrected_cell_is_read_instead(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path, Correction("", 4, "D", "2022-09-30"))
    assert outcome.accepted == 3 and not outcome.bad


async def test_a_correction_is_read_as_strictly_as_the_file(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path, Correction("", 4, "D", "明天"))
    assert [flaw.code for flaw in outcome.bad] == ["invalid-date"]
    outcome = await outcome_of(tmp_path, Correction("", 4, "D", ""))
    assert [flaw.code for flaw in outcome.bad] == ["missing"]


async def test_a_row_is_left_out_where_it_is_said_so(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path, Correction("", 4))
    assert (outcome.accepted, outcome.entries) == (2, 2)


@pytest.mark.parametrize("wrong", [Correction("", 9, "D", "x"), Correction("Other", 4, "D", "x"),
                                   Correction("", 4, "d1", "x")])  # fmt: skip
async def test_a_correction_of_another_file_is_refused(tmp_path: Path, wrong: Correction) -> None:
    with pytest.raises(SheetError, match=r"no row|no column"):
        await outcome_of(tmp_path, wrong)


def test_corrections_are_a_list_in_json() -> None:
    said = b'[{"sheet":"","row":4,"column":"D","text":" 2022-09-30 "}]'
    assert read_corrections(said) == [Correction("", 4, "D", "2022-09-30")]
    for wrong in (b"{", b"[1]", b'[{"row":1}]'):
        with pytest.raises(SheetError, match="list in JSON"):
            read_corrections(wrong)
