"""What each event writes into our own tables, in the event's own transaction: the registers.

The registers answer queries and so cannot lag; a decision on a person rests on the events alone.
Person records are written here too, from the command: what they hold no event may say.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from shared.contract.envelope import DomainEvent
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    DepartmentChanged,
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    OrganisationCorrected,
    OrganisationRegistered,
    StaffLeft,
    StaffRegistered,
)
from shared.eventstore.store import Also, Write

Row = tuple[Any, ...]
Rows = Callable[[Any, int], Row]
"""(event, its stream version) -> the parameters of the statement."""

REGISTER_UNION = """
INSERT INTO organisations (org_id, name, kind, parent_org_id, simulated, registered_on)
VALUES ($1, $2, $3, $4, $5, $6)
"""
CORRECT_UNION = (
    "UPDATE organisations SET name = $2, kind = $3, parent_org_id = $4 WHERE org_id = $1"
)
OPEN_TRANSFER = "INSERT INTO open_transfers (org_id, to_parent) VALUES ($1, $2)"
CLOSE_TRANSFER = "DELETE FROM open_transfers WHERE org_id = $1"
MOVE_UNION = "UPDATE organisations SET parent_org_id = $2 WHERE org_id = $1"

FORGET = """
WITH forgotten AS (DELETE FROM people WHERE org_id = $1 AND person_id = $2),
    left_posts AS (DELETE FROM posts WHERE org_id = $1 AND person_id = $2),
    elsewhere AS (DELETE FROM departments WHERE org_id = $1 AND person_id = $2)
DELETE FROM memberships WHERE org_id = $1 AND person_id = $2
"""
FORGET_RECORD = "DELETE FROM person_records WHERE org_id = $1 AND person_id = $2"
MERGE = "INSERT INTO merged_people (org_id, person_id, kept_person_id) VALUES ($1, $2, $3)"
UNMERGE = "DELETE FROM merged_people WHERE org_id = $1 AND person_id = $2"
AS_REGISTERED = """
WITH moving AS (DELETE FROM open_transfers WHERE org_id = $1)
UPDATE organisations SET parent_org_id = $2 WHERE org_id = $1
"""

REQUIRE_KEPT = "SELECT require_kept($1, $2)"
REQUIRE_NONE_LED_TO = "SELECT require_none_led_to($1, $2)"
REQUIRE_TREE = "SELECT require_tree($1)"

KNOW_PERSON = """
INSERT INTO people (org_id, person_id, gender, birth_month) VALUES ($1, $2, $3, $4)
ON CONFLICT (org_id, person_id) DO UPDATE
SET gender = EXCLUDED.gender, birth_month = EXCLUDED.birth_month
"""
OPEN_POST = "INSERT INTO posts (org_id, person_id, version, since) VALUES ($1, $2, $3, $4)"
BELONGS = """
INSERT INTO departments (org_id, person_id, version, since, department) VALUES ($1, $2, $3, $4, $5)
"""
CLOSE_POST = """
UPDATE posts SET left_on = $3 WHERE org_id = $1 AND person_id = $2 AND left_on IS NULL
"""
OPEN_MEMBERSHIP = """
INSERT INTO memberships (org_id, person_id, version, kind, joined_on) VALUES ($1, $2, $3, $4, $5)
"""
CLOSE_MEMBERSHIP = """
UPDATE memberships SET ended_on = $3, ended_how = $4
WHERE org_id = $1 AND person_id = $2 AND ended_on IS NULL
"""
RETAIN_MEMBERSHIP = """
UPDATE memberships
SET retired_on = CASE WHEN $4 THEN $3::date END, ended_on = CASE WHEN NOT $4 THEN $3::date END,
    ended_how = CASE WHEN NOT $4 THEN 'retired' END
WHERE org_id = $1 AND person_id = $2 AND ended_on IS NULL
"""

KEEP_RECORD = """
INSERT INTO person_records (org_id, person_id, employee_no_hash, encrypted) VALUES ($1, $2, $3, $4)
ON CONFLICT (org_id, person_id) DO UPDATE
SET employee_no_hash = EXCLUDED.employee_no_hash, encrypted = EXCLUDED.encrypted
"""
RENAME = "UPDATE person_records SET encrypted = $3 WHERE org_id = $1 AND person_id = $2"
KEEP_DEPENDANT = """
INSERT INTO person_records (org_id, person_id, encrypted) VALUES ($1, $2, $3)
ON CONFLICT (org_id, person_id) DO NOTHING
"""


def _union(event: OrganisationRegistered, _version: int) -> Row:
    return (
        event.org_id,
        event.name,
        event.kind,
        event.parent_org_id,
        event.simulated,
        event.occurred_on,
    )


def _towards(event: AffiliationTransferStarted | AffiliationTransferCompleted, _: int) -> Row:
    return event.org_id, event.to_parent


def _belongs(event: StaffRegistered | DepartmentChanged, version: int) -> Row:
    return event.org_id, event.person_id, version, event.occurred_on, event.department


def _ended(how: str) -> Rows:
    return lambda event, _version: (event.org_id, event.person_id, event.occurred_on, how)


TABLES: dict[type[DomainEvent], tuple[tuple[str, Rows], ...]] = {
    OrganisationRegistered: ((REGISTER_UNION, _union),),
    OrganisationCorrected: (
        (CORRECT_UNION, lambda e, _version: (e.org_id, e.name, e.kind, e.parent_org_id)),
    ),
    AffiliationTransferStarted: ((OPEN_TRANSFER, _towards),),
    AffiliationTransferCompleted: (
        (CLOSE_TRANSFER, lambda event, _version: (event.org_id,)),
        (MOVE_UNION, _towards),
    ),
    StaffRegistered: (
        (KNOW_PERSON, lambda e, _version: (e.org_id, e.person_id, e.gender, e.birth_month)),
        (OPEN_POST, lambda e, version: (e.org_id, e.person_id, version, e.occurred_on)),
        (BELONGS, _belongs),
    ),
    DepartmentChanged: ((BELONGS, _belongs),),
    MemberChanged: (
        (KNOW_PERSON, lambda e, _version: (e.org_id, e.person_id, e.gender, e.birth_month)),
    ),
    StaffLeft: ((CLOSE_POST, lambda e, _version: (e.org_id, e.person_id, e.occurred_on)),),
    MemberJoined: (
        (
            OPEN_MEMBERSHIP,
            lambda e, version: (e.org_id, e.person_id, version, e.kind, e.occurred_on),
        ),
    ),
    MemberTransferredOut: ((CLOSE_MEMBERSHIP, _ended("transferred_out")),),
    MemberLeft: ((CLOSE_MEMBERSHIP, _ended("left")),),
    MemberDied: ((CLOSE_MEMBERSHIP, _ended("died")),),
    MemberRetired: (
        (
            RETAIN_MEMBERSHIP,
            lambda e, _version: (e.org_id, e.person_id, e.occurred_on, e.membership_retained),
        ),
    ),
}
"""Events without an entry (head counts, prepared files, dependants) are in no table of ours."""


def rows_of(writes: Iterable[Write]) -> list[Also]:
    """The statements that carry `writes` into our tables, each with all its rows."""
    rows: dict[str, list[Row]] = {}
    for write in writes:
        for version, event in enumerate(write.events, start=write.expecting + 1):
            for sql, row in TABLES.get(type(event), ()):
                rows.setdefault(sql, []).append(row(event, version))
    return [Also(sql, all_rows) for sql, all_rows in rows.items()]


def in_turn(write: Write) -> list[Also]:
    """The statements of one write in the order of its events, of which some end what others
    begin."""
    told = enumerate(write.events, start=write.expecting + 1)
    return [
        Also(sql, [row(event, version)])
        for version, event in told
        for sql, row in TABLES.get(type(event), ())
    ]


def merge_row(org_id: str, person_id: str, kept_person_id: str) -> list[Also]:
    """The statements that take a merged record out of the registers; the person record stays, and
    leads to who is kept. The appending transaction fails where two lead to each other."""
    merged = Also(MERGE, [(org_id, person_id, kept_person_id)])
    kept = Also(REQUIRE_KEPT, [(org_id, person_id)])
    return [Also(FORGET, [(org_id, person_id)]), merged, kept]


def none_led_to(org_id: str, person_id: str) -> Also:
    """The appending transaction fails where anybody is merged into this record by then."""
    return Also(REQUIRE_NONE_LED_TO, [(org_id, person_id)])


def unmerge_row(org_id: str, person_id: str) -> list[Also]:
    """The statement that ends a merge."""
    return [Also(UNMERGE, [(org_id, person_id)])]


def anew(stream: str, left: Sequence[tuple[int, DomainEvent]]) -> list[Also]:
    """The statements that make the rows of a stream what its events, with their versions, make of
    them, whatever they were."""
    org_id, _, name = stream.partition("/")
    person = (org_id, name.removeprefix("person-"))
    found = [Also(FORGET, [person])]
    if not left:  # nobody of this id was ever there: their number is free again
        return [*found, Also(FORGET_RECORD, [person])]
    for version, event in left:
        if isinstance(event, OrganisationRegistered):
            found = [Also(AS_REGISTERED, [(org_id, event.parent_org_id)])]
        else:
            told = TABLES.get(type(event), ())
            found += [Also(sql, [row(event, version)]) for sql, row in told]
    return found


class Kept(NamedTuple):
    """A person record as kept: the number's keyed hash (a dependant has none), the ciphertext."""

    person_id: str
    employee_no_hash: bytes | None
    ciphertext: bytes


def records(org_id: str, kept: Sequence[Kept]) -> Also:
    """The statement that keeps the records of staff; a new one replaces what was kept."""
    return Also(KEEP_RECORD, [(org_id, *record) for record in kept])


def renaming(org_id: str, kept: Kept) -> Also:
    """The statement that gives a person's record another name; its number stays."""
    return Also(RENAME, [(org_id, kept.person_id, kept.ciphertext)])


def dependant_record(org_id: str, kept: Kept) -> Also:
    """The statement that keeps a dependant's record; one that exists is not overwritten."""
    return Also(KEEP_DEPENDANT, [(org_id, kept.person_id, kept.ciphertext)])


def still_a_tree(org_id: str) -> Also:
    """The appending transaction fails where this union, which it moved, is above itself now."""
    return Also(REQUIRE_TREE, [(org_id,)])
