"""One person in one union: stream `<org>/person-<person_id>`.

Post and membership are two facts: 会籍 ends by its own event, not by leaving the unit. Each span of
either begins no earlier than the one before it ended, so every day has one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, assert_never

from shared.contract.members import (
    DepartmentChanged,
    DependantDeclared,
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MembersMerged,
    MembersUnmerged,
    MemberTransferredOut,
    StaffLeft,
    StaffRegistered,
)
from shared.contract.values import Gender
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid

PersonFact = (
    StaffRegistered
    | StaffLeft
    | MemberJoined
    | MemberTransferredOut
    | MemberLeft
    | MemberRetired
    | MemberDied
    | MemberChanged
    | DepartmentChanged
    | DependantDeclared
)
PersonEvent = PersonFact | MembersMerged | MembersUnmerged


@dataclass(frozen=True, slots=True)
class InPost:
    """Works for the unit."""

    since: date


@dataclass(frozen=True, slots=True)
class LeftPost:
    """Worked for the unit from `since` until `on`, both days included."""

    on: date
    since: date


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

    `gender` and `birth_month` are as registered or corrected last. `post_spell` and `member_spell`
    count the spells begun so far, the present or last one included.
    `facts` are what was recorded and stands, so that what is said again is known.
    """

    post: Post
    gender: Gender
    birth_month: int
    membership: Membership = NeverMember()
    post_spell: int = 1
    member_spell: int = 0
    dependants: frozenset[str] = frozenset()
    died: bool = False
    facts: tuple[PersonFact, ...] = field(default=(), compare=False, repr=False)

    def department_on(self, day: date) -> str | None:
        """Where the person was on `day`: what was told of the latest day until then, and last of
        that day; None: nobody knows."""
        told = [
            (fact.occurred_on, number, fact.department)
            for number, fact in enumerate(self.facts)
            if isinstance(fact, StaffRegistered | DepartmentChanged) and fact.occurred_on <= day
        ]
        return max(told)[2] if told else None

    def is_elsewhere(self, department: str | None, day: date) -> bool:
        """Whether what a list of `day` says is neither where the person was then nor where they are
        by the last that was told: offices write of today beside days long past. None says
        nothing."""
        return department not in {None, self.department_on(day), self.department_on(date.max)}

    @property
    def first_registered_on(self) -> date:
        """The first day of the first post."""
        return min(each.occurred_on for each in self.facts if isinstance(each, StaffRegistered))


@dataclass(frozen=True, slots=True)
class MergedInto:
    """No person, but the second record of one (一人两档): `kept_person_id` is the record kept."""

    kept_person_id: str


Record = Person | MergedInto


def evolve(state: Record | None, event: PersonEvent) -> Record | None:
    """What is recorded after one more event; None: nothing, so far."""
    match event:
        case MembersMerged():
            return MergedInto(event.kept_person_id)
        case MembersUnmerged():
            return None
    before = state if isinstance(state, Person) else None
    facts = () if before is None else before.facts
    return replace(_evolve(before, event), facts=(*facts, event))


def _evolve(state: Person | None, event: PersonFact) -> Person:
    on = event.occurred_on
    if state is None:
        assert isinstance(event, StaffRegistered), f"{event.type_name()} before StaffRegistered"
        return Person(InPost(on), event.gender, event.birth_month)
    match event:
        case StaffRegistered() | MemberChanged():
            known = replace(state, gender=event.gender, birth_month=event.birth_month)
            if isinstance(event, MemberChanged):
                return known
            return replace(known, post=InPost(on), post_spell=state.post_spell + 1)
        case StaffLeft():
            died = state.died or event.reason == "died"
            return replace(state, post=LeftPost(on, state.post.since), died=died)
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
        case DepartmentChanged():
            return state  # the facts have it, whatever the order in which they are told
        case DependantDeclared():
            return replace(state, dependants=state.dependants | {event.dependant_id})
        case _:
            assert_never(event)


def not_recorded(
    person: Person, said: PersonFact, now: str | None, differs: Sequence[str] = ()
) -> None:
    """Raises Conflict where this very fact stands, which differs in nothing: `now` where it is the
    last of its kind and still so; else `recorded-before`, in an earlier spell, so that a list sent
    again after somebody came back adds nothing. `differs`: fields of the list that no fact of this
    type says."""
    same = [fact for fact in person.facts if type(fact) is type(said)]
    equal = [_as_said(fact) == _as_said(said) for fact in same]
    if any(equal):
        detail = f"{said.person_id}: {_since(person)}"
        if now is not None and equal[-1]:
            raise Conflict(now, detail, differs=list(differs))
        raise Conflict("recorded-before", detail, differs=list(differs))


def _since(person: Person) -> str:
    match person.membership:
        case Member(since=since) | RetainedMember(since=since):
            return f"this is recorded already; is a member since {since}"
    return "this is recorded already"


def restated(person: Person, said: PersonEvent) -> list[str] | None:
    """The fields in which the last fact of this type differs from what is said; None: there is
    none."""
    last = next((fact for fact in reversed(person.facts) if type(fact) is type(said)), None)
    if last is None:
        return None
    stands, now = _as_said(last), _as_said(said)
    return differing(**{name: (stands[name], now[name]) for name in now})


def _as_said(event: PersonEvent) -> dict[str, Any]:
    """What somebody said: without the spell, which follows, and without the paper's date; where
    one works changes, so of a registration that is asked apart (`is_elsewhere`)."""
    apart = {"department"} if isinstance(event, StaffRegistered) else set()
    return event.model_dump(exclude={"spell", "source_recorded_on", *apart})


def not_merged(state: Record | None, person_id: str) -> Person | None:
    """The person, if registered; of a merged record it is told which one is kept, and nothing is
    entered in either: which of the two it is about, a person says. Raises Conflict
    `merged-record`."""
    if isinstance(state, MergedInto):
        raise merged_record(person_id, state.kept_person_id)
    return state


def merged_record(person_id: str, kept_person_id: str) -> Conflict:
    """The refusal of what names a merged record."""
    return Conflict(
        "merged-record",
        f"{person_id} was merged into {kept_person_id}: name {kept_person_id}, or unmerge-members",
        kept_person_id=kept_person_id,
    )


def known(state: Record | None, person_id: str, org_id: str) -> Person:
    """The person, who is registered. Raises Conflict `merged-record`, Invalid `unknown-person`."""
    state = not_merged(state, person_id)
    if state is None:
        raise Invalid("unknown-person", f"{person_id} is not registered in {org_id}")
    return state
