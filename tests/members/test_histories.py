"""Whatever is decided can be folded, and every day has one answer: properties."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.commands.membership import (
    AdmissionRow,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    TransferOutMember,
)
from services.members.commands.staff import StaffLeavingRow, StaffRow
from services.members.domain import membership, person, staff
from services.members.domain.person import FormerMember, InPost, Member, Person, RetainedMember
from shared.contract.members import MemberJoined, MemberRetired, StaffLeft, StaffRegistered
from shared.decider.command import Command
from shared.errors import Refusal
from tests.members.facts import ORG, TODAY, WANG

DAYS = st.integers(0, 400).map(lambda days: date(2022, 1, 1) + timedelta(days=days))

COMMANDS = st.one_of(
    st.builds(
        StaffRow,
        employee_no=st.just("A-017"),
        name=st.just("王利"),
        gender=st.just("female"),
        birth_month=st.just(3),
        registered_on=DAYS,
    ),
    st.builds(StaffLeavingRow, person_id=st.just(WANG), left_on=DAYS),
    st.builds(AdmissionRow, person_id=st.just(WANG), joined_on=DAYS, from_org=st.none()),
    st.builds(TransferOutMember, person_id=st.just(WANG), transferred_on=DAYS, to_org=st.none()),
    st.builds(RecordMemberLeft, person_id=st.just(WANG), left_on=DAYS),
    st.builds(RecordMemberRetired, person_id=st.just(WANG), retired_on=DAYS),
    st.builds(RecordMemberDied, person_id=st.just(WANG), died_on=DAYS),
)


DECISIONS: dict[type[Command], Any] = {
    StaffRow: partial(
        staff.register_staff, person_id=WANG, employee_no_taken=False, source_recorded_on=None
    ),
    StaffLeavingRow: partial(staff.record_staff_left, source_recorded_on=None),
    AdmissionRow: partial(membership.admit_member, source_recorded_on=None),
    TransferOutMember: membership.transfer_out,
    RecordMemberLeft: membership.record_member_left,
    RecordMemberRetired: membership.record_member_retired,
    RecordMemberDied: membership.record_member_died,
}


def history(commands: list[Any]) -> tuple[Person | None, list[Any]]:
    state: Person | None = None
    events: list[Any] = []
    for command in commands:
        try:
            decided = DECISIONS[type(command)](state, command, ORG, TODAY)
        except Refusal:
            continue
        for event in decided:
            state = person.evolve(state, event)
        events += decided
    return state, events


@given(st.lists(COMMANDS, max_size=30))
@settings(max_examples=300)
def test_posts_and_memberships_begin_and_end_in_turn_and_in_time(commands: list[Any]) -> None:
    state, events = history(commands)
    posts = [e for e in events if isinstance(e, StaffRegistered | StaffLeft)]
    membership_dates = [
        e.occurred_on for e in events if not isinstance(e, StaffRegistered | StaffLeft)
    ]
    assert membership_dates == sorted(membership_dates)
    spans = [
        e
        for e in events
        if not isinstance(e, StaffRegistered | StaffLeft)
        and not (isinstance(e, MemberRetired) and e.membership_retained)
    ]
    for chain, opening in ((posts, StaffRegistered), (spans, MemberJoined)):
        assert all(isinstance(e, opening) == (n % 2 == 0) for n, e in enumerate(chain))
        assert [e.occurred_on for e in chain] == sorted(e.occurred_on for e in chain)
    post = None if state is None else state.post
    member = None if state is None else state.membership
    assert isinstance(post, InPost) == (len(posts) % 2 == 1)
    assert isinstance(member, Member | RetainedMember) == (len(spans) % 2 == 1)


@given(st.lists(COMMANDS, max_size=30))
@settings(max_examples=300)
def test_nothing_begins_for_the_dead_or_in_the_future(commands: list[Any]) -> None:
    state, events = history(commands)
    kinds = Counter(type(event).__name__ for event in events)
    assert all(event.occurred_on <= TODAY for event in events)
    assert kinds["MemberDied"] <= 1
    if state and isinstance(state.membership, FormerMember) and state.membership.how == "died":
        assert state.died
        assert not isinstance(state.post, InPost)
