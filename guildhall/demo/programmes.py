"""A gift programme (慰问项目) from its opening to its payment, and its sign-off sheet (签收表)."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from guildhall.demo.people import Person
from guildhall.demo.script import Payment, Script, Table, instant

HOLIDAY_MONEY = {"fund": "union_funds", "payer": "own", "budget_line": "staff_activity.welfare"}
WELFARE, WARMTH = "职工活动-集体福利", "维权-送温暖"
RECEIPT_HEADINGS = ("工号", "姓名", "部门", "项目编号", "签收日期", "代签人工号")
LATE_ON = date(2022, 12, 20)
"""The day on which late recipients sign: after the report."""

Receipt = tuple[str, str, str, str, date, str | None]


class Handout(NamedTuple):
    """A programme handed out: to whom, on which day, and how many sign late."""

    programme_id: str
    title: str
    issued_on: date
    people: Sequence[Person]
    late: int = 0


def open_programme(
    script: Script, on: date, programme_id: str, at: str = "09:30", **terms: Any
) -> None:
    """Open a programme on its terms."""
    name = "benefits/open-programme"
    script.command("clerk", instant(on, at), name, programme_id=programme_id, opened_on=on, **terms)


def freeze_roster(
    script: Script, programme_id: str, as_of: date, expected: int, **who: Any
) -> None:
    """Freeze the roster as of a day: of a population, or of named persons."""
    body = {"programme_id": programme_id, "as_of": as_of, "expected_count": expected, **who}
    script.command("clerk", instant(as_of), "benefits/freeze-roster", **body)


def issue_to_roster(script: Script, programme_id: str, on: date, **which: Any) -> None:
    """Issue a gift to everybody on the roster, or to those that `which` names."""
    body = {"programme_id": programme_id, "issued_on": on, **which}
    script.command("clerk", instant(on, "13:30"), "benefits/issue-gifts-to-roster", **body)


def close_programme(script: Script, programme_id: str, on: date) -> None:
    """Close a programme."""
    body = {"programme_id": programme_id, "closed_on": on}
    script.command("clerk", instant(on, "17:00"), "benefits/close-programme", **body)


def payment_of(
    programme_id: str, payment_id: str, paid_on: date, yuan: int, decision_ref: str
) -> Payment:
    """The payment for a whole programme, `yuan` in total; the amount is assumed."""
    stream = f"programme-{programme_id}"
    return Payment(payment_id, paid_on, yuan * 100, WELFARE, stream, decision_ref)


def import_receipts(script: Script, handout: Handout, entered_on: date, random: Random) -> None:
    """The sign-off sheet; who signs late has a sheet apart."""
    on_time, late = handout.people[handout.late :], handout.people[: handout.late]
    rows = [_receipt(handout, person, random) for person in on_time]
    _import(script, handout, entered_on, rows)
    if late:
        rows = [(*_receipt(handout, person, random)[:4], LATE_ON, None) for person in late]
        _import(script, handout, LATE_ON, rows, "补签")


def _import(
    script: Script, handout: Handout, on: date, rows: Sequence[Receipt], part: str = ""
) -> None:
    name = f"签收表-{handout.programme_id}{part and '-' + part}.xlsx"
    title = f"{handout.title}签收表{part and f'({part})'}"
    table = Table(title, RECEIPT_HEADINGS, rows)
    script.import_file("clerk", instant(on, "15:30"), "receipts", name, table)


def _receipt(handout: Handout, person: Person, random: Random) -> Receipt:
    signs_on = handout.issued_on + timedelta(days=random.choice((0, 0, 0, 1, 1, 2, 3)))
    return (person.employee_no, person.name, person.unit, handout.programme_id, signs_on, None)
