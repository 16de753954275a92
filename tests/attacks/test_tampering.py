"""What a superuser of PostgreSQL changes in reporting's database is noticed, and never "complete".

Tried on 2026-11-29: 45 cases, of which 16 were noticed by nothing. The table of all of them, with
what notices each and how soon, is docs/tampering.md; those of the owners' stores are noticed by the
comparison with their logs (tests/reporting/reconciliation, tests/journeys/test_forged_owner.py).
"""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections import create_tables
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.checkpoints import folded
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.reconciler import Reconciled, Reconciler
from shared.clock import system_clock
from shared.eventstore.database import open_pool
from tests.databases import NewDatabase
from tests.examples.benefits import expenditure_paid
from tests.examples.reporting import finding_raised
from tests.reporting.conftest import live_projections
from tests.reporting.history import arbitrary_history, with_canteen
from tests.reporting.records import gift

P = f"{LIVE}."
GIFTS = 403, 404
"""The log indexes of two gifts, which come last."""
ONE = f"log_index = {GIFTS[1]}"
LAST = "(SELECT max(log_index) FROM journal)"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
FORGED = f"""
INSERT INTO journal SELECT (jsonb_populate_record(j, jsonb_build_object(
    'log_index', {LAST} + 1, 'event_id', gen_random_uuid()))).* FROM journal j WHERE {ONE}
"""


class Case(NamedTuple):
    """A tampering: its statements, and what names it: `wrong_rows`, `journal_gaps`, `wrong_seals`,
    or the reason for which a projection is stale. `at_once`: by the next batch or question."""

    statements: tuple[str, ...]
    noticed: str
    at_once: bool = False


def case(*statements: str, noticed: str, at_once: bool = False) -> Case:
    """A case."""
    return Case(statements, noticed, at_once)


def bytes_of_one(before: str, after: str) -> str:
    """Put one text in the place of another in the bytes of a gift."""
    return (
        "UPDATE journal SET document = convert_to(replace(convert_from(document, 'UTF8'),"
        f" '{before}', '{after}'), 'UTF8') WHERE {ONE}"
    )


def line_of(column: str, value: str) -> str:
    """Change a column of one projection row that is current."""
    table, name = column.split(".")
    return (
        f"UPDATE {P}{table} SET {name} = {value} WHERE ctid ="
        f" (SELECT ctid FROM {P}{table} WHERE valid_to = {FOREVER} AND {name} IS NOT NULL LIMIT 1)"
    )


CASES = {
    "amount in one row's bytes": case(
        bytes_of_one('"quantity":1', '"quantity":7'), noticed="wrong_rows"
    ),
    "payee": case(bytes_of_one('"person_id":"p', '"person_id":"q'), noticed="wrong_rows"),
    "year": case(bytes_of_one('"occurred_on":"20', '"occurred_on":"19'), noticed="wrong_rows"),
    "actor": case(bytes_of_one('"actor":"', '"actor":"x'), noticed="wrong_rows"),
    "org and stream columns": case(
        f"UPDATE journal SET org_id = 'x', stream = 'x/y' WHERE {ONE}", noticed="wrong_rows"
    ),
    "leaf alone": case(f"UPDATE journal SET leaf = '\\x00' WHERE {ONE}", noticed="wrong_rows"),
    "first row deleted": case("DELETE FROM journal WHERE log_index = 1", noticed="journal_gaps"),
    "a middle row deleted": case(f"DELETE FROM journal WHERE {ONE}", noticed="journal_gaps"),
    "last row deleted": case(
        f"DELETE FROM journal WHERE log_index = {LAST}", noticed="journal_gaps"
    ),
    "tail of 20 cut, head and seals lowered": case(
        f"DELETE FROM journal WHERE log_index > {LAST} - 20",
        f"DELETE FROM seals WHERE last_index > {LAST}",
        f"UPDATE journal_head SET next_index = {LAST} + 1",
        noticed="ahead-of-journal",
        at_once=True,
    ),
    "a row deleted, the rest renumbered": case(
        "DELETE FROM journal WHERE log_index = 50",
        "UPDATE journal SET log_index = -log_index WHERE log_index > 50",
        "UPDATE journal SET log_index = -log_index - 1 WHERE log_index < 0",
        "UPDATE journal_head SET next_index = next_index - 1",
        noticed="ahead-of-journal",
        at_once=True,
    ),
    "two rows' log_index swapped": case(
        f"UPDATE journal SET log_index = -1 WHERE log_index = {GIFTS[0]}",
        f"UPDATE journal SET log_index = {GIFTS[0]} WHERE log_index = {GIFTS[1]}",
        f"UPDATE journal SET log_index = {GIFTS[1]} WHERE log_index = -1",
        noticed="rows-changed",
    ),
    "a forged row appended": case(
        FORGED,
        "UPDATE journal_head SET next_index = next_index + 1",
        noticed="behind-journal",
        at_once=True,
    ),
    "a row replaced by a copy of another": case(
        f"UPDATE journal j SET document = o.document, leaf = o.leaf, type = o.type FROM journal o"
        f" WHERE o.log_index = 1 AND j.{ONE}",
        noticed="wrong_rows",
    ),
    "type column alone": case(
        f"UPDATE journal SET type = 'guildhall.benefits.ClaimPaid.v1' WHERE {ONE}",
        noticed="wrong_rows",
    ),
    "recorded_at column backdated": case(
        f"UPDATE journal SET recorded_at = recorded_at - interval '1 year' WHERE {ONE}",
        noticed="wrong_rows",
    ),
    "all seals backdated a year": case(
        "UPDATE seals SET sealed_at = sealed_at - interval '1 year'", noticed="wrong_seals"
    ),
    "truncated whole": case("TRUNCATE journal", noticed="journal_gaps"),
    "bytes that are no UTF-8": case(
        f"UPDATE journal SET document = '\\xff' WHERE {ONE}", noticed="wrong_rows"
    ),
    "an amount in a figure's lines": case(
        line_of("figure_lines.quantity", "77"), noticed="rows-changed"
    ),
    "an amount in the sums": case(
        f"UPDATE {P}figure_sums SET quantity = quantity + 7", noticed="differences"
    ),
    "an amount in lines and sums alike": case(
        f"UPDATE {P}figure_lines SET quantity = quantity + 1 WHERE valid_to = {FOREVER}",
        f"TRUNCATE {P}figure_sums",
        noticed="rows-changed",
    ),
    "a claim's paid amount": case(
        f"UPDATE {P}claims SET paid_fen = coalesce(paid_fen, 0) + 1"
        f" WHERE ctid = (SELECT min(ctid) FROM {P}claims WHERE valid_to = {FOREVER})",
        noticed="rows-changed",
    ),
    "a claims row deleted": case(
        f"DELETE FROM {P}claims WHERE ctid = (SELECT min(ctid) FROM {P}claims)",
        noticed="rows-changed",
    ),
    "all findings deleted": case(f"DELETE FROM {P}findings", noticed="rows-changed"),
    "a payment's approver": case(line_of("payments.approved_by", "'x'"), noticed="rows-changed"),
    "a person removed from the register": case(
        f"DELETE FROM {P}register WHERE ctid = (SELECT min(ctid) FROM {P}register)",
        noticed="rows-changed",
    ),
    "valid_to shortened": case(
        line_of("figure_lines.valid_to", "valid_from + 1"), noticed="rows-changed"
    ),
    "sums truncated": case(f"TRUNCATE {P}figure_sums", noticed="table-changed", at_once=True),
    "a table dropped": case(f"DROP TABLE {P}claims", noticed="table-changed", at_once=True),
    "the schema dropped": case(
        f"DROP SCHEMA {LIVE} CASCADE", noticed="table-changed", at_once=True
    ),
}


async def much_happened(pool: asyncpg.Pool) -> None:
    """All kinds of things; copied for every case."""
    await live_projections(pool)
    ingest = Ingest(pool, with_canteen(), system_clock, allow_simulated=True, quarantine_limit=50)
    history = await arbitrary_history(ingest)
    history(finding_raised(), expenditure_paid(), gift(901), gift(902))
    await history.told(ingest)


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a reporting database in which all kinds of things happened."""
    return await new_database("shared.eventstore", "services.reporting", prepare=much_happened)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on it."""
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


async def reconciled(pool: asyncpg.Pool) -> Reconciled:
    """What an operator's comparison of everything says, of a reporting without owners."""

    async def no_token() -> str:
        return "a token"

    return await Reconciler(pool, {}, no_token, whole=True).once()


async def tamper(pool: asyncpg.Pool, statements: tuple[str, ...]) -> None:
    """As who may lift every trigger, in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE journal DISABLE TRIGGER USER")
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1", LIVE
        )
        for (table,) in tables:
            await connection.execute(f"ALTER TABLE {P}{table} DISABLE TRIGGER USER")
        for statement in statements:
            done = await connection.execute(statement)
            assert not done.endswith(" 0"), f"nothing is there to tamper with: {statement}"


async def reasons(pool: asyncpg.Pool) -> set[str]:
    return {each.reason for each in (await folded(pool)).stale}


async def test_what_nobody_changed_is_complete(pool: asyncpg.Pool) -> None:
    found: Any = await reconciled(pool)
    assert found.complete and not (found.stale or found.wrong_rows or found.wrong_seals)


@pytest.mark.parametrize("name", CASES)
async def test_every_tampering_is_named_and_never_complete(pool: asyncpg.Pool, name: str) -> None:
    statements, noticed, at_once = CASES[name]
    await tamper(pool, statements)
    if at_once:
        assert noticed in await reasons(pool), "by the next question"
    found = await reconciled(pool)
    assert not found.complete
    # No verdict is derived from sums.
    assert found.watermark is None or noticed == "differences"
    named = getattr(found, noticed, None)
    assert named or noticed in {each["reason"] for each in found.stale}


@pytest.mark.parametrize("with_leaf", [False, True])
async def test_who_changes_and_rebuilds_at_once_has_not_laundered_it(
    pool: asyncpg.Pool, database: str, with_leaf: bool
) -> None:
    (statement,) = CASES["amount in one row's bytes"].statements
    leaf = "UPDATE journal SET leaf = sha256('\\x00'::bytea || document)"
    await tamper(pool, (statement, leaf) if with_leaf else (statement,))
    rebuilt = await rebuild(database)
    assert not rebuilt.equal and not rebuilt.swapped
    assert not (await reconciled(pool)).complete


async def test_tables_made_again_empty_are_not_the_tables_that_were_folded(
    pool: asyncpg.Pool,
) -> None:
    await pool.execute(f"DROP SCHEMA {LIVE} CASCADE")
    async with pool.acquire() as connection:
        await create_tables(connection, LIVE)
    assert await reasons(pool) == {"table-changed"}
    assert not (await reconciled(pool)).complete
