"""Who was on the staff and on the roll, and when: one row per person and union (名册).

Spells before the present one are kept as pairs of days, memberships in `former` and posts in
`former_posts`, so the roll and the staff of any past day can be read.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.members import (
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
    StaffRegistered,
)


class Registration(NamedTuple):
    """One person in one union. `member_until` is the day membership ended (that day excluded),
    `staff_until` the last day in post; `former` and `former_posts` hold earlier spells, each as
    "from/until" ISO dates with the same meaning of the second. `left_post` is the event by which
    the present post ended, and `left_post_why` its reason.
    """

    org_id: str
    person_id: str
    source: str
    gender: str | None = None
    birth_month: int | None = None
    staff_from: date | None = None
    staff_until: date | None = None
    member_from: date | None = None
    member_until: date | None = None
    join_kind: str | None = None
    retired_on: date | None = None
    former: tuple[str, ...] = ()
    former_posts: tuple[str, ...] = ()
    left_post_why: str | None = None
    left_post: UUID | None = None

    def member_on(self, day: date) -> bool:
        """Whether the person was a member on `day`."""
        present = self.member_from is not None and self.member_from <= day
        return (present and (self.member_until is None or day < self.member_until)) or any(
            since <= day < until for since, until in _spells(self.former)
        )

    def staff_on(self, day: date) -> bool:
        """Whether the person was in post on `day`."""
        present = self.staff_from is not None and self.staff_from <= day
        return (present and (self.staff_until is None or day <= self.staff_until)) or any(
            since <= day <= until for since, until in _spells(self.former_posts)
        )


def _spells(former: tuple[str, ...]) -> Iterator[tuple[date, date]]:
    for spell in former:
        since, until = spell.split("/")
        yield date.fromisoformat(since), date.fromisoformat(until)


def _keys(
    event: StaffRegistered | StaffLeft | MemberJoined | MemberChanged, entry: Entry
) -> Sequence[Key]:
    return [(event.org_id, event.person_id, entry.envelope.source)]


def _blank(key: Key) -> Registration:
    return Registration(*key)


def _staffed(row: Registration | None, event: StaffRegistered, _: Entry, key: Key) -> Registration:
    row = row or _blank(key)
    former = row.former_posts
    if row.staff_from is not None and row.staff_until is not None:
        former = (*former, f"{row.staff_from}/{row.staff_until}")
    return row._replace(
        gender=event.gender,
        birth_month=event.birth_month,
        staff_from=event.occurred_on,
        staff_until=None,
        former_posts=former,
        left_post_why=None,
        left_post=None,
    )


def _changed(row: Registration | None, event: MemberChanged, _: Entry, key: Key) -> Registration:
    return (row or _blank(key))._replace(gender=event.gender, birth_month=event.birth_month)


def _left_post(row: Registration | None, event: StaffLeft, entry: Entry, key: Key) -> Registration:
    return (row or _blank(key))._replace(
        staff_until=event.occurred_on,
        left_post_why=event.reason,
        left_post=entry.envelope.event_id,
    )


def _joined(row: Registration | None, event: MemberJoined, _: Entry, key: Key) -> Registration:
    row = row or _blank(key)
    former = row.former
    if row.member_from is not None and row.member_until is not None:
        former = (*former, f"{row.member_from}/{row.member_until}")
    return row._replace(
        member_from=event.occurred_on, member_until=None, join_kind=event.kind, former=former
    )


def _ended(
    row: Registration | None,
    event: MemberLeft | MemberTransferredOut | MemberDied,
    _: Entry,
    key: Key,
) -> Registration:
    return (row or _blank(key))._replace(member_until=event.occurred_on)


def _retired(row: Registration | None, event: MemberRetired, _: Entry, key: Key) -> Registration:
    row = (row or _blank(key))._replace(retired_on=event.occurred_on)
    return row if event.membership_retained else row._replace(member_until=event.occurred_on)


REGISTER = Projection(
    name="register",
    row=Registration,
    key=("org_id", "person_id", "source"),
    on={
        StaffRegistered: changing(_keys, _staffed),
        MemberChanged: changing(_keys, _changed),
        StaffLeft: changing(_keys, _left_post),
        MemberJoined: changing(_keys, _joined),
        MemberLeft: changing(_keys, _ended),
        MemberTransferredOut: changing(_keys, _ended),
        MemberDied: changing(_keys, _ended),
        MemberRetired: changing(_keys, _retired),
    },
)
