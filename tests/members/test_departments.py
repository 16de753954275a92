"""Where a person belongs (部门), from a day on: decided, listed, imported, corrected, merged."""

from datetime import date
from pathlib import Path

import pytest

from guildhall.imports.outcome import Outcome as Imported
from services.members.commands.membership import AdmissionRow
from services.members.commands.staff import DepartmentRow
from services.members.domain.membership import admit_member
from services.members.domain.person import Person
from services.members.domain.staff import change_department
from shared.contract.envelope import DomainEvent
from shared.contract.members import DepartmentChanged
from shared.testing.decider import Outcome
from shared.testing.http import InProcess
from tests.examples.members import department_changed, members_merged, staff_registered
from tests.members.facts import IN_POST, LEFT_POST, ORG, TODAY, TOMORROW, WANG, given
from tests.members.requests import admissions, person_id, staff, with_members
from tests.members.test_lists_again import counts, imported
from tests.members.test_withdrawals import ONE, ask, registers, withdrawing

LIBRARY = staff_registered(occurred_on=date(2015, 9, 1), person_id=WANG, department="图书馆")
MOVED = department_changed(occurred_on=date(2020, 3, 1), person_id=WANG, department="财务处")


def moving(*before: DomainEvent, to: str = "财务处", on: date = date(2020, 3, 1)) -> Outcome:
    row = DepartmentRow(person_id=WANG, department=to, changed_on=on)
    return given(*before).when(
        change_department, row, ORG, TODAY, reason="moved", source_recorded_on=None
    )


def admitting(*before: DomainEvent, department: str | None) -> Outcome:
    row = AdmissionRow(
        person_id=WANG, joined_on=date(2016, 1, 1), kind="new", department=department
    )
    return given(*before).when(admit_member, row, ORG, TODAY, source_recorded_on=None)


def department(on: date, *before: DomainEvent) -> str | None:
    state = given(*before).state
    assert isinstance(state, Person)
    return state.department_on(on)


def test_a_department_holds_from_its_day_until_the_next_of_which_one_is_told() -> None:
    told = (LIBRARY, MOVED)
    assert department(date(2015, 8, 31), *told) is None
    assert department(date(2015, 9, 1), *told) == "图书馆"
    assert department(date(2020, 2, 29), *told) == "图书馆"
    assert department(date(2020, 3, 1), *told) == "财务处"
    late = MOVED.model_copy(update={"occurred_on": date(2018, 1, 1), "department": "教务处"})
    assert department(date(2019, 1, 1), *told, late) == "教务处"
    assert department(date(2021, 1, 1), *told, late) == "财务处"
    same_day = MOVED.model_copy(update={"occurred_on": date(2015, 9, 1)})
    assert department(date(2015, 9, 1), LIBRARY, same_day) == "财务处"


def test_who_comes_back_without_one_belongs_nowhere_that_is_known() -> None:
    back = staff_registered(occurred_on=date(2022, 1, 1), person_id=WANG, spell=2, department=None)
    assert department(date(2021, 12, 31), LIBRARY, LEFT_POST, back) == "图书馆"
    assert department(date(2022, 1, 1), LIBRARY, LEFT_POST, back) is None


def test_a_move_is_recorded_also_late_and_of_who_left() -> None:
    for before in ((LIBRARY,), (IN_POST,), (LIBRARY, LEFT_POST), (LIBRARY, MOVED)):
        (event,) = moving(*before, to="教务处", on=date(2019, 5, 1)).events
        assert isinstance(event, DepartmentChanged)
        assert (event.department, event.occurred_on) == ("教务处", date(2019, 5, 1))


@pytest.mark.parametrize(
    ("before", "to", "on", "code"),
    [
        ((), "财务处", TOMORROW, "date-in-future"),
        ((), "财务处", TODAY, "unknown-person"),
        ((members_merged(person_id=WANG),), "财务处", TODAY, "merged-record"),
        ((LIBRARY,), "图书馆", TODAY, "same-department"),
        ((LIBRARY, MOVED), "财务处", date(2020, 3, 1), "same-department"),
        ((LIBRARY, MOVED), "教务处", date(2020, 3, 1), "department-told-that-day"),
        ((LIBRARY,), "财务处", date(2015, 8, 31), "department-before-staff"),
    ],
)
def test_refusals_in_their_precedence(
    before: tuple[DomainEvent, ...], to: str, on: date, code: str
) -> None:
    moving(*before, to=to, on=on).then_refused(code)


def test_a_list_of_members_tells_a_department_of_whom_none_was_told() -> None:
    joined, told = admitting(IN_POST, department="财务处").events
    assert isinstance(told, DepartmentChanged)
    assert (told.occurred_on, told.reason) == (joined.occurred_on, "first_told")
    for known in ("图书馆", "财务处", None):  # then, by now, and nothing said
        assert len(admitting(LIBRARY, MOVED, department=known).events) == 1
    admitting(LIBRARY, department="财务处").then_refused("department-differs")


async def test_rosters_say_where_somebody_was_on_the_day(union: InProcess) -> None:
    await with_members(union, 1)
    row = {"person_id": person_id(1), "department": "财务处", "changed_on": "2022-05-01"}
    said = await ask(union, "change-department", {"people": [row], "reason": "moved"})
    assert (said["events"], said["changed"]) == (1, 1)
    for on, expected in (("2022-04-30", None), ("2022-05-01", "财务处")):
        for name in ("roster", "staff"):
            (item,) = (await union.get(name, on=on)).json()["items"]
            assert item["department"] == expected


async def test_a_change_is_withdrawn_and_what_was_told_before_holds(union: InProcess) -> None:
    await ask(union, "register-staff", staff(1, department="图书馆"))
    before = await registers(union)
    row = {"person_id": person_id(1), "department": "财务处", "changed_on": "2015-09-01"}
    await ask(union, "change-department", {"people": [row], "reason": "corrected"})
    (item,) = (await union.get("staff", on="2022-05-01")).json()["items"]
    assert item["department"] == "财务处"
    await ask(union, "withdraw-entries", withdrawing(ONE, 2))
    assert await registers(union) == before


async def test_a_merged_record_s_departments_go_with_it_and_come_back(union: InProcess) -> None:
    await ask(union, "register-staff", staff(2, department="图书馆"))
    await ask(union, "admit-members", admissions(1, 2))
    row = {"person_id": person_id(2), "department": "财务处", "changed_on": "2022-05-01"}
    await ask(union, "change-department", {"people": [row], "reason": "moved"})
    before = await registers(union)
    merge = {
        "person_id": person_id(2), "kept_person_id": person_id(1), "reason": "registered_twice",
        "merged_on": "2022-06-01",
    }  # fmt: skip
    await ask(union, "merge-members", merge, role="chair")
    (item,) = (await union.get("roster", on="2022-12-01")).json()["items"]
    assert (item["person_id"], item["department"]) == (person_id(1), "图书馆")
    refused = await ask(union, "change-department", {"people": [row], "reason": "moved"}, 409)
    assert refused["errors"][0]["code"] == "merged-record"
    undo = {"person_id": person_id(2), "reason": "not_the_same", "unmerged_on": "2022-06-02"}
    await ask(union, "unmerge-members", undo, role="chair")
    assert await registers(union) == before


STAFF = "工号,姓名,性别,出生月份,入职日期,"
ROWS = "1,甲,女,3,2018-03-01,{}\n2,乙,男,4,2018-03-01,{}\n"


@pytest.mark.parametrize("heading", ["部门", "科室", "分会", "所属工会小组", "所在部门（必填）"])
async def test_lists_read_the_column_as_offices_name_it_and_name_what_changed(
    union: InProcess, tmp_path: Path, heading: str
) -> None:
    file = tmp_path / "staff.csv"

    async def staff_list(*departments: str) -> tuple[int, int, int, int]:
        file.write_text(f"{STAFF}{heading}\n{ROWS.format(*departments)}", "utf-8")
        said.append(await imported(union, "staff", file))
        return counts(said[-1])

    said: list[Imported] = []
    assert await staff_list("财务处（一）", "无") == (2, 0, 0, 0)
    found = (await union.get("staff", on="2022-05-01")).json()["items"]
    assert {item["department"] for item in found} == {"财务处(一)", None}
    assert await staff_list("财务处(一)", "") == (0, 2, 0, 0)
    assert await staff_list("财务处(一)", "教务处") == (0, 1, 1, 0)
    (flaw,) = said[-1].differs
    assert flaw.field == "部门" and "change-department" in flaw.title
    assert await staff_list("同上", "") == (0, 1, 0, 1)
    moves = tmp_path / "moves.csv"
    moves.write_text("工号,新部门,变动日期\n2,教务处,2021-03-01\n", "utf-8")
    assert counts(await imported(union, "departments", moves)) == (1, 0, 0, 0)
    assert counts(await imported(union, "departments", moves)) == (0, 1, 0, 0)
    assert await staff_list("财务处(一)", "教务处") == (0, 2, 0, 0)
    moves.write_text("工号,新部门,变动日期\n2,图书馆,2021-03-01\n", "utf-8")
    assert counts(await imported(union, "departments", moves)) == (0, 0, 1, 0)


async def test_a_list_of_members_names_the_department_that_differs(
    union: InProcess, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{STAFF}部门\n{ROWS.format('财务处', '')}", "utf-8")
    assert counts(await imported(union, "staff", file)) == (2, 0, 0, 0)
    head = "工号,入会日期,入会方式,分会\n"
    file.write_text(f"{head}1,2018-04-01,新入会,图书馆\n2,2018-04-01,新入会,图书馆\n", "utf-8")
    first = await imported(union, "members", file)
    assert counts(first) == (1, 0, 1, 0)
    assert "change-department" in first.differs[0].title
    file.write_text(f"{head}1,2018-04-01,新入会,财务处\n2,2018-04-01,新入会,图书馆\n", "utf-8")
    assert counts(await imported(union, "members", file)) == (1, 1, 0, 0)
    assert counts(await imported(union, "members", file)) == (0, 2, 0, 0)
