"""Decisions about a person's membership. Order of the checks is the precedence of the refusals."""

from collections.abc import Callable
from datetime import date
from typing import Literal

from services.members.commands import (
    AdmissionRow,
    DeclareDependant,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    TransferOutMember,
)
from services.members.domain.dates import not_future
from services.members.domain.person import (
    FormerMember,
    InPost,
    LeftPost,
    Member,
    NeverMember,
    NotRegistered,
    Person,
    PersonEvent,
    RetainedMember,
)
from shared.contract.members import (
    DependantDeclared,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
)
from shared.errors import Conflict, Invalid


def admit_member(
    state: Person,
    row: AdmissionRow,
    org_id: str,
    today: date,
    *,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """Membership begins. Who was a member here comes back as `rejoined` only, or, having
    transferred out, as `transferred_in`.

    Raises Invalid `date-in-future`, `from-org-not-meant`, `unknown-person`; Conflict
    `person-died`, `not-staff`, `already-a-member`, `never-a-member`, `rejoin-only`,
    `joined-before-staff`, `joined-before-ended`.
    """
    not_future(row.joined_on, today)
    if row.from_org is not None and (row.kind != "transferred_in" or row.from_org == org_id):
        raise Invalid("from-org-not-meant", "from_org is another union one was transferred from")
    if isinstance(state.post, NotRegistered):
        raise Invalid("unknown-person", f"{row.person_id} is not registered in {org_id}")
    if state.died:
        raise Conflict("person-died", f"{row.person_id} has died")
    if isinstance(state.post, LeftPost):
        raise Conflict("not-staff", f"{row.person_id} was in post until {state.post.on}")
    _may_join(state, row)
    if row.joined_on < state.post.since:
        raise Conflict(
            "joined-before-staff", f"{row.person_id} is in post since {state.post.since}"
        )
    if isinstance(state.membership, FormerMember) and row.joined_on < state.membership.on:
        raise Conflict(
            "joined-before-ended",
            f"the earlier membership of {row.person_id} ended on {state.membership.on}",
        )
    return [
        MemberJoined(
            org_id=org_id,
            occurred_on=row.joined_on,
            person_id=row.person_id,
            kind=row.kind,
            from_org=row.from_org,
            spell=state.member_spell + 1,
            source_recorded_on=source_recorded_on,
        )
    ]


def _may_join(state: Person, row: AdmissionRow) -> None:
    match state.membership:
        case Member() | RetainedMember():
            raise Conflict(
                "already-a-member", f"{row.person_id} is a member since {state.membership.since}"
            )
        case NeverMember() if row.kind == "rejoined":
            raise Conflict("never-a-member", f"{row.person_id} was never a member here")
        case FormerMember(how=how) if row.kind == "new" or (
            row.kind == "transferred_in" and how != "transferred_out"
        ):
            raise Conflict("rejoin-only", f"{row.person_id} was a member here: kind is rejoined")


def transfer_out(
    state: Person, command: TransferOutMember, org_id: str, today: date
) -> list[PersonEvent]:
    """The membership moves to another union (会籍转出).

    Raises Invalid `date-in-future`, `to-org-is-own`, `unknown-person`; Conflict `not-a-member`,
    `ended-before-joined`.
    """
    not_future(command.transferred_on, today)
    if command.to_org == org_id:
        raise Invalid("to-org-is-own", "a membership moves to another union")
    _member(state, command.person_id, org_id, command.transferred_on)
    return [
        MemberTransferredOut(
            org_id=org_id,
            occurred_on=command.transferred_on,
            person_id=command.person_id,
            to_org=command.to_org,
            spell=state.member_spell,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def record_member_left(
    state: Person, command: RecordMemberLeft, org_id: str, today: date
) -> list[PersonEvent]:
    """The membership ends.

    Raises Invalid `date-in-future`, `unknown-person`; Conflict `not-a-member`,
    `ended-before-joined`.
    """
    not_future(command.left_on, today)
    _member(state, command.person_id, org_id, command.left_on)
    return [
        MemberLeft(
            org_id=org_id,
            occurred_on=command.left_on,
            person_id=command.person_id,
            reason=command.reason,
            spell=state.member_spell,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def record_member_retired(
    state: Person, command: RecordMemberRetired, org_id: str, today: date
) -> list[PersonEvent]:
    """A member retires, with or without membership retained; a post still held ends that day.

    Raises Invalid `date-in-future`, `unknown-person`; Conflict `not-a-member`, `already-retired`,
    `ended-before-joined`, `left-before-staff`.
    """
    on = command.retired_on
    not_future(on, today)
    if isinstance(state.membership, RetainedMember):
        raise Conflict("already-retired", f"{command.person_id} retired before")
    _member(state, command.person_id, org_id, on)
    retired = MemberRetired(
        org_id=org_id,
        occurred_on=on,
        person_id=command.person_id,
        membership_retained=command.membership_retained,
        spell=state.member_spell,
        source_recorded_on=command.source_recorded_on,
    )
    return [retired, *_post_ends(state, retired, "retired")]


def record_member_died(
    state: Person, command: RecordMemberDied, org_id: str, today: date
) -> list[PersonEvent]:
    """A member died; a post still held ends that day.

    Raises Invalid `date-in-future`, `unknown-person`; Conflict `not-a-member`,
    `ended-before-joined`, `left-before-staff`.
    """
    on = command.died_on
    not_future(on, today)
    _member(state, command.person_id, org_id, on)
    died = MemberDied(
        org_id=org_id,
        occurred_on=on,
        person_id=command.person_id,
        spell=state.member_spell,
        source_recorded_on=command.source_recorded_on,
    )
    return [died, *_post_ends(state, died, "died")]


def declare_dependant(
    state: Person, command: DeclareDependant, org_id: str, today: date, *, dependant_id: str
) -> list[PersonEvent]:
    """A member declares a dependant.

    Raises Invalid `date-in-future`, `dependant-is-self`, `unknown-person`; Conflict
    `not-a-member`, `dependant-declared`.
    """
    not_future(command.declared_on, today)
    if dependant_id == command.person_id:
        raise Invalid("dependant-is-self", "nobody is their own dependant")
    _member(state, command.person_id, org_id)
    if dependant_id in state.dependants:
        raise Conflict("dependant-declared", f"{dependant_id} was declared before")
    return [
        DependantDeclared(
            org_id=org_id,
            occurred_on=command.declared_on,
            person_id=command.person_id,
            dependant_id=dependant_id,
            relation=command.relation,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _member(state: Person, person_id: str, org_id: str, ends_on: date | None = None) -> None:
    if isinstance(state.post, NotRegistered):
        raise Invalid("unknown-person", f"{person_id} is not registered in {org_id}")
    match state.membership:
        case NeverMember():
            raise Conflict("not-a-member", f"{person_id} is not a member")
        case FormerMember():
            raise Conflict("not-a-member", f"the membership ended on {state.membership.on}")
        case RetainedMember(retired_on=since) | Member(since=since):
            if ends_on is not None and ends_on < since:
                raise Conflict("ended-before-joined", f"{person_id} was a member on {since}")


def _post_ends(
    state: Person, event: MemberRetired | MemberDied, reason: Literal["retired", "died"]
) -> list[PersonEvent]:
    """The end of a post still held, on the day of `event`. Raises Conflict `left-before-staff`."""
    if not isinstance(state.post, InPost):
        return []
    if event.occurred_on < state.post.since:
        raise Conflict(
            "left-before-staff", f"{event.person_id} is in post since {state.post.since}"
        )
    return [
        StaffLeft(
            org_id=event.org_id,
            occurred_on=event.occurred_on,
            person_id=event.person_id,
            reason=reason,
            spell=state.post_spell,
            source_recorded_on=event.source_recorded_on,
        )
    ]


DECISIONS: dict[type, Callable[..., list[PersonEvent]]] = {
    AdmissionRow: admit_member,
    TransferOutMember: transfer_out,
    RecordMemberLeft: record_member_left,
    RecordMemberRetired: record_member_retired,
    RecordMemberDied: record_member_died,
    DeclareDependant: declare_dependant,
}
