"""What an upload tells beside what went in: rows that differ, files not written, a preview."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guildhall.imports import KINDS
from guildhall.imports.http_client import Answer
from guildhall.imports.upload import Options, import_file
from tests.guildhall.imports.recording_client import RecordingClient, write_xlsx
from tests.guildhall.imports.test_upload import STAFF, roster


async def test_a_row_that_differs_from_what_is_in_is_named_with_its_fields_and_what_to_do(
    tmp_path: Path,
) -> None:
    rows = [["g18", "1", "会员", 1, "2022-09-08"], ["g18", "2", "会员", 2, "2022-09-08"]]
    file = write_xlsx(
        tmp_path / "a.xlsx", [["项目编号", "工号", "身份", "份数", "发放日期"], *rows]
    )

    def decide(_name: str, body: Mapping[str, Any]) -> Answer:
        differs = ["quantity", "occurred_on"] if body["quantity"] == 2 else []
        return Answer(409, {"code": "already-issued", "title": "已发放", "differs": differs})

    outcome = await import_file(RecordingClient(["1", "2"], decide), KINDS["gifts"], file)
    assert (outcome.already, outcome.complete, outcome.refused) == (1, False, 0)
    [differs] = outcome.differs
    assert (differs.number, differs.differs) == (3, ("份数", "发放日期"))
    assert "与本行不同" in differs.title and "return-gift" in differs.title
    assert outcome.bad_rows_file is not None


async def test_what_differs_of_a_later_event_of_a_row_is_named_by_its_own_heading(
    tmp_path: Path,
) -> None:
    head = [
        "采购编号",
        "采购名称",
        "采购方式",
        "供应商",
        "金额",
        "经费来源",
        "决定日期",
        "合同日期",
        "合同金额",
    ]
    row = ["q1", "慰问品", "询价", "甲", "20000", "工会经费", "2022-1-5", "2022-1-8", "19500"]
    file = write_xlsx(tmp_path / "a.xlsx", [head, row])

    def decide(name: str, _body: Mapping[str, Any]) -> Answer:
        code = {"sign-contract": "contract-signed-already"}.get(name, "procurement-exists")
        differs = ["amount_fen", "occurred_on"] if name == "sign-contract" else []
        return Answer(409, {"code": code, "title": "已录入", "differs": differs})

    outcome = await import_file(RecordingClient([], decide), KINDS["procurements"], file)
    assert [flaw.differs for flaw in outcome.differs] == [("合同金额(元)", "合同日期")]


async def test_an_outcome_is_told_also_where_the_errors_file_cannot_be_written(
    tmp_path: Path,
) -> None:
    file = roster(tmp_path / "a.xlsx", 20, bad=1)
    (tmp_path / "a.errors.xlsx").mkdir()
    outcome = await import_file(RecordingClient([]), STAFF, file)
    assert (outcome.accepted, outcome.refused, outcome.bad_rows_file) == (19, 1, None)
    assert "a.errors.xlsx could not be written" in outcome.warnings[0]


async def test_a_preview_writes_nothing_and_says_all_of_it(tmp_path: Path) -> None:
    file, client = roster(tmp_path / "a.xlsx", 20, bad=1), RecordingClient([])
    outcome = await import_file(client, STAFF, file, options=Options(preview=True))
    assert (outcome.accepted, outcome.refused, outcome.preview) == (19, 1, True)
    assert (client.sent, client.done) == ([], {})
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
