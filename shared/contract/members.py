"""What `services/members` publishes: the staff and the members of a union, by person id.

A person's stream is `<org_id>/person-<person_id>`: staff record and membership of one person in one
union. Names, ID numbers and phones are never here. `spell` numbers a person's
memberships (or posts) in that union from 1: who comes back begins the next one, and its end names
the one it ends.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.contract.envelope import DomainEvent
from shared.contract.values import (
    CorrectionReason,
    Count,
    Department,
    Flag,
    Gender,
    Month,
    OrgId,
    PersonId,
    PositiveCount,
    Title,
)
from shared.contract.withdrawal import Withdrawal


class MembersEvent(DomainEvent):
    """An event of the members context."""

    CONTEXT: ClassVar[str] = "members"


class OrganisationRegistered(MembersEvent, stream="organisation"):
    """A union exists in the tree. `simulated` unions run on a simulated clock only."""

    name: Title
    kind: Literal["grassroots", "group", "city"]
    parent_org_id: OrgId | None = None
    simulated: Flag = False


class OrganisationCorrected(MembersEvent, stream="organisation"):
    """What is registered of a union is corrected: its name, kind and upper union, as they always
    were. Which clock it runs on is never another."""

    name: Title
    kind: Literal["grassroots", "group", "city"]
    parent_org_id: OrgId | None = None
    reason: CorrectionReason


class StaffRegistered(MembersEvent, stream="person-{person_id}"):
    """A person works for the unit the union belongs to. Birth month only (PIPL art. 6).

    Who comes back has a new post: the next `spell`, which its StaffLeft names, too. `department`
    is where the person works from that day on; None: the source does not know.
    """

    person_id: PersonId
    gender: Gender
    birth_month: Month
    spell: PositiveCount = 1
    department: Department | None = None


class StaffLeft(MembersEvent, stream="person-{person_id}"):
    """The labour relation ended; the last day in post is `occurred_on`."""

    person_id: PersonId
    reason: Literal["resigned", "transferred", "retired", "dismissed", "died", "other"]
    spell: PositiveCount = 1


class StaffCountDeclared(MembersEvent, stream="organisation"):
    """The unit's own head count on a day, to be held against the staff register.

    Of several for one day, the one recorded last holds.
    """

    staff: Count
    women_staff: Count


class MemberJoined(MembersEvent, stream="person-{person_id}"):
    """Membership began on `occurred_on`: new, transferred in (会籍转入), or rejoined."""

    person_id: PersonId
    kind: Literal["new", "transferred_in", "rejoined"]
    from_org: OrgId | None = None
    spell: PositiveCount = 1


class MemberTransferredOut(MembersEvent, stream="person-{person_id}"):
    """Membership moved to another union (会籍转出); it ended here on `occurred_on`.

    That is the first day without it; `spell` is that of its MemberJoined.
    """

    person_id: PersonId
    to_org: OrgId | None = None
    spell: PositiveCount = 1


class MemberLeft(MembersEvent, stream="person-{person_id}"):
    """Membership ended on `occurred_on`, the first day without it.

    `spell` is that of its MemberJoined.
    """

    person_id: PersonId
    reason: Literal["resigned", "dues_lapsed", "expelled", "left_unit", "other"]
    spell: PositiveCount = 1


class MemberRetired(MembersEvent, stream="person-{person_id}"):
    """A member retired. `membership_retained`: 保留会籍, still a member, without dues."""

    person_id: PersonId
    membership_retained: Flag
    spell: PositiveCount = 1


class MemberDied(MembersEvent, stream="person-{person_id}"):
    """A member died on `occurred_on`, the first day without the membership."""

    person_id: PersonId
    spell: PositiveCount = 1


class DependantDeclared(MembersEvent, stream="person-{person_id}"):
    """A dependant of a member, who may receive in that capacity."""

    person_id: PersonId
    dependant_id: PersonId
    relation: Literal["spouse", "child", "parent"]


class MembershipWithdrawn(MembersEvent, Withdrawal, stream="person-{person_id}"):
    """A beginning or an end of a membership, entered wrongly, is taken back (会籍撤回)."""

    person_id: PersonId


class RegistrationWithdrawn(MembersEvent, Withdrawal, stream="{entry_stream}"):
    """An entry about posts, dependants or the union itself is taken back (登记撤回).

    `entry_stream` is the stream of both, such as `person-p-a7k2m9` or `organisation`.
    """

    entry_stream: Annotated[str, Field(pattern=r"^(organisation|person-p-[0-9a-z]{6,40})$")]


class MemberChanged(MembersEvent, stream="person-{person_id}"):
    """What is registered of a person is corrected: gender and month of birth, as they are.

    `posts` counts the posts held so far, all of which it is about.
    """

    person_id: PersonId
    gender: Gender
    birth_month: Month
    posts: PositiveCount
    reason: CorrectionReason


class DepartmentChanged(MembersEvent, stream="person-{person_id}"):
    """A person belongs to another department (部门) from `occurred_on` on, in post or no more.

    It holds until the next day of which one is told, and in place of what was told of that very
    day, so it also puts right where somebody was when registered.
    """

    person_id: PersonId
    department: Department
    reason: Literal["moved", "renamed", "first_told", "corrected"]


class MembersMerged(MembersEvent, stream="person-{person_id}"):
    """Two records were of one person (一人两档): `person_id` is `kept_person_id`, who is kept.

    The entries about membership and post of `person_id` are withdrawn beside it; what was given to
    either counts as given to one person.
    """

    person_id: PersonId
    kept_person_id: PersonId
    reason: Literal["registered_twice", "came_back", "transferred_in", "other"]


class MembersUnmerged(MembersEvent, stream="person-{person_id}"):
    """Two records were not of one person after all; the entries of `person_id` are entered anew."""

    person_id: PersonId
    kept_person_id: PersonId
    reason: Literal["not_the_same", "entered_in_error", "other"]


class AffiliationTransferStarted(MembersEvent, stream="organisation"):
    """The union began to move from one upper union to another (转隶)."""

    from_parent: OrgId
    to_parent: OrgId
    members_due: Count


class MemberHandoverPrepared(MembersEvent, stream="organisation"):
    """Membership files were prepared for the new upper union: how many are ready, cumulatively."""

    prepared: Count


class AffiliationTransferCompleted(MembersEvent, stream="organisation"):
    """The move to the new upper union took effect on `occurred_on`."""

    from_parent: OrgId
    to_parent: OrgId


EVENTS: tuple[type[MembersEvent], ...] = (
    OrganisationRegistered, OrganisationCorrected, StaffRegistered, StaffLeft, StaffCountDeclared,
    MemberJoined, MemberTransferredOut, MemberLeft, MemberRetired, MemberDied, DependantDeclared,
    MembershipWithdrawn, RegistrationWithdrawn, MemberChanged, DepartmentChanged, MembersMerged,
    MembersUnmerged,
    AffiliationTransferStarted, MemberHandoverPrepared, AffiliationTransferCompleted,
)  # fmt: skip
