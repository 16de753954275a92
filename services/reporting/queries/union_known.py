"""What a page needs to say what it is about: the union's name, its years, what is known when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from services.reporting.figures import FIGURES
from services.reporting.figures.members import JOINED, ROLL
from services.reporting.journal.log import last_index
from services.reporting.projections.as_of import LIVE, known_at

LAST_YEAR = 2098
"""Office files write 2099 for "never"."""

OF_REPORTS = sorted({name for f in FIGURES if f.report_line for name in f.lists} - {*JOINED, ROLL})
"""What annual reports count. Who joined long ago is on the roll, which makes no year."""

# Of each list the ends of a range of the index.
DAYS = f"""
SELECT min(first) AS first, max(last) AS last FROM unnest($2::text[]) AS of_reports(list),
LATERAL (SELECT min(day) AS first FROM {LIVE}.figure_sums WHERE org_id = $1
    AND list = of_reports.list) earliest,
LATERAL (SELECT max(day) AS last FROM {LIVE}.figure_sums WHERE org_id = $1
    AND list = of_reports.list) latest
"""
SEALED = "SELECT sealed_at FROM seals WHERE last_index >= $1 ORDER BY last_index LIMIT 1"
UNION = f"SELECT name, simulated FROM {LIVE}.unions WHERE org_id = $1 AND {known_at('$2')}"
UNIONS = f"""
SELECT org_id, name, simulated FROM {LIVE}.unions
WHERE ($1::text[] IS NULL OR org_id = ANY($1)) AND {known_at("$2")} ORDER BY org_id
"""


class UnionKnown(NamedTuple):
    """A union as its pages' head names it. `log_index` is what they are answered at, `sealed_at`
    when that was written; `years` are those from the first to the last that a report counts."""

    org_id: str
    name: str | None
    simulated: bool
    log_index: int
    last_index: int
    sealed_at: datetime | None
    years: list[int]


async def union_known_at(connection: Any, org_id: str, at: int) -> UnionKnown:
    """The head of a union's pages as known at log_index `at`."""
    last = await last_index(connection)
    union = await connection.fetchrow(UNION, org_id, at)
    sealed_at = await connection.fetchval(SEALED, at)
    days = await connection.fetchrow(DAYS, org_id, OF_REPORTS)
    first, latest = days["first"], days["last"]
    years = [] if first is None else range(first.year, min(latest.year, LAST_YEAR) + 1)
    name, simulated = (union["name"], union["simulated"]) if union else (None, False)
    return UnionKnown(org_id, name, simulated, at, last, sealed_at, list(years))


async def unions_known(connection: Any, orgs: Collection[str] | None) -> list[dict[str, Any]]:
    """The registered unions among `orgs` (None: all), by name of the address."""
    last = await last_index(connection)
    asked = None if orgs is None else sorted(orgs)
    return [dict(row) for row in await connection.fetch(UNIONS, asked, last)]
