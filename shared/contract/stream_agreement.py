"""What a later event of a stream may not say otherwise than the one that it is about, nor earlier.

A claim that is filed for one kind and paid as another would be in the figures of both, and a cover
that ends before it began in those of neither. The codes are those of our own services, which copy
what they need instead, and of what is only here `…-differs`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.contract import benefits as b
from shared.contract import events as e
from shared.contract import members as m
from shared.contract.envelope import DomainEvent
from shared.errors import ContractViolation


class Said(NamedTuple):
    """An event of a stream that bears on what may follow."""

    event_id: UUID
    type: str
    event: Any


class Agrees(NamedTuple):
    """The fields in which an event says what the last of a type said."""

    type: type[DomainEvent]
    fields: tuple[str, ...]
    code: str


_OF_ITS_CLAIM = Agrees(b.ClaimFiled, ("kind", "person_id"), "claim-differs")
AGREES: Mapping[type[DomainEvent], Agrees] = {
    **dict.fromkeys((b.ClaimApproved, b.ClaimRejected, b.ClaimWithdrawn, b.ClaimPaid),
                    _OF_ITS_CLAIM),
    b.ClaimReversed: _OF_ITS_CLAIM._replace(type=b.ClaimPaid),
    b.CoverEnded: Agrees(b.MemberInsured, ("plan",), "cover-differs"),
    b.GiftIssuedAgain: Agrees(b.GiftIssued, ("occasion",), "gift-differs"),
    e.ActivityHeld: Agrees(e.ActivityPlanned, ("kind", "organiser"), "activity-differs"),
    e.CongressHeld: Agrees(e.MeetingConvened, ("kind",), "meeting-differs"),
}  # fmt: skip

_MEMBERSHIP_ENDED = (m.MemberJoined, "ended-before-joined")
NOT_BEFORE: Mapping[type[DomainEvent], tuple[type[DomainEvent], str]] = {
    b.GiftReceiptSigned: (b.GiftIssued, "receipt-before-issue"),
    b.GiftReturned: (b.GiftIssued, "returned-before-issue"),
    b.GiftIssuedAgain: (b.GiftIssued, "again-before-issue"),
    b.ClaimWithdrawn: (b.ClaimFiled, "withdrawn-before-filed"),
    b.ClaimReversed: (b.ClaimPaid, "reversed-before-paid"),
    b.CoverEnded: (b.MemberInsured, "ended-before-insured"),
    m.StaffLeft: (m.StaffRegistered, "left-before-staff"),
    **dict.fromkeys((m.MemberLeft, m.MemberTransferredOut, m.MemberRetired, m.MemberDied),
                    _MEMBERSHIP_ENDED),
    m.MembersUnmerged: (m.MembersMerged, "unmerged-before-merge"),
    e.CongressHeld: (e.MeetingConvened, "held-before-convened"),
    e.IssueResolved: (e.IssueRaised, "resolved-before-raised"),
}  # fmt: skip
"""What an event comes after, on the same day or later, where that is said in its stream."""

ENDS: Mapping[type[DomainEvent], tuple[type[DomainEvent], ...]] = {
    m.StaffRegistered: (m.StaffLeft,),
    m.MemberJoined: (m.MemberLeft, m.MemberTransferredOut, m.MemberRetired, m.MemberDied),
}
"""What ends a spell, so that the next may begin."""
ENDS_ANY_POST = frozenset({m.MemberRetired.type_name(), m.MemberDied.type_name()})
"""Their spell is the membership's: which post it was, they do not say."""
STILL: Mapping[type[DomainEvent], str] = {
    m.StaffRegistered: "already-staff",
    m.MemberJoined: "already-a-member",
}


def check_agrees(said: Iterable[Said], cls: type[DomainEvent], event: Any) -> None:
    """Raise ContractViolation where an event contradicts what was said before in its stream."""
    before = list(said)
    if (rule := AGREES.get(cls)) is not None:
        _check_same(_last(before, rule.type, event), rule, event)
    if cls in NOT_BEFORE:
        about, code = NOT_BEFORE[cls]
        first = _last(before, about, event)
        if first is not None and event.occurred_on < first.occurred_on:
            raise ContractViolation(code, f"its {about.__name__} is of {first.occurred_on}")
    if cls in ENDS:
        _check_spell(before, cls, event)


def _check_same(first: Any, rule: Agrees, event: Any) -> None:
    for field in rule.fields if first is not None else ():
        stands, says = getattr(first, field), getattr(event, field)
        if stands != says:
            named = f"{field} is {says}; the {rule.type.__name__} of this stream says {stands}"
            raise ContractViolation(rule.code, named)


def _check_spell(before: Sequence[Said], cls: type[DomainEvent], event: Any) -> None:
    """A spell begins once those before it ended; one that is told late may be an earlier one."""
    if cls is m.StaffRegistered and any(each.type in ENDS_ANY_POST for each in before):
        return
    ends = {each.type_name() for each in ENDS[cls]}
    ended = {each.event.spell for each in before if each.type in ends and _ends(each, cls)}
    begun = [each.event.spell for each in before if each.type == cls.type_name()]
    for spell in begun:
        if spell < event.spell and spell not in ended:
            raise ContractViolation(STILL[cls], f"spell {spell} has not ended")


def _ends(said: Said, cls: type[DomainEvent]) -> bool:
    """Whoever retires may stay a member."""
    retired = said.type == m.MemberRetired.type_name()
    return not (retired and cls is m.MemberJoined and said.event.membership_retained)


def _last(before: Iterable[Said], cls: type[DomainEvent], event: Any) -> Any:
    """The last event of a type, of the same spell where they have spells."""
    name, spell = cls.type_name(), getattr(event, "spell", None)
    of_type = [each.event for each in before if each.type == name]
    if "spell" in cls.model_fields:
        of_type = [each for each in of_type if each.spell == spell]
    return of_type[-1] if of_type else None
