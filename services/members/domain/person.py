"""One person in one union: stream `<org>/person-<person_id>`.

Post and membership are two facts: 会籍 ends by its own event, not by leaving the unit. Each span of
either begins no earlier than the one before it ended, so every day has one answer.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never

from shared.contract.members import (
    DependantDeclared,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
    StaffRegistered,
)
from shared.errors import Invalid

PersonEvent = (
    StaffRegistered
    | StaffLeft
    | MemberJoined
    | MemberTransferredOut
    | MemberLeft
    | MemberRetired
    | MemberDied
    | DependantDeclared
)


@dataclass(frozen=True, slots=True)
class InPost:
    """Works for the unit."""

    since: date


@dataclass(frozen=True, slots=True)
class LeftPost:
    """Worked for the unit until `on`, that day included."""

    on: date


@dataclass(frozen=True, slots=True)
class NeverMember:
    """Not a member of this union, and never was."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member in this union since `since`."""

    since: date


@dataclass(frozen=True, slots=True)
class RetainedMember:
    """Retired with membership retained (保留会籍): a member still."""

    since: date
    retired_on: date


@dataclass(frozen=True, slots=True)
class FormerMember:
    """A membership that ended on `on`."""

    on: date
    how: Literal["left", "transferred_out", "retired", "died"]


Post = InPost | LeftPost
Membership = NeverMember | Member | RetainedMember | FormerMember


@dataclass(frozen=True, slots=True)
class Person:
    """Post and membership of one person in one union, and the dependants declared.

    `post_spell` and `member_spell` count the spells begun so far, the present or last one included.
    """

    post: Post
    membership: Membership = NeverMember()
    post_spell: int = 1
    member_spell: int = 0
    dependants: frozenset[str] = frozenset()
    died: bool = False


def evolve(state: Person | None, event: PersonEvent) -> Person:
    """The person after one more event; None: never worked for the unit, as far as recorded."""
    on = event.occurred_on
    if state is None:
        assert isinstance(event, StaffRegistered), f"{event.type_name()} before StaffRegistered"
        return Person(InPost(on))
    match event:
        case StaffRegistered():
            return replace(state, post=InPost(on), post_spell=state.post_spell + 1)
        case StaffLeft():
            died = state.died or event.reason == "died"
            return replace(state, post=LeftPost(on), died=died)
        case MemberJoined():
            return replace(state, membership=Member(on), member_spell=state.member_spell + 1)
        case MemberRetired(membership_retained=True):
            since = state.membership.since if isinstance(state.membership, Member) else on
            return replace(state, membership=RetainedMember(since, on))
        case MemberRetired():
            return replace(state, membership=FormerMember(on, "retired"))
        case MemberLeft():
            return replace(state, membership=FormerMember(on, "left"))
        case MemberTransferredOut():
            return replace(state, membership=FormerMember(on, "transferred_out"))
        case MemberDied():
            return replace(state, membership=FormerMember(on, "died"), died=True)
        case DependantDeclared():
            return replace(state, dependants=state.dependants | {event.dependant_id})
        case _:
            assert_never(event)


def known(state: Person | None, person_id: str, org_id: str) -> Person:
    """The person, who is registered. Raises Invalid `unknown-person`."""
    if state is None:
        raise Invalid("unknown-person", f"{person_id} is not registered in {org_id}")
    return state
