"""Who is one person, as known at a log_index: of two records that were merged, one is kept.

A figure that counts people counts who is kept; so do the rules. An event keeps the id that it was
told by. What our own context merged is one for everybody; what an outside source merged is one in
what that source tells, and in nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import source_of
from services.reporting.rules.facts import is_outside

MERGED = f"""
SELECT person_id, kept_person_id, source FROM {LIVE}.merged_people
WHERE org_id = $1 AND {known_at("$2")}
"""


class Merges(NamedTuple):
    """Of each merged record the person who is kept in the end; `theirs` by source and record,
    where what that source merged says otherwise than `own`."""

    own: Mapping[str, str] = {}
    theirs: Mapping[tuple[str, str], str] = {}

    def kept(self, source: str, record: str) -> str:
        """Who a record is of, where this source names it."""
        return self.theirs.get((source, record)) or self.own.get(record, record)

    @property
    def arrays(self) -> list[list[str]]:
        """The two parameters of `one_person`; none where nobody was merged."""
        if not self.own and not self.theirs:
            return []
        theirs = (f"{record}@{source}" for source, record in self.theirs)
        return [[*self.own, *theirs], [*self.own.values(), *self.theirs.values()]]

    @property
    def pairs(self) -> list[list[str]]:
        """The two parameters of `kept_of`: the same, also where nobody was merged."""
        return self.arrays or [[], []]

    def records_of(self, people: Iterable[str]) -> list[str]:
        """Every record that may be of these people, who are kept."""
        kept = set(people)
        own = (record for record, person in self.own.items() if person in kept)
        theirs = (record for (_, record), person in self.theirs.items() if person in kept)
        return list(dict.fromkeys((*kept, *own, *theirs)))


async def merged(connection: Any, org_id: str, at: int) -> Merges:
    """The merges of a union: a person who is kept may be merged too."""
    own: dict[str, str] = {}
    theirs: dict[str, dict[str, str]] = defaultdict(dict)
    for row in await connection.fetch(MERGED, org_id, at):
        told = theirs[row["source"]] if is_outside(row["source"]) else own
        told[row["person_id"]] = row["kept_person_id"]
    ends = _ends(own)
    return Merges(
        ends,
        {
            (source, record): kept
            for source, told in theirs.items()
            for record, kept in _ends(told | own).items()
            if kept != ends.get(record, record)
        },
    )


def _ends(into: Mapping[str, str]) -> dict[str, str]:
    return {person: _end(into, person) for person in into}


def _end(into: Mapping[str, str], person: str) -> str:
    """Where merges lead; of a circle, which no decision of ours makes, its least member."""
    seen = [person]
    while (following := into.get(seen[-1])) is not None and following not in seen:
        seen.append(following)
    if following is None:
        return seen[-1]
    return min(seen[seen.index(following) :])


def one_person(merges: Merges, parameter: int) -> str:
    """SQL of who a line `l` is about. Where anybody was merged, the parameters of this number and
    the next are its `arrays`."""
    if not merges.arrays:
        return "l.subject"
    records, kept = f"${parameter}::text[]", f"(${parameter + 1}::text[])"
    own = f"{kept}[array_position({records}, l.subject)]"
    if not merges.theirs:
        return f"coalesce({own}, l.subject)"
    name = f"l.subject || '@' || {source_of('l')}"
    return f"coalesce({kept}[array_position({records}, {name})], {own}, l.subject)"


def kept_of(row: str, parameter: int) -> str:
    """SQL of who a row of this alias is about, by its `person_id` and `source`. The parameters of
    this number and the next are the `pairs` of the merges."""
    records, kept = f"${parameter}::text[]", f"(${parameter + 1}::text[])"
    theirs = f"{kept}[array_position({records}, {row}.person_id || '@' || {row}.source)]"
    own = f"{kept}[array_position({records}, {row}.person_id)]"
    return f"coalesce({theirs}, {own}, {row}.person_id)"
