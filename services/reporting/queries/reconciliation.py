"""A programme's frozen roster against who received: both, roster only, recipient only, twice.

A returned gift is not received. Whether a recipient was a member is read on the day of issue, of
two sources' telling on ours. Who was served by two sources was served twice, and is found. Two
records that were merged are one person, on the roster and among the recipients.
"""

from typing import Any, Literal, NamedTuple

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.programmes import PROGRAMMES, Programme
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import kept_of, merged
from services.reporting.queries.referents import (
    BENEFITS,
    own_first,
    programme_of,
    registration_of,
)
from services.reporting.queries.rows import member_on, row_of
from shared.errors import Unknown

Category = Literal["both", "roster_only", "recipient_only", "twice"]

PROGRAMME = f"""
SELECT * FROM {LIVE}.programmes p
WHERE p.org_id = $1 AND p.programme_id = $2 AND {known_at("$3", "p")}
    AND ($4::text IS NULL OR p.source = $4)
ORDER BY {own_first("p")} LIMIT 1
"""
WITH_PEOPLE = f"""
SELECT programme_id, source, min(day) AS first FROM (
    SELECT d.programme_id, {programme_of("d", "$4")} AS source, d.issued_on AS day
    FROM {LIVE}.deliveries d
    WHERE d.org_id = $1 AND d.issued_on >= $2 AND d.issued_on <= $3 AND d.returned IS NULL
        AND {known_at("$4", "d")}
    UNION ALL
    SELECT programme_id, source, roster_as_of FROM {LIVE}.programmes
    WHERE org_id = $1 AND roster_as_of >= $2 AND roster_as_of <= $3 AND {known_at("$4")}) days
GROUP BY programme_id, source ORDER BY first, programme_id, source
"""
PEOPLE = f"""
WITH issued AS (
    SELECT {kept_of("d", 5)} AS person_id, max(d.source) AS source,
        (count(*) + sum(d.again))::bigint AS deliveries,
        sum(d.quantity)::bigint AS portions,
        (array_agg(d.issued_on ORDER BY {own_first("d")}, d.issued_on))[1] AS issued_on,
        (array_agg(d.capacity ORDER BY {own_first("d")}, d.issued_on, d.issued))[1] AS capacity,
        count(d.signed) AS signed,
        bool_or(d.on_roster) AS stated_on_roster,
        array_agg(d.issued::text ORDER BY d.issued_on, d.issued) AS events
    FROM {LIVE}.deliveries d
    WHERE d.org_id = $1 AND d.programme_id = $2 AND {known_at("$3", "d")}
        AND d.returned IS NULL
        AND {programme_of("d", "$3")} = $4
    GROUP BY 1),
rostered AS (
    SELECT {kept_of("r", 5)} AS person_id, min(r.as_of) AS as_of, count(*) AS records
    FROM {LIVE}.roster r
    WHERE r.org_id = $1 AND r.programme_id = $2 AND {known_at("$3", "r")} AND r.source = $4
    GROUP BY 1),
people AS (
    SELECT coalesce(i.person_id, r.person_id) AS person_id, coalesce(i.source, $4) AS source,
        CASE WHEN i.person_id IS NULL THEN 'roster_only' WHEN r.person_id IS NULL
            THEN 'recipient_only' ELSE 'both' END AS category,
        coalesce(i.deliveries, 0) AS deliveries, coalesce(i.portions, 0) AS portions,
        coalesce(i.signed, 0) AS signed, i.issued_on, i.capacity, i.stated_on_roster,
        coalesce(i.events, '{{}}') AS events, coalesce(r.records, 0) AS records,
        coalesce(i.issued_on, r.as_of) AS day
    FROM issued i FULL JOIN rostered r ON r.person_id = i.person_id),
judged AS (
    SELECT p.*, coalesce({member_on("g", "p.day")}, false) AS was_member
    FROM people p LEFT JOIN LATERAL (
        {registration_of("$1", "p.person_id", "p.source", "$3")}) g ON true)
"""
COUNTS = f"""{PEOPLE}
SELECT count(*) FILTER (WHERE category = 'both') AS both,
    count(*) FILTER (WHERE category = 'roster_only') AS roster_only,
    count(*) FILTER (WHERE category = 'recipient_only') AS recipient_only,
    count(*) FILTER (WHERE category = 'recipient_only' AND was_member) AS recipient_only_members,
    count(*) FILTER (WHERE category = 'recipient_only' AND NOT was_member)
        AS recipient_only_non_members,
    count(*) FILTER (WHERE deliveries > 1) AS twice,
    count(*) FILTER (WHERE deliveries > 0) AS recipients,
    count(*) FILTER (WHERE deliveries > 0 AND NOT was_member) AS recipients_not_members,
    count(*) FILTER (WHERE stated_on_roster <> (category = 'both')) AS stated_otherwise,
    coalesce(sum(deliveries), 0)::bigint AS deliveries,
    coalesce(sum(portions), 0)::bigint AS portions, coalesce(sum(signed), 0)::bigint AS signed,
    min(issued_on) AS first_issued_on, max(issued_on) AS last_issued_on,
    coalesce(sum(records), 0)::bigint AS records
FROM judged
"""
PAGE = f"""{PEOPLE}
SELECT person_id, category, capacity, was_member, deliveries, portions, signed, issued_on,
    stated_on_roster, events
FROM judged
WHERE person_id > $8 AND CASE $7 WHEN 'twice' THEN deliveries > 1
    WHEN 'open' THEN category <> 'both' OR deliveries > 1 ELSE category = $7 END
ORDER BY person_id LIMIT $9
"""


class Reconciliation(NamedTuple):
    """A programme, what its counts say, and a page of its people by person id.

    `counts` are distinct people, except deliveries, portions (份) and signed (deliveries).
    `records` stand on the roster, of which two may be of one person.
    """

    programme: Programme
    counts: dict[str, Any]
    people: list[dict[str, Any]]
    next: str | None
    records: int

    @property
    def roster_complete(self) -> bool:
        """Whether every chunk of the frozen roster is here, with as many people as it stated."""
        programme = self.programme
        return (
            programme.roster_chunks_due > 0
            and programme.roster_chunks == programme.roster_chunks_due
            and self.records == programme.roster_count
        )


async def programmes_with_people(
    connection: Any, org_id: str, period: Period, at: int
) -> list[tuple[str, str]]:
    """The programmes of which a gift was issued or a roster is read in the period, by that day,
    each with the source that told of it."""
    rows = await connection.fetch(WITH_PEOPLE, org_id, *period, at)
    return [(row["programme_id"], row["source"]) for row in rows]


async def reconciliation(
    connection: Any,
    org_id: str,
    programme_id: str,
    at: int,
    *,
    source: str | None = None,
    category: Category | None = None,
    after: str = "",
    limit: int = 1000,
) -> Reconciliation:
    """Reconcile a programme as known at `at`. Without a category, `people` are all that need
    explaining: everyone but those on the roster who received once. Of programmes of one id `source`
    says whose is meant; without it, ours is before an outside source's.

    Raises Unknown `unknown-programme`.
    """
    record = await connection.fetchrow(PROGRAMME, org_id, programme_id, at, source)
    told_by = source or (record["source"] if record else BENEFITS)
    scope = (org_id, programme_id, at, told_by)
    one_person = await merged(connection, org_id, at)
    scoped = (*scope, *one_person.pairs)
    counts = dict(await connection.fetchrow(COUNTS, *scoped))
    records = counts.pop("records")
    if record is None:
        if not counts["deliveries"]:
            raise Unknown("unknown-programme", f"no programme {programme_id} of {org_id}")
        programme = Programme(org_id, programme_id, told_by)
    else:
        programme = row_of(PROGRAMMES, record)
    rows = await connection.fetch(PAGE, *scoped, category or "open", after, limit + 1)
    people = [dict(row) for row in rows[:limit]]
    following = people[-1]["person_id"] if len(rows) > limit else None
    return Reconciliation(programme, counts, people, following, records)
