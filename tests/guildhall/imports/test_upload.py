"""Uploads: valid rows go in, bad rows are named and come back as a sheet, nothing goes in twice."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.http_client import Answer
from guildhall.imports.submission import ImportRefused
from guildhall.imports.upload import Options, Outcome, import_file
from tests.guildhall.imports.recording_client import (
    RecordingClient,
    accept,
    person,
    refuse_rows,
    standing,
    write_csv,
    write_xlsx,
)

STAFF, RECEIPTS = KINDS["staff"], KINDS["receipts"]
HEADINGS = ["工号", "姓名", "性别", "出生月份", "入职日期", "身份证号"]


def roster(file: Path, count: int, bad: int = 0) -> Path:
    """A staff list of `count` people, the first `bad` of whom have no acceptable date."""
    rows = [
        [
            f"{n:04d}",
            f"姓名{n}",
            "女",
            n % 12 + 1,
            "明天" if n < bad else "2020-09-01",
            f"12010119900101{n:04d}",
        ]
        for n in range(count)
    ]
    return write_xlsx(file, [["人员名册"], HEADINGS, *rows])


def sign_off(file: Path, numbers: list[str]) -> Path:
    rows = [["spring-2022", number, "某人", "2022-01-20"] for number in numbers]
    return write_xlsx(file, [["项目编号", "工号", "姓名", "签收日期"], *rows])


def balance(outcome: Outcome) -> int:
    return outcome.accepted + outcome.already + outcome.not_sent + outcome.refused


async def test_a_good_file_goes_in_whole_in_one_command(tmp_path: Path) -> None:
    client = RecordingClient([])
    outcome = await import_file(client, STAFF, roster(tmp_path / "a.xlsx", 600))
    assert (outcome.accepted, outcome.events, outcome.commands) == (600, 600, 1)
    assert outcome.complete and outcome.bad_rows_file is None
    assert outcome.ignored == ("身份证号",)
    [(name, body, _)] = client.sent
    assert name == "members/register-staff"
    assert body["people"][0] == {
        "employee_no": "0000",
        "name": "姓名0",
        "gender": "female",
        "birth_month": 1,
        "registered_on": "2020-09-01",
    }


async def test_good_rows_go_in_and_bad_rows_come_back_with_their_numbers(tmp_path: Path) -> None:
    client = RecordingClient([])
    outcome = await import_file(client, STAFF, roster(tmp_path / "a.xlsx", 600, bad=7))
    assert (outcome.accepted, balance(outcome)) == (593, 600)
    assert [(bad.number, bad.field, bad.code) for bad in outcome.bad[:2]] == [
        (3, "入职日期", "invalid-date"),
        (4, "入职日期", "invalid-date"),
    ]
    assert not outcome.complete


async def test_above_the_error_rate_nothing_goes_in(tmp_path: Path) -> None:
    client = RecordingClient([])
    outcome = await import_file(client, STAFF, roster(tmp_path / "a.xlsx", 100, bad=21))
    assert (outcome.stopped, outcome.accepted, outcome.not_sent) == (True, 0, 79)
    assert client.sent == []
    at_the_rate = await import_file(client, STAFF, roster(tmp_path / "b.xlsx", 100, bad=20))
    assert (at_the_rate.stopped, at_the_rate.accepted) == (False, 80)


async def test_rows_that_a_service_refuses_count_towards_the_error_rate(tmp_path: Path) -> None:
    def decide(_name: str, body: Mapping[str, Any]) -> Answer:
        rows = [(n, "not-issued") for n in range(1, 31)]
        return refuse_rows(*rows) if len(body["receipts"]) == 100 else accept("", body)

    numbers = [f"{n:04d}" for n in range(100)]
    file = sign_off(tmp_path / "a.xlsx", numbers)
    client = RecordingClient(numbers, decide)
    outcome = await import_file(client, RECEIPTS, file)
    assert (outcome.stopped, outcome.accepted, outcome.not_sent) == (True, 0, 70)
    lenient = await import_file(client, RECEIPTS, file, options=Options(max_error_rate=0.3))
    assert (lenient.stopped, lenient.accepted, len(lenient.bad)) == (False, 70, 30)


async def test_a_repeated_upload_is_decided_by_what_stands_not_by_what_was_said(
    tmp_path: Path,
) -> None:
    file, client = roster(tmp_path / "a.xlsx", 50), RecordingClient([])
    assert (await import_file(client, STAFF, file)).accepted == 50
    everybody = [(row, "already-staff", list[str]()) for row in range(1, 51)]
    client.decide = lambda *_: standing(*everybody)
    again = await import_file(client, STAFF, file)
    assert (again.accepted, again.already, again.events, again.complete) == (0, 50, 0, True)
    client.decide = accept
    assert (await import_file(client, STAFF, file)).accepted == 50, "withdrawn since: entered"


async def test_a_repeated_upload_of_a_file_with_refused_rows_adds_nothing(tmp_path: Path) -> None:
    signed: set[str] = set()

    def decide(_name: str, body: Mapping[str, Any]) -> Answer:
        people = [row["person_id"] for row in body["receipts"]]
        errors: list[dict[str, Any]] = [
            {"row": n, "code": "already-signed", "differs": []}
            if one in signed
            else {"row": n, "code": "not-issued"}
            for n, one in enumerate(people, start=1)
            if one in signed or one == person("3")
        ]
        if errors:
            return Answer(409, {"code": "not-issued", "title": "尚未发放", "errors": errors})
        signed.update(people)
        return accept("", body)

    numbers = [str(n) for n in range(1, 21)]
    client, file = RecordingClient(numbers, decide), sign_off(tmp_path / "a.xlsx", numbers)
    first = await import_file(client, RECEIPTS, file)
    again = await import_file(client, RECEIPTS, file)
    assert (first.accepted, first.events, len(first.bad)) == (19, 19, 1)
    assert (again.accepted, again.already, again.events, len(again.bad)) == (0, 19, 0, 1)


async def test_an_employee_number_nobody_holds_is_a_bad_row(tmp_path: Path) -> None:
    client = RecordingClient(["1", "2", "3", "4"])
    file = sign_off(tmp_path / "a.xlsx", ["1", "2", "3", "4", "9"])
    outcome = await import_file(client, RECEIPTS, file)
    assert [(bad.number, bad.field, bad.code) for bad in outcome.bad] == [
        (6, "工号", "unknown-employee")
    ]
    assert outcome.accepted == 4


async def test_a_number_whose_record_is_unreadable_is_not_called_unknown(tmp_path: Path) -> None:
    class Unreadable(RecordingClient):
        async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
            answer = await super().ask(service, path, body)
            return answer._replace(body={**answer.body, "unreadable": ["9"]})

    file = sign_off(tmp_path / "a.xlsx", ["1", "2", "3", "4", "9"])
    outcome = await import_file(Unreadable(["1", "2", "3", "4"]), RECEIPTS, file)
    assert [(bad.number, bad.code) for bad in outcome.bad] == [(6, "record-unreadable")]


async def test_a_lagging_copy_is_waited_for(tmp_path: Path) -> None:
    answers = [
        Answer(503, {"code": "members-behind", "title": "稍后"}),
        refuse_rows((2, "unknown-member")),
        Answer(201, {"events": 2}),
    ]
    client = RecordingClient(["1", "2"], lambda _name, _body: answers.pop(0))
    outcome = await import_file(client, RECEIPTS, sign_off(tmp_path / "a.xlsx", ["1", "2"]))
    assert outcome.complete and len(client.sent) == 3
    assert len({key for _, _, key in client.sent}) == 1


async def test_a_copy_that_never_catches_up_is_given_up(tmp_path: Path) -> None:
    client = RecordingClient(["1", "2"], lambda *_: refuse_rows((2, "unknown-member")))
    outcome = await import_file(
        client,
        RECEIPTS,
        sign_off(tmp_path / "a.xlsx", ["1", "2"]),
        options=Options(max_error_rate=1.0, patience_seconds=0.1),
    )
    assert [bad.code for bad in outcome.bad] == ["unknown-member"] * 2


async def test_a_refusal_that_names_no_row_concerns_all_of_them(tmp_path: Path) -> None:
    refusal = Answer(404, {"code": "unknown-programme", "title": "没有这个项目"})
    client = RecordingClient(["1", "2"], lambda *_: refusal)
    outcome = await import_file(
        client,
        RECEIPTS,
        sign_off(tmp_path / "a.xlsx", ["1", "2"]),
        options=Options(max_error_rate=1.0),
    )
    assert [(bad.number, bad.title) for bad in outcome.bad] == [
        (2, "没有这个项目"),
        (3, "没有这个项目"),
    ]


async def test_an_invalid_request_points_at_its_row(tmp_path: Path) -> None:
    def decide(_name: str, body: Mapping[str, Any]) -> Answer:
        if len(body["people"]) < 6:
            return accept("", body)
        error = {"pointer": "/people/1/name", "code": "string_too_long", "detail": "…"}
        return Answer(422, {"code": "invalid-request", "title": "不合规", "errors": [error]})

    outcome = await import_file(RecordingClient([], decide), STAFF, roster(tmp_path / "a.xlsx", 6))
    assert [(bad.number, bad.field, bad.code) for bad in outcome.bad] == [
        (4, "name", "invalid-request")
    ]


async def test_a_missing_role_refuses_the_import_as_a_whole(tmp_path: Path) -> None:
    client = RecordingClient([], lambda *_: Answer(403, {"code": "role-missing", "title": "无权"}))
    with pytest.raises(ImportRefused):
        await import_file(client, STAFF, roster(tmp_path / "a.xlsx", 3))


async def test_the_bad_rows_file_can_be_corrected_and_uploaded(tmp_path: Path) -> None:
    client = RecordingClient([])
    first = await import_file(client, STAFF, roster(tmp_path / "a.xlsx", 20, bad=2))
    errors = first.bad_rows_file
    assert errors is not None and errors.name == "a.errors.xlsx"
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600
    again = await import_file(client, STAFF, errors, options=Options(max_error_rate=1.0))
    assert [bad.code for bad in again.bad] == ["invalid-date"] * 2, "not corrected yet"

    from openpyxl import load_workbook  # noqa: PLC0415 - the clerk's spreadsheet

    workbook = load_workbook(errors)
    sheet = workbook.worksheets[0]
    assert [cell.value for cell in sheet[1]][-4:] == ["原行号", "有误的栏", "错误代码", "说明"]
    assert sheet.cell(2, 6).value == "120101199001010000", "a long number keeps its digits"
    for row in (2, 3):
        sheet.cell(row, 5, "2020-09-01")
    workbook.save(errors)
    corrected = await import_file(client, STAFF, errors)
    assert (corrected.accepted, corrected.complete) == (2, True)


async def test_no_cell_of_a_bad_rows_file_can_start_a_formula(tmp_path: Path) -> None:
    text = ",".join(HEADINGS) + '\n0001,"=cmd|x",女,3,明天,+1\n0002,@a,女,3,明天,-1\n'
    outcome = await import_file(
        RecordingClient([]),
        STAFF,
        write_csv(tmp_path / "a.csv", text),
        options=Options(max_error_rate=1.0),
    )
    assert outcome.bad_rows_file is not None
    written = outcome.bad_rows_file.read_text(encoding="utf-8-sig")
    assert ",⚠=cmd|x," in written and "'@a" in written and "'+1" in written and "'-1" in written


async def test_neither_names_nor_numbers_are_in_what_an_import_answers(tmp_path: Path) -> None:
    refusal = refuse_rows((1, "person-died"), (2, "person-died"))
    client = RecordingClient([], lambda *_: refusal)
    file = roster(tmp_path / "a.xlsx", 20, bad=4)
    outcome = await import_file(client, STAFF, file, options=Options(max_error_rate=1.0))
    said = repr(outcome)
    assert "姓名" not in said and "120101" not in said and "0000" not in said


async def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    await import_file(
        RecordingClient([]),
        STAFF,
        roster(tmp_path / "a.xlsx", 2500, bad=3),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (2500, 2500) and len(seen) == 4
