"""What members says, kept as our own copy: which unions there are, and who is what in them, when.

Every event of members moves the copy's position in its stream, so that a caller who states one
(Guildhall-After) can be told to wait. Repeating an event, or hearing it late, changes nothing.
"""

from datetime import date
from typing import Any

from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.members import (
    DependantDeclared,
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MembershipWithdrawn,
    MemberTransferredOut,
    RegistrationWithdrawn,
    StaffLeft,
    StaffRegistered,
)
from shared.contract.values import day_after
from shared.eventstore.store import Also
from shared.replicas import members
from shared.replicas.apply import Reaction
from shared.replicas.members import HEARD, person_stream, when_anything_is_said

TABLES = (*members.TABLES, "known_changes", "known_dependants", "known_withdrawals")
"""What our copy of members consists of: every table that a reaction writes."""

PERSON_CHANGED = f"""
WITH heard AS ({HEARD})
INSERT INTO known_changes
    (version, org_id, person_id, effective_on, is_member, is_retired, is_staff, gender)
VALUES ($2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
"""
DEPENDANT_KNOWN = f"""
WITH heard AS ({HEARD}), named AS (
    INSERT INTO members_streams (stream, version) VALUES ($6, 0) ON CONFLICT (stream) DO NOTHING
)
INSERT INTO known_dependants (org_id, person_id, declared_on, declared_by, version)
VALUES ($3, $4, $5, $7, $2) ON CONFLICT DO NOTHING
"""
ENTRY_WITHDRAWN = f"""
WITH heard AS ({HEARD})
INSERT INTO known_withdrawals (org_id, person_id, version) VALUES ($3, $4, $5)
ON CONFLICT DO NOTHING
"""
"""Kept, and not applied, so that it does not matter which of the two was heard first."""


def when_staff_registered(event: StaffRegistered, envelope: Envelope) -> Also:
    """In post from that day on."""
    return _changed(event, envelope, event.occurred_on, is_staff=True, gender=event.gender)


def when_staff_left(event: StaffLeft, envelope: Envelope) -> Also:
    """The last day in post was that day: no longer from the next, where there is one."""
    first_day_off = day_after(event.occurred_on)
    if first_day_off is None:
        return when_anything_is_said(event, envelope)
    return _changed(event, envelope, first_day_off, is_staff=False)


def when_member_joined(event: MemberJoined, envelope: Envelope) -> Also:
    """A member from that day on."""
    return _changed(event, envelope, event.occurred_on, is_member=True, is_retired=False)


def when_member_retired(event: MemberRetired, envelope: Envelope) -> Also:
    """Retired from that day on; a member still where membership was retained (保留会籍)."""
    return _changed(
        event, envelope, event.occurred_on, is_member=event.membership_retained, is_retired=True
    )


def when_membership_ended(
    event: MemberLeft | MemberTransferredOut | MemberDied, envelope: Envelope
) -> Also:
    """No longer a member on that day, so that every day's roster closes the membership account."""
    return _changed(event, envelope, event.occurred_on, is_member=False, is_retired=False)


def when_dependant_declared(event: DependantDeclared, envelope: Envelope) -> Also:
    """The dependant is known too, and may receive in that capacity."""
    row = (
        envelope.stream,
        envelope.stream_version,
        event.org_id,
        event.dependant_id,
        event.occurred_on,
        person_stream(event.org_id, event.dependant_id),
        event.person_id,
    )
    return Also(DEPENDANT_KNOWN, [row])


def when_entry_withdrawn(
    event: MembershipWithdrawn | RegistrationWithdrawn, envelope: Envelope
) -> Also:
    """What a person's entry said counts no more; of the union's own stream nothing was kept."""
    person_id = envelope.stream.partition("/person-")[2]
    if not person_id or event.entry_version is None:
        return when_anything_is_said(event, envelope)
    row = (
        envelope.stream,
        envelope.stream_version,
        event.org_id,
        person_id,
        event.entry_version,
    )
    return Also(ENTRY_WITHDRAWN, [row])


def when_member_changed(event: MemberChanged, envelope: Envelope) -> Also:
    """Of that gender, whenever: what is corrected was always so."""
    return _changed(event, envelope, date.min, gender=event.gender)


def _changed(
    event: Any,
    envelope: Envelope,
    effective_on: date,
    *,
    is_member: bool | None = None,
    is_retired: bool | None = None,
    is_staff: bool | None = None,
    gender: str | None = None,
) -> Also:
    row = (
        envelope.stream,
        envelope.stream_version,
        event.org_id,
        event.person_id,
        effective_on,
        is_member,
        is_retired,
        is_staff,
        gender,
    )
    return Also(PERSON_CHANGED, [row])


REACTIONS: dict[type[DomainEvent], Reaction] = {
    **members.REACTIONS,
    StaffRegistered: when_staff_registered,
    StaffLeft: when_staff_left,
    MemberJoined: when_member_joined,
    MemberRetired: when_member_retired,
    MemberLeft: when_membership_ended,
    MemberTransferredOut: when_membership_ended,
    MemberDied: when_membership_ended,
    DependantDeclared: when_dependant_declared,
    MembershipWithdrawn: when_entry_withdrawn,
    RegistrationWithdrawn: when_entry_withdrawn,
    MemberChanged: when_member_changed,
}
