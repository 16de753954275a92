"""Which source's word a fact refers to, where several told of the thing it names, as SQL.

A fact of ours refers to what our own contexts told, and to nothing else. A fact of an outside
source refers to what that source told; where it told nothing, to what ours did, and then to what
another did. Whatever is referred to is not changed by it.
"""

from services.reporting.projections.as_of import LIVE, known_at
from shared.contract.catalogue import source_of

BENEFITS = source_of("benefits")
OUTSIDE = "LIKE '/ext/%'"
"""The SQL condition of a source that is not ours."""


def may_refer(row: str, source: str) -> str:
    """The condition that a fact of `source` (an expression) may refer to the row of this alias."""
    return f"({row}.source NOT {OUTSIDE} OR {source} {OUTSIDE})"


def nearest(row: str, source: str) -> str:
    """The order in which a fact of `source` refers to rows of this alias: the first that is there
    is meant."""
    return f"{row}.source <> {source}, {own_first(row)}"


def own_first(row: str) -> str:
    """The order in which rows of one thing are believed where nobody refers to them."""
    return f"{row}.source {OUTSIDE}, {row}.source"


def programme_of(gift: str, at: str) -> str:
    """The source of the programme that a delivery of this alias is of; benefits where nobody told
    of one. A programme of which only parts were told (its roster, its end) is meant where nobody
    told that it was opened."""
    return f"""CASE WHEN {gift}.source NOT {OUTSIDE} THEN '{BENEFITS}' ELSE coalesce((
        SELECT q.source FROM {LIVE}.programmes q WHERE q.org_id = {gift}.org_id
            AND q.programme_id = {gift}.programme_id AND {known_at(at, "q")}
        ORDER BY q.opened IS NULL, {nearest("q", f"{gift}.source")} LIMIT 1), '{BENEFITS}') END"""


def policy_of(cover: str, at: str) -> str:
    """The source of the policy that a cover of this alias is of, as `programme_of`."""
    return f"""CASE WHEN {cover}.source NOT {OUTSIDE} THEN '{BENEFITS}' ELSE coalesce((
        SELECT q.source FROM {LIVE}.policies q WHERE q.org_id = {cover}.org_id
            AND q.policy_id = {cover}.policy_id AND {known_at(at, "q")}
        ORDER BY {nearest("q", f"{cover}.source")} LIMIT 1), '{BENEFITS}') END"""


def told_by_us_or_alone(row: str, table: str, at: str) -> str:
    """The condition that a row of a stream is not one that benefits told too."""
    return f"""({row}.source NOT {OUTSIDE} OR NOT EXISTS (SELECT FROM {LIVE}.{table} ours
        WHERE ours.org_id = {row}.org_id AND ours.source = '{BENEFITS}'
        AND ours.stream = {row}.stream AND {known_at(at, "ours")}))"""


def registration_of(org_id: str, person: str, source: str, at: str) -> str:
    """The statement that finds the row of the register by which a fact of `source` knows whether
    the person was a member; one that says nothing of a membership is meant last."""
    return f"""SELECT * FROM {LIVE}.register r WHERE r.org_id = {org_id}
        AND r.person_id = {person} AND {may_refer("r", source)} AND {known_at(at, "r")}
        ORDER BY r.member_from IS NULL, {nearest("r", source)} LIMIT 1"""
