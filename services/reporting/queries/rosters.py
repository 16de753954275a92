"""Why the counts of a year differ: each on its own day, against the roll of that day.

The 2022 report says 517, 511 and 542 without a date, a roster or a unit. Here each count stands
beside the roll of its day, and between two of them stands what moved the roll: so people who joined
in between are told apart from people who received and were no members. Two records that were merged
are one person.
"""

from datetime import date
from typing import Any, NamedTuple

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.membership import roll_steps
from services.reporting.queries.merged import kept_of, merged
from services.reporting.queries.referents import (
    policy_of,
    programme_of,
    registration_of,
    told_by_us_or_alone,
)
from services.reporting.queries.rows import member_on
from shared.contract.values import HOLIDAYS

# A gift or a cover is of the programme or policy that its source means; what two sources tell of
# one stream is told once.
SERVED = f"""
WITH gifts AS (
    SELECT d.*, {programme_of("d", "$4")} AS of FROM {LIVE}.deliveries d
    WHERE d.org_id = $1 AND d.issued_on >= $2 AND d.issued_on <= $3 AND d.returned IS NULL
        AND {known_at("$4", "d")} AND d.occasion = ANY($5)
        AND {told_by_us_or_alone("d", "deliveries", "$4")}),
covers AS (
    SELECT i.*, {policy_of("i", "$4")} AS of FROM {LIVE}.insured i
    WHERE i.org_id = $1 AND i.insured_on >= $2 AND i.insured_on <= $3 AND {known_at("$4", "i")}
        AND i.plan = ANY($5) AND {told_by_us_or_alone("i", "insured", "$4")}),
served AS (
    SELECT 'programme' AS kind, d.programme_id AS id, p.title, d.occasion AS about, d.source, d.of,
        p.roster_as_of, p.roster_count, {kept_of("d", 7)} AS person_id, d.issued_on AS day,
        d.quantity,
        coalesce(p.population = 'members', d.occasion = ANY($6)) AS for_members
    FROM gifts d LEFT JOIN {LIVE}.programmes p ON p.org_id = $1
        AND p.programme_id = d.programme_id AND p.source = d.of AND {known_at("$4", "p")}
    UNION ALL
    SELECT 'policy', i.policy_id, p.insurer, i.plan, i.source, i.of, i.insured_on, p.insured_due,
        {kept_of("i", 7)}, i.insured_on, 1, true
    FROM covers i LEFT JOIN {LIVE}.policies p ON p.org_id = $1
        AND p.policy_id = i.policy_id AND p.source = i.of AND {known_at("$4", "p")}),
dated AS (
    SELECT s.*, coalesce(min(s.roster_as_of) OVER w, min(s.day) OVER w) AS roll_day
    FROM served s WHERE s.for_members WINDOW w AS (PARTITION BY s.kind, s.id, s.of)),
judged AS (
    SELECT d.*, coalesce({member_on("g", "d.roll_day")}, false) AS on_roll,
        coalesce({member_on("g", "d.day")}, false) AS was_member
    FROM dated d LEFT JOIN LATERAL (
        {registration_of("$1", "d.person_id", "d.source", "$4")}) g ON true)
SELECT kind, id, about, roll_day AS day, min(title) AS title, min(roster_count) AS roster_count,
    min(roster_as_of) AS roster_as_of, count(DISTINCT person_id) AS people,
    sum(quantity)::bigint AS portions, count(*) AS deliveries,
    count(DISTINCT person_id) FILTER (WHERE on_roll) AS on_roll,
    count(DISTINCT person_id) FILTER (WHERE was_member AND NOT on_roll) AS joined_since,
    count(DISTINCT person_id) FILTER (WHERE NOT was_member AND NOT on_roll) AS not_members
FROM judged GROUP BY kind, id, of, about, roll_day ORDER BY roll_day, kind, id, of
"""

COMPARED = (*sorted(HOLIDAYS), "serious_illness")
"""What all members get at once: gifts of every festival, and the plan that insures all of them.

The 2022 report has 517, 511 and 542 of three of them. What goes to some, such as those whose
birthday it is, is compared with its own roster (`reconciliation.py`).
"""


class DatedCount(NamedTuple):
    """How many were served, against the roll of the day they were counted on.

    `people` = `members` - `unserved` + `joined_since` + `not_members`. `members` is the roll at the
    end of `day`; `unserved` of them received nothing; `joined_since` were members when they
    received, but not on `day`; `not_members` neither. `portions` - `people` are second portions.
    `movements` are those of the roll since the count before.
    """

    kind: str
    id: str
    about: str
    title: str | None
    day: date
    roster_count: int | None
    roster_as_of: date | None
    people: int
    portions: int
    deliveries: int
    members: int
    unserved: int
    joined_since: int
    not_members: int
    movements: dict[str, int]

    @property
    def agrees(self) -> bool:
        """Whether exactly the members of the day were served, each with one portion."""
        return self.people == self.portions == self.members and not (
            self.unserved or self.joined_since or self.not_members
        )


async def dated_counts(
    connection: Any, org_id: str, period: Period, at: int, about: tuple[str, ...] = COMPARED
) -> list[DatedCount]:
    """The counts of a period among members, oldest first, as known at `at`.

    `about` names occasions of gifts and insurance plans. Of gifts only programmes for all members
    are compared; where nobody said for whom a programme is, a festival's is.
    """
    one_person = await merged(connection, org_id, at)
    scope = org_id, period.first, period.last, at, list(about), sorted(HOLIDAYS)
    rows = await connection.fetch(SERVED, *scope, *one_person.pairs)
    days = sorted({row["day"] for row in rows})
    steps = {step.day: step for step in await roll_steps(connection, org_id, days, at)}
    return [
        DatedCount(
            **{name: row[name] for name in _COLUMNS},
            members=steps[row["day"]].members,
            unserved=steps[row["day"]].members - row["on_roll"],
            movements=steps[row["day"]].movements,
        )
        for row in rows
    ]


_COLUMNS = tuple(
    name for name in DatedCount._fields if name not in ("members", "unserved", "movements")
)
