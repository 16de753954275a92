"""Who is one person, as known at a log_index: of two records that were merged, one is kept.

A figure that counts people counts who is kept; so do the rules. An event keeps the id that it was
told by.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.reporting.projections.as_of import LIVE, known_at

MERGED = f"""
SELECT person_id, kept_person_id FROM {LIVE}.merged_people WHERE org_id = $1 AND {known_at("$2")}
"""


async def merged(connection: Any, org_id: str, at: int) -> dict[str, str]:
    """Of each merged record the person who is kept in the end: a kept one may be merged too."""
    rows = await connection.fetch(MERGED, org_id, at)
    into: dict[str, str] = {row["person_id"]: row["kept_person_id"] for row in rows}
    return {person: _end(into, person) for person in into}


def _end(into: dict[str, str], person: str) -> str:
    """Where merges lead; of a circle, which no decision of ours makes, its least member."""
    seen = [person]
    while (following := into.get(seen[-1])) is not None and following not in seen:
        seen.append(following)
    if following is None:
        return seen[-1]
    return min(seen[seen.index(following) :])


def one_person(subject: str, merged: Mapping[str, str], parameter: int) -> str:
    """SQL of who a subject is. Where anybody was merged, the parameters of this number and the next
    are the merged records and who is kept of each."""
    return kept_of(subject, parameter) if merged else subject


def kept_of(subject: str, parameter: int) -> str:
    """SQL of who is kept of a record, or the record itself; the parameters of this number and the
    next are the merged records and who is kept of each."""
    of = f"array_position(${parameter}::text[], {subject})"
    return f"coalesce((${parameter + 1}::text[])[{of}], {subject})"


def records_of(merged: Mapping[str, str], people: Iterable[str]) -> list[str]:
    """Every record of these people, who are kept."""
    kept = set(people)
    return [*kept, *(record for record, person in merged.items() if person in kept)]
