"""Reading facts: one union's projections as they were known at a log_index.

No transaction around the queries: each sees the tables of its moment, and a rebuild that swaps them
in between changes nothing that was known at `at`. A snapshot older than the swap would see nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from services.reporting.projections.activities import ACTIVITIES
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.books import BUDGET_LINES, INCOMES, PAYMENTS
from services.reporting.projections.claims import CLAIMS
from services.reporting.projections.definition import Projection
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.health_checks import HEALTH_CHECKS
from services.reporting.projections.insured import INSURED
from services.reporting.projections.issued_reports import ISSUED_REPORTS
from services.reporting.projections.meetings import MEETINGS
from services.reporting.projections.procurements import PROCUREMENTS
from services.reporting.projections.programmes import PROGRAMMES
from services.reporting.projections.register import REGISTER
from services.reporting.projections.unions import UNIONS
from services.reporting.queries.drift import moved_numbers
from services.reporting.queries.merged import Merges, merged
from services.reporting.queries.referents import OUTSIDE
from services.reporting.queries.referred import referred
from services.reporting.rules.facts import Facts
from shared.contract.values import SHANGHAI

KNOWN = f"org_id = $1 AND {known_at('$2')}"

# What else comes with the rows of the window is read beside them and not by an OR: PostgreSQL joins
# what stands alone, and of a subquery within an OR it reads the whole for every row, as soon as it
# does not fit work_mem (from 250,000 deliveries or 150,000 claims of one union on).

# A programme is judged whole, so its deliveries outside the window come with it.
OF_DELIVERIES = (
    "issued_on BETWEEN $3 AND $4",
    f"""(issued_on BETWEEN $3 AND $4) IS NOT TRUE AND programme_id IN (
    SELECT programme_id FROM {LIVE}.deliveries WHERE {KNOWN} AND issued_on BETWEEN $3 AND $4)""",
)

# So is a case claimed twice, years apart.
FIRST_ON = (
    "least(happened_on, filed_on, approved_on, rejected_on, paid_on, reversed_on, withdrawn_on)"
)
OF_CLAIMS = (
    f"{FIRST_ON} BETWEEN $3 AND $4",
    f"""({FIRST_ON} BETWEEN $3 AND $4) IS NOT TRUE AND (kind, person_id, case_id) IN (
    SELECT kind, person_id, case_id FROM {LIVE}.claims
    WHERE {KNOWN} AND {FIRST_ON} BETWEEN $3 AND $4)""",
)

# Of ours where there are any: what another source backfills says nothing of what ours recorded.
_SINCE = f"""
least((SELECT min(issued_on) FROM {LIVE}.deliveries WHERE {KNOWN} AND {{whose}}),
    (SELECT min(paid_on) FROM {LIVE}.payments WHERE {KNOWN} AND {{whose}}),
    (SELECT min(held_on) FROM {LIVE}.meetings WHERE {KNOWN} AND {{whose}}))
"""
RECORDS_SINCE = f"""
SELECT coalesce({_SINCE.format(whose=f"source NOT {OUTSIDE}")}, {_SINCE.format(whose="true")})
"""

ROSTERS = f"""
SELECT programme_id, source, array_agg(person_id) AS people FROM {LIVE}.roster
WHERE {KNOWN} AND programme_id IN (
    SELECT programme_id FROM {LIVE}.deliveries WHERE {KNOWN} AND issued_on BETWEEN $3 AND $4)
GROUP BY programme_id, source
"""

NOT_SUPERSEDED = "superseded_by IS NULL AND period_from <= $4 AND period_to >= $3"

KNOWN_ON = """
SELECT sealed_at FROM seals WHERE last_index >= $1 ORDER BY last_index LIMIT 1
"""


async def read_facts(
    connection: Any, org_id: str, period_from: date, period_to: date, at: int
) -> Facts:
    """All facts that bear on any subject whose period meets FROM..TO, as known at `at`.

    Subjects are judged whole, whatever period is asked for: a calendar year, a school year, a
    programme. So the window is a year wider on both sides.
    """
    first = date(max(period_from.year - 1, 1), 1, 1)
    last = date(min(period_to.year + 1, 9999), 12, 31)

    rows = partial(_rows, connection, (org_id, at, first, last))
    kept = await merged(connection, org_id, at)
    payments = await rows(PAYMENTS, "paid_on BETWEEN $3 AND $4")
    reports = await rows(ISSUED_REPORTS, NOT_SUPERSEDED)
    return Facts(
        org_id=org_id,
        known_on=await known_on(connection, at),
        records_since=await connection.fetchval(RECORDS_SINCE, org_id, at),
        deliveries=tuple(of_one_person(await rows(DELIVERIES, *OF_DELIVERIES), kept)),
        programmes=by_source(await rows(PROGRAMMES), "programme_id"),
        rosters=await _rosters(connection, kept, org_id, at, first, last),
        roll=by_source(await rows(REGISTER), "person_id"),
        claims=tuple(of_one_person(await rows(CLAIMS, *OF_CLAIMS), kept)),
        payments=tuple(payments),
        incomes=tuple(await rows(INCOMES, "received_on BETWEEN $3 AND $4")),
        budget_lines=tuple(
            await rows(
                BUDGET_LINES,
                "budget_year BETWEEN extract(year FROM $3::date) AND extract(year FROM $4::date)",
            )
        ),
        procurements=tuple(await rows(PROCUREMENTS, "decided_on BETWEEN $3 AND $4")),
        meetings=tuple(await rows(MEETINGS, "held_on BETWEEN $3 AND $4")),
        health_checks=tuple(await rows(HEALTH_CHECKS, "arranged_on BETWEEN $3 AND $4")),
        reports=tuple(reports),
        moved=await moved_numbers(connection, org_id, at, reports),
        referred=await referred(connection, org_id, at, payments),
        activities=tuple(await rows(ACTIVITIES, "awarded_on BETWEEN $3 AND $4")),
        unions=tuple(await rows(UNIONS)),
        covers=tuple(of_one_person(await rows(INSURED, "insured_on BETWEEN $3 AND $4"), kept)),
    )


def rows_of(projection: Projection, *conditions: str) -> str:
    """The statement that reads the rows of a union that meet one of the conditions, no two of which
    any row meets. $1 the union, $2 the log_index, $3 and $4 the window's first and last day."""
    read = f"SELECT {', '.join(projection.columns)} FROM {LIVE}.{projection.name} WHERE {KNOWN}"
    parts = conditions or ("$3::date <= $4::date",)
    return " UNION ALL ".join(f"{read} AND {condition}" for condition in parts)


async def _rows(
    connection: Any,
    scope: tuple[str, int, date, date],
    projection: Projection,
    *conditions: str,
) -> list[Any]:
    """The current rows of a projection as known then, those that meet one of the conditions."""
    found = await connection.fetch(rows_of(projection, *conditions), *scope)
    return [
        projection.row._make(tuple(v) if isinstance(v, list) else v for v in record)
        for record in found
    ]


def by_source(rows: Iterable[Any], name: str) -> dict[str, dict[str, Any]]:
    """Rows by the id of the thing they tell of, and by who tells it."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        found[getattr(row, name)][row.source] = row
    return dict(found)


async def _rosters(
    connection: Any, kept: Merges, *scope: Any
) -> dict[str, dict[str, frozenset[str]]]:
    """Who stands on the rosters of each programme that issued in the window, by source."""
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for row in await connection.fetch(ROSTERS, *scope):
        source, people = row["source"], row["people"]
        found[row["programme_id"]][source] = frozenset(kept.kept(source, each) for each in people)
    return dict(found)


def of_one_person(rows: Sequence[Any], kept: Merges) -> Iterator[Any]:
    """The rows, those of a merged record being of the person who is kept."""
    for row in rows:
        person = kept.kept(row.source, row.person_id)
        yield row if person == row.person_id else row._replace(person_id=person)


async def known_on(connection: Any, at: int) -> date:
    """The civil day in China on which what is known at `at` was sealed; the first day of all days
    where nothing was."""
    sealed = await connection.fetchval(KNOWN_ON, at)
    if sealed is None:
        sealed = await connection.fetchval("SELECT max(sealed_at) FROM seals")
    return date.min if sealed is None else sealed.astimezone(SHANGHAI).date()
