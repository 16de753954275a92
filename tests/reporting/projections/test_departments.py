"""Where each person belonged from a day on, folded."""

from datetime import date

from services.reporting.projections.departments import DEPARTMENTS
from tests.examples.members import department_changed, staff_registered
from tests.reporting.history import History, current_rows, folded
from tests.reporting.year import person

FIRST, MARCH = date(2015, 9, 1), date(2022, 3, 1)


def test_of_one_day_what_was_told_last_holds_and_each_source_has_its_own_word() -> None:
    history = History()(
        staff_registered(person_id=person(1), occurred_on=FIRST, department=None),
        department_changed(person_id=person(1), occurred_on=MARCH, department="财务处"),
        department_changed(person_id=person(1), occurred_on=FIRST, department="图书馆"),
    ).from_outside(
        staff_registered(person_id=person(1), occurred_on=FIRST, department="食堂"),
    )
    versions = folded(DEPARTMENTS, history.entries())

    def told(at: int) -> list[tuple[str, date, str | None]]:
        rows = current_rows(versions, at).values()
        return sorted((row.source[:5], row.since, row.department or "") for row in rows)

    assert told(1) == [("/guil", FIRST, "")]
    assert told(4) == [
        ("/ext/", FIRST, "食堂"),
        ("/guil", FIRST, "图书馆"),
        ("/guil", MARCH, "财务处"),
    ]
