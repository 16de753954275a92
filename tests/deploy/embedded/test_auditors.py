"""An auditor's login reads the views of its unions, whole or not at all, and nothing else: neither
another union nor a table, and it can neither write nor lock nor stop anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio

from deploy.embedded.auditors import (
    CONNECTIONS,
    Auditor,
    add_auditor,
    auditors,
    remove_auditor,
)
from deploy.embedded.errors import EmbeddedError
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.projections import audit_views, checkpoints
from services.reporting.rebuild import swap
from services.reporting.rebuild.coordinator import rebuild
from shared.clock import system_clock
from shared.eventstore.database import open_pool
from tests.attacks.test_service_roles import OF_THE_SERVER, not_refused
from tests.deploy.embedded.provisioned import Login, provisioned
from tests.reporting.history import History
from tests.reporting.year import joined

CLOSED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
READ = "SELECT org_id, count(*) FROM audit.figure_lines GROUP BY org_id ORDER BY 1"
WRITES = (
    "INSERT INTO public.audit_access VALUES ('audit_a', '*')",
    "SELECT * FROM public.audit_access",
    "SELECT * FROM public.journal",
    "SELECT * FROM projections.figure_lines",
    "DROP VIEW audit.figure_lines",
    "CREATE OR REPLACE VIEW audit.figures AS SELECT 1",
    "CREATE TABLE audit.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "DO 'BEGIN LOCK TABLE audit.figure_lines IN ACCESS EXCLUSIVE MODE; END'",
    "DO 'BEGIN LOCK TABLE audit.figure_lines IN ROW EXCLUSIVE MODE; END'",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(hashtext('guildhall.schema'))",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'x', repeat('a', 1000))",
    "SELECT pg_logical_emit_message(true, 'x', 'a'::bytea)",
    "SELECT pg_notify('x', 'y')",
    "SET temp_file_limit = -1",
)
VIEW_WRITES = (
    "INSERT INTO audit.events DEFAULT VALUES",
    "UPDATE audit.figure_lines SET quantity = 9",
    "DELETE FROM audit.figure_lines",
)


@asynccontextmanager
async def of_two_unions(postgres: str) -> AsyncIterator[tuple[str, Login]]:
    """The superuser's DSN of a provisioned database of reporting with the events of two unions in
    it, and the service's own login."""
    async with provisioned(postgres) as logins:
        service = logins["reporting"]
        pool = await open_pool(service.dsn, size=2)
        async with pool.acquire() as connection:
            await checkpoints.prepare(connection)
        elsewhere = joined(3, "2022-02-01").model_copy(update={"org_id": "other"})
        history = History()(joined(1, "2022-02-01"), joined(2, "2022-02-01"), elsewhere)
        known = publishers(None)
        await history.told(
            Ingest(pool, known, system_clock, allow_simulated=True, quarantine_limit=50)
        )
        administrator = f"{postgres.rpartition('/')[0]}/{service.role}"
        yield administrator, service
        await pool.close()
        for each in await auditors(administrator):
            await remove_auditor(administrator, each.login)


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(postgres: str) -> AsyncIterator[tuple[str, Login]]:
    """`of_two_unions`, which the test may change."""
    async with of_two_unions(postgres) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def of_all(postgres: str) -> AsyncIterator[Login]:
    """The login of who may read all unions, for the tests that only read."""
    async with of_two_unions(postgres) as (administrator, _):
        yield await login(administrator, "audit_reader", "*")


async def login(administrator: str, name: str, *orgs: str) -> Login:
    password = await add_auditor(administrator, name, orgs)
    place = administrator.rpartition("@")[2]
    return Login(f"postgresql://{name}:{password}@{place}", name)


async def asked(who: Login, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(who.dsn)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_a_login_reads_its_unions_and_no_other(reporting: tuple[str, Login]) -> None:
    administrator, _ = reporting
    of_one = await login(administrator, "audit_a", "tjtc")
    of_all = await login(administrator, "audit_b", "*")
    of_none = await login(administrator, "audit_c", "elsewhere")
    assert await asked(of_one, READ) == [("tjtc", 4)]
    assert await asked(of_all, READ) == [("other", 2), ("tjtc", 4)]
    assert await asked(of_none, READ) == []
    assert await asked(of_one, "SELECT DISTINCT org_id FROM audit.events") == [("tjtc",)]
    assert await asked(of_none, "SELECT count(DISTINCT figure) FROM audit.figures") == [
        (len({each.name for each in audit_views.FIGURES}),)
    ]


async def test_a_condition_of_the_auditors_own_sees_no_row_of_another_union(
    reporting: tuple[str, Login],
) -> None:
    administrator, _ = reporting
    of_none = await login(administrator, "audit_c", "elsewhere")
    leaking = "SELECT 1 FROM audit.figure_lines WHERE 1 / (quantity - 1) = 0"
    assert await asked(of_none, leaking) == []


@pytest.mark.parametrize("view", [view.name for view in audit_views.VIEWS])
async def test_every_view_is_answered(of_all: Login, view: str) -> None:
    await asked(of_all, f"SELECT * FROM {view} LIMIT 1")


async def test_it_writes_locks_and_stops_nothing(reporting: tuple[str, Login]) -> None:
    of_one = await login(reporting[0], "audit_a", "tjtc")
    on = "SET default_transaction_read_only = off"
    assert await not_refused(of_one, [on, *WRITES]) == [on]
    for statement in (*VIEW_WRITES, *(f"EXPLAIN {each}" for each in VIEW_WRITES)):
        with pytest.raises(asyncpg.PostgresError, match=r"cannot|denied"):
            await asked(of_one, statement)
    statements = [each.format(role=reporting[1].role) for each in OF_THE_SERVER]
    assert await not_refused(of_one, [on, *statements]) == [on]


async def test_the_service_still_takes_its_locks(reporting: tuple[str, Login]) -> None:
    administrator, service = reporting
    await login(administrator, "audit_a", "tjtc")
    assert await service.asked("SELECT pg_try_advisory_lock(1)") == [True]
    assert await service.asked("SELECT login FROM pg_catalog.pg_roles r(login)") != []


async def test_connections_are_few(reporting: tuple[str, Login]) -> None:
    of_one = await login(reporting[0], "audit_a", "tjtc")
    held = [await asyncpg.connect(of_one.dsn) for _ in range(CONNECTIONS)]
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await asyncpg.connect(of_one.dsn)
    for each in held:
        await each.close()


async def test_nothing_is_read_from_a_stale_projection(reporting: tuple[str, Login]) -> None:
    administrator, _ = reporting
    of_one = await login(administrator, "audit_a", "tjtc")
    by_hand = await asyncpg.connect(administrator)
    await by_hand.execute("UPDATE checkpoints SET stale_since = 1 WHERE projection = 'roster'")
    await by_hand.close()
    with pytest.raises(asyncpg.PostgresError, match="roster is being rebuilt"):
        await asked(of_one, "SELECT * FROM audit.roster")
    assert await asked(of_one, READ) == [("tjtc", 4)]


async def test_no_transaction_that_is_left_open_keeps_a_rebuild(
    reporting: tuple[str, Login], monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator, service = reporting
    monkeypatch.setattr(swap, "AUDITORS_SECONDS", 0.5, raising=False)
    monkeypatch.setattr(swap, "SWAP_SECONDS", 3.0)
    of_one = await login(administrator, "audit_a", "tjtc")
    held = await holding(of_one)
    rebuilt = await rebuild(service.dsn, names=("roster",), accept="more")
    assert rebuilt.swapped
    with pytest.raises(CLOSED):
        await held.fetch("SELECT 1")
    assert await asked(of_one, READ) == [("tjtc", 4)]


async def test_nor_the_start_of_a_worker_that_makes_other_views(
    reporting: tuple[str, Login],
) -> None:
    administrator, service = reporting
    held = await holding(await login(administrator, "audit_a", "tjtc"))
    by_hand = await asyncpg.connect(administrator)
    await by_hand.execute("COMMENT ON VIEW audit.figure_lines IS 'of other code'")
    await by_hand.close()
    pool = await open_pool(service.dsn, size=1)
    async with asyncio.timeout(5), pool.acquire() as connection:
        await checkpoints.prepare(connection)
    await pool.close()
    with pytest.raises(CLOSED):
        await held.fetch("SELECT 1")


async def test_a_transaction_of_minutes_is_ended_and_no_other(
    reporting: tuple[str, Login],
) -> None:
    administrator, service = reporting
    of_one = await login(administrator, "audit_a", "tjtc")
    held, idle = await holding(of_one), await asyncpg.connect(of_one.dsn)
    assert await service.asked("SELECT end_auditors(60)") == [0]
    assert await service.asked("SELECT end_auditors(0.001)") == [1]
    with pytest.raises(CLOSED):
        await held.fetch("SELECT 1")
    assert await idle.fetchval("SELECT 1") == 1
    await idle.close()
    assert await not_refused(of_one, ["SELECT public.end_auditors(0)"]) == []


async def holding(who: Login) -> asyncpg.Connection:
    """A session with every limit lifted that holds what it read."""
    held = await asyncpg.connect(who.dsn)
    await held.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    await held.execute("BEGIN; SELECT count(*) FROM audit.roster, audit.figure_lines")
    return held


async def test_a_login_is_renewed_listed_and_removed(reporting: tuple[str, Login]) -> None:
    administrator, _ = reporting
    before = await login(administrator, "audit_a", "tjtc")
    after = await login(administrator, "audit_a", "other", "other")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asked(before, READ)
    assert await auditors(administrator) == [Auditor("audit_a", ("other",))]
    session = await asyncpg.connect(after.dsn)
    await remove_auditor(administrator, "audit_a")
    with pytest.raises(CLOSED):
        await session.fetch(READ)
    assert await auditors(administrator) == []
    with pytest.raises(EmbeddedError, match="no auditor"):
        await remove_auditor(administrator, "audit_a")


@pytest.mark.parametrize("name", ["postgres", "audit_", "audit_a; DROP", 'audit_"', "Audit_a", ""])
async def test_only_an_auditors_name_is_made(postgres: str, name: str) -> None:
    with pytest.raises(EmbeddedError, match="begins with audit_"):
        await add_auditor(postgres, name, ["tjtc"])


async def test_what_was_not_provisioned_says_so(postgres: str) -> None:
    with pytest.raises(EmbeddedError, match="not provisioned"):
        await add_auditor(postgres, "audit_a", ["tjtc"])
    with pytest.raises(EmbeddedError, match="name the unions"):
        await add_auditor(postgres, "audit_a", [])
