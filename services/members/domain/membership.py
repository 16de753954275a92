"""Decisions about a person's membership. Refusals stand in the docstrings, first come first."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from services.members.commands.membership import (
    AdmissionRow,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    TransferOutMember,
)
from services.members.domain.person import (
    FormerMember,
    InPost,
    LeftPost,
    Member,
    NeverMember,
    Person,
    PersonEvent,
    Record,
    RetainedMember,
    known,
    not_recorded,
    restated,
)
from shared.contract.members import (
    DepartmentChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
)
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid, Refusal


def admit_member(
    state: Record | None,
    row: AdmissionRow,
    org_id: str,
    today: date,
    *,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """Membership begins; also, entered late, that of who has left or died since. Who was a member
    comes back as `rejoined` only, or, having transferred out, as `transferred_in`.

    Raises Invalid `date-in-future`, `from-org-not-meant`; Conflict `merged-record`; Invalid
    `unknown-person`; Conflict `recorded-before`, `person-died`, `not-staff`, `already-a-member`
    (with what differs), `never-a-member`, `rejoin-only`, `joined-before-staff`,
    `joined-before-ended`, `department-differs` (likewise).

    Where the row names a department and nobody ever told one of the person, that is told, too.
    """
    not_in_future(today, row.joined_on, source_recorded_on)
    if row.from_org is not None and (row.kind != "transferred_in" or row.from_org == org_id):
        raise Invalid("from-org-not-meant", "from_org is another union one was transferred from")
    person = known(state, row.person_id, org_id)
    joined = MemberJoined(
        org_id=org_id,
        occurred_on=row.joined_on,
        person_id=row.person_id,
        kind=row.kind,
        from_org=row.from_org,
        spell=person.member_spell + 1,
        source_recorded_on=source_recorded_on,
    )
    member = isinstance(person.membership, Member | RetainedMember)
    elsewhere = ["department"] if person.is_elsewhere(row.department, row.joined_on) else []
    not_recorded(person, joined, "already-a-member" if member else None, elsewhere)
    left = person.post.on if isinstance(person.post, LeftPost) else None
    if (person.died or left is not None) and not (left is not None and row.joined_on <= left):
        raise Conflict("person-died" if person.died else "not-staff", f"in post until {left}")
    _may_join(person, joined, elsewhere)
    if row.joined_on < person.post.since:
        raise Conflict(
            "joined-before-staff", f"{row.person_id} is in post since {person.post.since}"
        )
    if isinstance(person.membership, FormerMember) and row.joined_on < person.membership.on:
        raise Conflict(
            "joined-before-ended",
            f"the earlier membership of {row.person_id} ended on {person.membership.on}",
        )
    return [joined, *_department(person, row, joined)]


def _department(person: Person, row: AdmissionRow, joined: MemberJoined) -> list[PersonEvent]:
    """Raises Conflict `department-differs`."""
    if row.department is None or not person.is_elsewhere(row.department, row.joined_on):
        return []
    if any(person.department_on(day) for day in (row.joined_on, date.max)):
        detail = f"{row.person_id} is registered in another department"
        raise Conflict("department-differs", detail, differs=["department"])
    return [
        DepartmentChanged(
            org_id=joined.org_id,
            occurred_on=joined.occurred_on,
            person_id=joined.person_id,
            department=row.department,
            reason="first_told",
            source_recorded_on=joined.source_recorded_on,
        )
    ]


ADMISSION_REFUSALS: dict[str, type[Refusal]] = {
    "date-in-future": Invalid,
    "from-org-not-meant": Invalid,
    "merged-record": Conflict,
    "unknown-person": Invalid,
    "recorded-before": Conflict,
    "person-died": Conflict,
    "not-staff": Conflict,
    "already-a-member": Conflict,
    "never-a-member": Conflict,
    "rejoin-only": Conflict,
    "joined-before-staff": Conflict,
    "joined-before-ended": Conflict,
    "department-differs": Conflict,
}
"""Of a bulk command's rows, the first in this order that any row has is said."""


def _may_join(state: Person, said: MemberJoined, elsewhere: Sequence[str]) -> None:
    match state.membership:
        case Member() | RetainedMember():
            raise Conflict(
                "already-a-member",
                f"{said.person_id} is a member since {state.membership.since}",
                differs=[*(restated(state, said) or []), *elsewhere],
            )
        case NeverMember() if said.kind == "rejoined":
            raise Conflict("never-a-member", f"{said.person_id} was never a member here")
        case FormerMember(how=how) if said.kind == "new" or (
            said.kind == "transferred_in" and how != "transferred_out"
        ):
            raise Conflict("rejoin-only", f"{said.person_id} was a member here: kind is rejoined")


def transfer_out(
    state: Record | None, command: TransferOutMember, org_id: str, today: date
) -> list[PersonEvent]:
    """The membership moves to another union (会籍转出).

    Raises Invalid `date-in-future`, `to-org-is-own`; Conflict `merged-record`; Invalid
    `unknown-person`; Conflict `recorded-before`, `not-a-member` (with what differs),
    `ended-before-joined`.
    """
    not_in_future(today, command.transferred_on, command.source_recorded_on)
    if command.to_org == org_id:
        raise Invalid("to-org-is-own", "a membership moves to another union")
    person = known(state, command.person_id, org_id)
    ended = MemberTransferredOut(
        org_id=org_id,
        occurred_on=command.transferred_on,
        person_id=command.person_id,
        to_org=command.to_org,
        spell=person.member_spell or 1,
        source_recorded_on=command.source_recorded_on,
    )
    _may_end(person, ended)
    return [ended]


def record_member_left(
    state: Record | None, command: RecordMemberLeft, org_id: str, today: date
) -> list[PersonEvent]:
    """The membership ends.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `recorded-before`, `not-a-member` (with what differs), `ended-before-joined`.
    """
    not_in_future(today, command.left_on, command.source_recorded_on)
    person = known(state, command.person_id, org_id)
    ended = MemberLeft(
        org_id=org_id,
        occurred_on=command.left_on,
        person_id=command.person_id,
        reason=command.reason,
        spell=person.member_spell or 1,
        source_recorded_on=command.source_recorded_on,
    )
    _may_end(person, ended)
    return [ended]


def record_member_retired(
    state: Record | None, command: RecordMemberRetired, org_id: str, today: date
) -> list[PersonEvent]:
    """A member retires, with or without membership retained; a post still held ends that day.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `recorded-before`, `already-retired`, `not-a-member` (both with what differs),
    `ended-before-joined`, `left-before-staff`.
    """
    on = command.retired_on
    not_in_future(today, on, command.source_recorded_on)
    person = known(state, command.person_id, org_id)
    retired = MemberRetired(
        org_id=org_id,
        occurred_on=on,
        person_id=command.person_id,
        membership_retained=command.membership_retained,
        spell=person.member_spell or 1,
        source_recorded_on=command.source_recorded_on,
    )
    retained = isinstance(person.membership, RetainedMember)
    not_recorded(person, retired, "already-retired" if retained else None)
    if isinstance(person.membership, RetainedMember):
        differs = restated(person, retired)
        raise Conflict("already-retired", f"{command.person_id} retired before", differs=differs)
    _may_end(person, retired)
    return [retired, *_post_ends(person, retired, "retired")]


def record_member_died(
    state: Record | None, command: RecordMemberDied, org_id: str, today: date
) -> list[PersonEvent]:
    """A member died; a post still held ends that day.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `recorded-before`, `not-a-member` (with what differs), `ended-before-joined`,
    `left-before-staff`.
    """
    on = command.died_on
    not_in_future(today, on, command.source_recorded_on)
    person = known(state, command.person_id, org_id)
    died = MemberDied(
        org_id=org_id,
        occurred_on=on,
        person_id=command.person_id,
        spell=person.member_spell or 1,
        source_recorded_on=command.source_recorded_on,
    )
    _may_end(person, died)
    return [died, *_post_ends(person, died, "died")]


Ending = MemberTransferredOut | MemberLeft | MemberRetired | MemberDied


def _may_end(person: Person, said: Ending) -> None:
    """Raises Conflict `recorded-before`, `not-a-member`, `ended-before-joined`."""
    ended = isinstance(person.membership, FormerMember)
    not_recorded(person, said, "not-a-member" if ended else None)
    require_member(person, said.person_id, said)


def require_member(person: Person, person_id: str, ends: Ending | None = None) -> None:
    """Raises Conflict `not-a-member` (with what differs of `ends`), `ended-before-joined`."""
    match person.membership:
        case NeverMember():
            raise Conflict("not-a-member", f"{person_id} is not a member")
        case FormerMember():
            ended = f"the membership ended on {person.membership.on}"
            if ends is None:
                raise Conflict("not-a-member", ended)
            raise Conflict("not-a-member", ended, differs=restated(person, ends) or ["how"])
        case RetainedMember(retired_on=since) | Member(since=since):
            if ends is not None and ends.occurred_on < since:
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
