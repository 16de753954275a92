"""Every projection. Each is one file, folds the journal alone, and may be dropped at any time."""

import asyncio
from collections.abc import Collection, Coroutine, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, TypeVar

import asyncpg

from services.reporting.figures import RULES
from services.reporting.journal.record import Entry
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.activities import ACTIVITIES
from services.reporting.projections.attestations import ATTESTATIONS
from services.reporting.projections.books import BUDGET_LINES, INCOMES, PAYMENTS
from services.reporting.projections.claims import CLAIMS
from services.reporting.projections.definition import Projection
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.departments import DEPARTMENTS
from services.reporting.projections.disowned import TAKES_OUT, Streams, fold_taken_out
from services.reporting.projections.engine import Dispatch, dispatch, work_out
from services.reporting.projections.figure_lines import line_projection
from services.reporting.projections.findings import FINDINGS
from services.reporting.projections.fingerprint import definition_of, digest
from services.reporting.projections.health_checks import HEALTH_CHECKS
from services.reporting.projections.incidents import INCIDENTS
from services.reporting.projections.insured import INSURED
from services.reporting.projections.issued_reports import ISSUED_REPORTS
from services.reporting.projections.issues import ISSUES
from services.reporting.projections.meetings import MEETINGS
from services.reporting.projections.merged_people import MERGED_PEOPLE
from services.reporting.projections.narratives import NARRATIVES
from services.reporting.projections.plan_items import PLAN_ITEMS
from services.reporting.projections.policies import POLICIES
from services.reporting.projections.portions import PORTIONS
from services.reporting.projections.procurements import PROCUREMENTS
from services.reporting.projections.programmes import PROGRAMMES
from services.reporting.projections.register import REGISTER
from services.reporting.projections.regulations import REGULATIONS
from services.reporting.projections.resolutions import RESOLUTIONS
from services.reporting.projections.roster import ROSTER
from services.reporting.projections.unions import UNIONS
from services.reporting.projections.volunteers import VOLUNTEERS

FIGURE_LINES = line_projection(RULES)

PROJECTIONS: tuple[Projection, ...] = (
    FIGURE_LINES, REGISTER, DELIVERIES, CLAIMS, PAYMENTS, INCOMES, BUDGET_LINES, PROCUREMENTS,
    FINDINGS, PROGRAMMES, ROSTER, PORTIONS, POLICIES, INSURED, MEETINGS, RESOLUTIONS, ACTIVITIES,
    REGULATIONS, HEALTH_CHECKS, VOLUNTEERS, ATTESTATIONS, INCIDENTS, PLAN_ITEMS, ISSUES, UNIONS,
    MERGED_PEOPLE, DEPARTMENTS, ISSUED_REPORTS, NARRATIVES,
)  # fmt: skip
BY_NAME: Mapping[str, Projection] = MappingProxyType({each.name: each for each in PROJECTIONS})
DISPATCH = dispatch(PROJECTIONS)

_RULES = tuple({rule.__module__ for rule in RULES.values()})
DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        each.name: definition_of(each, *(_RULES if each is FIGURE_LINES else ()))
        for each in PROJECTIONS
    }
    | {sums.NAME: digest((sums.DDL, *sums.INDEXES), (sums.__name__, *_RULES))}
)
"""What every projection is folded by, and the partial sums, as a hash."""

T = TypeVar("T")


async def create_tables(
    connection: Any, schema: str, names: Collection[str] = DEFINITIONS, *, indexed: bool = True
) -> None:
    """Create the tables of projections and the partial sums in `schema`, where absent.

    One at a time: of two workers that start together, IF NOT EXISTS alone would fail one.
    """
    tables = [projection.ddl(schema) for projection in PROJECTIONS if projection.name in names]
    tables += [sums.DDL.format(schema=schema)] if sums.NAME in names else []
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"tables.{schema}")
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        await connection.execute("".join(tables))
        if indexed:
            await connection.execute(";\n".join(index_ddl(schema, names)))


def index_ddl(schema: str, names: Collection[str] = DEFINITIONS) -> list[str]:
    """The statements that create every index of the tables in `schema`."""
    chosen = [projection for projection in PROJECTIONS if projection.name in names]
    each = [statement for projection in chosen for statement in projection.index_ddl(schema)]
    return each + [i.format(schema=schema) for i in sums.INDEXES if sums.NAME in names]


async def fold_entries(
    connection: asyncpg.Connection,
    schema: str,
    entries: Sequence[Entry],
    appending: Coroutine[Any, Any, None] | None = None,
    names: Collection[str] = DEFINITIONS,
) -> None:
    """Fold entries into the projections of `schema` that are named, and the partial sums beside
    the lines.

    `appending`: what is written first on this connection, such as the journal's rows; effects are
    worked out while PostgreSQL takes them.
    """
    if any(map(_takes_out, entries)):
        if appending is not None:
            await appending
        streams: Streams = {}
        for takes_out, run in groupby(entries, _takes_out):
            if takes_out:
                await _fold_taken_out(connection, schema, list(run), names, streams)
            else:
                await _fold(connection, schema, list(run), names)
    else:
        await _fold(connection, schema, entries, names, appending)


def _takes_out(entry: Entry) -> bool:
    return entry.envelope.type in TAKES_OUT


async def _fold_taken_out(
    connection: asyncpg.Connection,
    schema: str,
    entries: Sequence[Entry],
    names: Collection[str],
    streams: Streams,
) -> None:
    table = dispatch_to(frozenset(names))
    for entry in entries:
        changed = await fold_taken_out(connection, schema, table, entry, streams)
        lines = [change for projection, change in changed if projection is FIGURE_LINES]
        if sums.NAME in names:
            await sums.add(connection, schema, await sums.deltas(lines))


async def _fold(
    connection: asyncpg.Connection,
    schema: str,
    entries: Sequence[Entry],
    names: Collection[str],
    appending: Coroutine[Any, Any, None] | None = None,
) -> None:
    batches = await meanwhile(appending, work_out(dispatch_to(frozenset(names)), entries))
    lines = batches.pop(FIGURE_LINES.name, None)
    changed = await lines.write(connection, schema) if lines is not None else ()

    async def write_others() -> None:
        for batch in batches.values():
            await batch.write(connection, schema)

    deltas = await meanwhile(write_others(), sums.deltas(changed))
    if sums.NAME in names:
        await sums.add(connection, schema, deltas)


@lru_cache(maxsize=64)
def dispatch_to(names: frozenset[str]) -> Dispatch:
    """What each event type does to the projections that are named."""
    return dispatch(projection for projection in PROJECTIONS if projection.name in names)


async def meanwhile(
    writing: Coroutine[Any, Any, None] | None, working: Coroutine[Any, Any, T]
) -> T:
    """What `working` returns, while `writing` is done. The connection is free when this returns or
    raises; of two failures, the work's is raised."""
    if writing is None:
        return await working
    written = asyncio.ensure_future(writing)
    try:
        await asyncio.sleep(0)  # so that the first rows are on their way
        result = await working
    except BaseException as why:
        if isinstance(why, asyncio.CancelledError):
            written.cancel()
        await _ended(written)
        raise
    await written
    return result


async def _ended(written: asyncio.Future[None]) -> None:
    """Wait until it has ended, also when cancelled meanwhile: the connection is its until then."""
    while not written.done():
        try:
            await asyncio.wait([written])
        except asyncio.CancelledError:
            written.cancel()
    if not written.cancelled():
        written.exception()  # the work's failure is raised, not this one
