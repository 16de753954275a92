"""Posts and the beginning of memberships: given-when-then."""

from datetime import date
from typing import Any

import pytest

from services.members.commands.membership import AdmissionRow
from services.members.commands.staff import ChangeMember, StaffLeavingRow, StaffRow
from services.members.domain.membership import admit_member
from services.members.domain.staff import change_member, record_staff_left, register_staff
from shared.contract.envelope import DomainEvent
from shared.contract.members import MemberChanged
from shared.testing.decider import Given
from tests.examples.members import member_joined, staff_registered
from tests.members.facts import (
    DIED,
    DIED_IN_POST,
    IN_POST,
    JOINED,
    LEFT,
    LEFT_POST,
    MOVED_OUT,
    ORG,
    RETAINED,
    RETIRED,
    TODAY,
    TOMORROW,
    WANG,
    given,
)


def staff_row(**fields: Any) -> StaffRow:
    row = {
        "employee_no": "A-017",
        "name": "王利",
        "gender": "female",
        "birth_month": 3,
        "registered_on": date(2015, 9, 1),
    }
    return StaffRow(**{**row, **fields})


def registering(
    row: StaffRow, taken: bool = False, *, renamed: bool = False
) -> tuple[Any, dict[str, Any]]:
    named = {"person_id": WANG, "employee_no_taken": taken, "source_recorded_on": None}
    return (register_staff, row, ORG, TODAY), {**named, "renamed": renamed}


def admission(**fields: Any) -> AdmissionRow:
    return AdmissionRow(
        **{"person_id": WANG, "joined_on": date(2015, 9, 10), "kind": "new", **fields}
    )


def admitting(row: AdmissionRow) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (admit_member, row, ORG, TODAY), {"source_recorded_on": None}


def when(start: Given, call: tuple[tuple[Any, ...], dict[str, Any]]) -> Any:
    arguments, named = call
    return start.when(*arguments, **named)


LATER = staff_row(registered_on=date(2015, 9, 2))


class TestRegisterStaff:
    def test_a_person_begins_to_work_for_the_unit(self) -> None:
        when(given(), registering(staff_row())).then(IN_POST)

    def test_neither_name_nor_employee_number_is_in_the_event(self) -> None:
        outcome = when(given(), registering(staff_row()))
        assert "王利" not in outcome.events[0].model_dump_json()
        assert "A-017" not in outcome.events[0].model_dump_json()

    def test_who_left_may_come_back(self) -> None:
        back = staff_row(registered_on=date(2020, 7, 1))
        outcome = when(given(IN_POST, LEFT_POST), registering(back))
        assert [event.occurred_on for event in outcome.events] == [date(2020, 7, 1)]

    @pytest.mark.parametrize(
        ("row", "renamed", "differs"),
        [
            (LATER, False, ["occurred_on"]),
            (staff_row(), True, ["name"]),
            (staff_row(gender="male", birth_month=12), False, ["gender", "birth_month"]),
        ],
    )
    def test_who_is_in_post_and_said_again_is_told_what_differs(
        self, row: StaffRow, renamed: bool, differs: list[str]
    ) -> None:
        outcome = when(given(IN_POST), registering(row, renamed=renamed))
        outcome.then_refused("already-staff")
        assert outcome.refusal is not None
        assert set(outcome.refusal.facts["differs"]) == set(differs)

    def test_a_number_of_somebody_who_left_is_not_somebody_else_s(self) -> None:
        back = staff_row(registered_on=date(2022, 9, 1))
        when(given(IN_POST, LEFT_POST), registering(back, renamed=True)).then_refused(
            "number-was-anothers"
        )

    @pytest.mark.parametrize(
        ("before", "row", "taken", "code"),
        [
            ((), staff_row(registered_on=TOMORROW), True, "date-in-future"),
            ((IN_POST, JOINED, DIED), staff_row(), True, "already-staff"),
            ((IN_POST, LEFT_POST), staff_row(), True, "recorded-before"),
            ((IN_POST, JOINED, DIED), LATER, True, "person-died"),
            ((IN_POST, DIED_IN_POST), LATER, True, "person-died"),
            ((IN_POST,), LATER, True, "already-staff"),
            ((IN_POST, LEFT_POST), staff_row(birth_month=4), True, "number-was-anothers"),
            (
                (IN_POST, LEFT_POST),
                staff_row(registered_on=date(2020, 6, 30)),
                True,
                "registered-before-left",
            ),
            ((), staff_row(), True, "employee-no-taken"),
        ],
    )
    def test_refusals_in_their_precedence(
        self, before: tuple[DomainEvent, ...], row: StaffRow, taken: bool, code: str
    ) -> None:
        when(given(*before), registering(row, taken)).then_refused(code)


BACK = staff_registered(occurred_on=date(2021, 3, 1), person_id=WANG)


class TestRecordStaffLeft:
    ROW = StaffLeavingRow(person_id=WANG, left_on=date(2020, 6, 30), reason="resigned")

    def leaving(self, start: Given, row: StaffLeavingRow) -> Any:
        return start.when(record_staff_left, row, ORG, TODAY, source_recorded_on=None)

    def test_the_labour_relation_ends_and_the_membership_does_not(self) -> None:
        self.leaving(given(IN_POST, JOINED), self.ROW).then(LEFT_POST)

    def test_the_first_day_may_be_the_last(self) -> None:
        row = self.ROW.model_copy(update={"left_on": date(2015, 9, 1)})
        assert self.leaving(given(IN_POST), row).refusal is None

    @pytest.mark.parametrize(
        ("before", "on", "code"),
        [
            ((), TOMORROW, "date-in-future"),
            ((), date(2020, 6, 30), "unknown-person"),
            ((IN_POST, LEFT_POST), date(2020, 6, 30), "not-staff"),
            ((IN_POST, LEFT_POST, BACK), date(2020, 6, 30), "recorded-before"),
            ((IN_POST, LEFT_POST), date(2010, 1, 1), "not-staff"),
            ((IN_POST,), date(2015, 8, 31), "left-before-staff"),
        ],
    )
    def test_refusals_in_their_precedence(
        self, before: tuple[DomainEvent, ...], on: date, code: str
    ) -> None:
        row = self.ROW.model_copy(update={"left_on": on})
        self.leaving(given(*before), row).then_refused(code)


NEXT_DAY = admission(joined_on=date(2015, 9, 11))
AFTERWARDS = admission(joined_on=date(2020, 7, 1))
"""After LEFT_POST."""


class TestAdmitMember:
    @pytest.mark.parametrize("ended", [LEFT_POST, DIED_IN_POST])
    def test_late_of_who_has_left_or_died_since(self, ended: DomainEvent) -> None:
        when(given(IN_POST, ended), admitting(admission())).then(JOINED)

    def test_staff_become_members(self) -> None:
        when(given(IN_POST), admitting(admission())).then(JOINED)

    def test_a_membership_may_come_from_another_union(self) -> None:
        row = admission(kind="transferred_in", from_org="jt-group")
        when(given(IN_POST), admitting(row)).then(
            member_joined(occurred_on=date(2015, 9, 10), person_id=WANG, from_org="jt-group")
        )

    @pytest.mark.parametrize("ended", [LEFT, MOVED_OUT, RETIRED])
    def test_who_was_a_member_comes_back_as_rejoined(self, ended: DomainEvent) -> None:
        row = admission(kind="rejoined", joined_on=date(2019, 5, 1))
        outcome = when(given(IN_POST, JOINED, ended), admitting(row))
        assert [(event.kind, event.spell) for event in outcome.events] == [("rejoined", 2)]

    def test_who_transferred_out_may_transfer_in_again(self) -> None:
        row = admission(kind="transferred_in", joined_on=date(2021, 1, 1))
        assert when(given(IN_POST, JOINED, MOVED_OUT), admitting(row)).refusal is None

    @pytest.mark.parametrize(
        ("before", "row", "code"),
        [
            ((), admission(joined_on=TOMORROW, from_org="jt-group"), "date-in-future"),
            ((), admission(from_org="jt-group"), "from-org-not-meant"),
            ((), admission(kind="transferred_in", from_org=ORG), "from-org-not-meant"),
            ((), admission(), "unknown-person"),
            ((IN_POST, JOINED, DIED, LEFT_POST), admission(), "recorded-before"),
            ((IN_POST, JOINED, LEFT), admission(), "recorded-before"),
            ((IN_POST, JOINED, DIED, LEFT_POST), AFTERWARDS, "person-died"),
            ((IN_POST, JOINED, LEFT_POST), AFTERWARDS, "not-staff"),
            ((IN_POST, JOINED), admission(joined_on=date(2010, 1, 1)), "already-a-member"),
            ((IN_POST, JOINED, RETAINED), admission(kind="rejoined"), "already-a-member"),
            (
                (IN_POST,),
                admission(kind="rejoined", joined_on=date(2010, 1, 1)),
                "never-a-member",
            ),
            ((IN_POST, JOINED, LEFT), admission(joined_on=date(2010, 1, 1)), "rejoin-only"),
            ((IN_POST, JOINED, LEFT), admission(kind="transferred_in"), "rejoin-only"),
            ((IN_POST,), admission(joined_on=date(2015, 8, 31)), "joined-before-staff"),
            (
                (IN_POST, JOINED, LEFT),
                admission(kind="rejoined", joined_on=date(2019, 4, 30)),
                "joined-before-ended",
            ),
        ],
    )
    def test_refusals_in_their_precedence(
        self, before: tuple[DomainEvent, ...], row: AdmissionRow, code: str
    ) -> None:
        when(given(*before), admitting(row)).then_refused(code)


class TestChangeMember:
    CHANGE = ChangeMember(
        person_id=WANG,
        gender="female",
        birth_month=12,
        reason="wrong_details",
        changed_on=date(2022, 3, 1),
    )

    def test_what_is_registered_is_corrected_of_every_post(self) -> None:
        back = staff_registered(occurred_on=date(2021, 1, 1), person_id=WANG, spell=2)
        outcome = given(IN_POST, LEFT_POST, back).when(change_member, self.CHANGE, ORG, TODAY)
        (event,) = outcome.events
        assert isinstance(event, MemberChanged)
        assert (event.birth_month, event.posts, event.reason) == (12, 2, "wrong_details")

    @pytest.mark.parametrize("before", [(IN_POST, DIED_IN_POST), (IN_POST, LEFT_POST)])
    def test_whatever_the_person_is_now(self, before: tuple[DomainEvent, ...]) -> None:
        outcome = given(*before).when(change_member, self.CHANGE, ORG, TODAY)
        assert len(outcome.events) == 1

    def test_refusals_in_their_precedence(self) -> None:
        tomorrow = self.CHANGE.model_copy(update={"changed_on": TOMORROW})
        given().when(change_member, tomorrow, ORG, TODAY).then_refused("date-in-future")
        given().when(change_member, self.CHANGE, ORG, TODAY).then_refused("unknown-person")
        (changed,) = given(IN_POST).when(change_member, self.CHANGE, ORG, TODAY).events
        again = given(IN_POST, changed).when(change_member, self.CHANGE, ORG, TODAY)
        again.then_refused("nothing-changes")
