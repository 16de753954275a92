"""How memberships end, and dependants: given-when-then."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.members.commands.membership import (
    DeclareDependant,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    TransferOutMember,
)
from services.members.domain.dependants import declare_dependant
from services.members.domain.membership import (
    record_member_died,
    record_member_left,
    record_member_retired,
    transfer_out,
)
from shared.contract.envelope import DomainEvent
from shared.testing.decider import Given
from tests.examples.members import (
    dependant_declared,
    member_died,
    member_left,
    member_retired,
    member_transferred_out,
    staff_left,
    staff_registered,
)
from tests.members.facts import (
    CHILD,
    IN_POST,
    JOINED,
    LEFT,
    LEFT_POST,
    ORG,
    RETAINED,
    TODAY,
    TOMORROW,
    WANG,
    given,
)

ON = date(2022, 6, 1)
ENDINGS: list[tuple[Any, Callable[[date], Any]]] = [
    (transfer_out, lambda on: TransferOutMember(person_id=WANG, transferred_on=on)),
    (
        record_member_left,
        lambda on: RecordMemberLeft(person_id=WANG, left_on=on, reason="left_unit"),
    ),
    (
        record_member_retired,
        lambda on: RecordMemberRetired(person_id=WANG, retired_on=on, membership_retained=True),
    ),
    (record_member_died, lambda on: RecordMemberDied(person_id=WANG, died_on=on)),
]


class TestMembershipEnds:
    def test_a_membership_moves_to_another_union(self) -> None:
        command = TransferOutMember(person_id=WANG, to_org="jt-group", transferred_on=ON)
        given(IN_POST, JOINED).when(transfer_out, command, ORG, TODAY).then(
            member_transferred_out(occurred_on=ON, person_id=WANG, to_org="jt-group")
        )

    def test_a_membership_does_not_move_to_its_own_union(self) -> None:
        command = TransferOutMember(person_id=WANG, to_org=ORG, transferred_on=ON)
        given().when(transfer_out, command, ORG, TODAY).then_refused("to-org-is-own")

    def test_a_member_leaves_and_keeps_the_post(self) -> None:
        command = RecordMemberLeft(person_id=WANG, left_on=ON, reason="dues_lapsed")
        given(IN_POST, JOINED).when(record_member_left, command, ORG, TODAY).then(
            member_left(occurred_on=ON, person_id=WANG, reason="dues_lapsed")
        )

    @pytest.mark.parametrize("retained", [True, False])
    def test_retiring_ends_a_post_still_held(self, retained: bool) -> None:
        command = RecordMemberRetired(
            person_id=WANG,
            retired_on=ON,
            membership_retained=retained,
            source_recorded_on=date(2022, 6, 3),
        )
        given(IN_POST, JOINED).when(record_member_retired, command, ORG, TODAY).then(
            member_retired(
                occurred_on=ON,
                person_id=WANG,
                membership_retained=retained,
                source_recorded_on=date(2022, 6, 3),
            ),
            staff_left(occurred_on=ON, person_id=WANG, source_recorded_on=date(2022, 6, 3)),
        )

    def test_retiring_after_leaving_the_post_says_nothing_of_the_post(self) -> None:
        command = RecordMemberRetired(person_id=WANG, retired_on=ON, membership_retained=True)
        given(IN_POST, JOINED, LEFT_POST).when(record_member_retired, command, ORG, TODAY).then(
            member_retired(occurred_on=ON, person_id=WANG)
        )

    def test_a_death_ends_membership_and_post(self) -> None:
        command = RecordMemberDied(person_id=WANG, died_on=ON)
        given(IN_POST, JOINED).when(record_member_died, command, ORG, TODAY).then(
            member_died(occurred_on=ON, person_id=WANG),
            staff_left(occurred_on=ON, person_id=WANG, reason="died"),
        )

    def test_a_retired_member_with_membership_retained_is_a_member_still(self) -> None:
        command = RecordMemberDied(person_id=WANG, died_on=ON)
        given(IN_POST, JOINED, RETAINED, LEFT_POST).when(
            record_member_died, command, ORG, TODAY
        ).then(member_died(occurred_on=ON, person_id=WANG))

    def test_a_retained_membership_does_not_end_before_the_retirement(self) -> None:
        command = RecordMemberLeft(person_id=WANG, left_on=date(2019, 4, 30), reason="other")
        given(IN_POST, JOINED, RETAINED).when(record_member_left, command, ORG, TODAY).then_refused(
            "ended-before-joined"
        )

    def test_nobody_retires_twice(self) -> None:
        command = RecordMemberRetired(person_id=WANG, retired_on=ON, membership_retained=False)
        given(IN_POST, JOINED, RETAINED).when(
            record_member_retired, command, ORG, TODAY
        ).then_refused("already-retired")

    @pytest.mark.parametrize(("decide", "command_on"), ENDINGS)
    @pytest.mark.parametrize(
        ("before", "on", "code"),
        [
            ((), TOMORROW, "date-in-future"),
            ((), ON, "unknown-person"),
            ((IN_POST,), date(2010, 1, 1), "not-a-member"),
            ((IN_POST, JOINED, LEFT), date(2010, 1, 1), "not-a-member"),
            ((IN_POST, JOINED), date(2015, 9, 9), "ended-before-joined"),
        ],
    )
    def test_refusals_of_every_ending_in_their_precedence(
        self,
        decide: Any,
        command_on: Callable[[date], Any],
        before: tuple[DomainEvent, ...],
        on: date,
        code: str,
    ) -> None:
        given(*before).when(decide, command_on(on), ORG, TODAY).then_refused(code)

    @pytest.mark.parametrize(("decide", "command_on"), ENDINGS[2:])
    def test_a_post_does_not_end_before_it_began(
        self, decide: Any, command_on: Callable[[date], Any]
    ) -> None:
        back = staff_registered(occurred_on=date(2021, 3, 1), person_id=WANG)
        given(IN_POST, JOINED, LEFT_POST, back).when(
            decide, command_on(date(2021, 2, 1)), ORG, TODAY
        ).then_refused("left-before-staff")


class TestDeclareDependant:
    COMMAND = DeclareDependant(
        person_id=WANG, name="王小明", relation="child", declared_on=date(2022, 3, 1)
    )
    CHILD_DECLARED = dependant_declared(
        occurred_on=date(2022, 3, 1), person_id=WANG, dependant_id=CHILD
    )

    def declaring(self, start: Given, command: DeclareDependant, dependant: str = CHILD) -> Any:
        return start.when(declare_dependant, command, ORG, TODAY, dependant_id=dependant)

    def test_a_member_declares_a_child(self) -> None:
        self.declaring(given(IN_POST, JOINED), self.COMMAND).then(self.CHILD_DECLARED)

    @pytest.mark.parametrize(
        ("before", "on", "dependant", "code"),
        [
            ((), TOMORROW, WANG, "date-in-future"),
            ((), TODAY, WANG, "dependant-is-self"),
            ((), TODAY, CHILD, "unknown-person"),
            ((IN_POST, JOINED, CHILD_DECLARED, LEFT), TODAY, CHILD, "not-a-member"),
            ((IN_POST, JOINED, CHILD_DECLARED), TODAY, CHILD, "dependant-declared"),
        ],
    )
    def test_refusals_in_their_precedence(
        self, before: tuple[DomainEvent, ...], on: date, dependant: str, code: str
    ) -> None:
        command = self.COMMAND.model_copy(update={"declared_on": on})
        self.declaring(given(*before), command, dependant).then_refused(code)
