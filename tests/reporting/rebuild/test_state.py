"""Any process can tell a rebuild that runs, one that failed, and one whose process died."""

import asyncpg
import pytest

from services.reporting.rebuild.shares import connected
from services.reporting.rebuild.state import DIED, RebuildState, alone, rebuild_states
from shared.errors import Conflict


async def newest(pool: asyncpg.Pool) -> RebuildState:
    return (await rebuild_states(pool))[0]


async def test_one_that_runs_says_how_far_it_is_and_lets_no_other_begin(
    pool: asyncpg.Pool, database: str
) -> None:
    assert await rebuild_states(pool) == []
    async with connected(database) as connection, alone(connection) as rebuilding:
        await rebuilding.reached(0.25)
        await rebuilding.reached(0.5)  # so soon after, it is not worth a statement
        state = await newest(pool)
        assert (state.running, state.progress, state.up_to, state.error) == (True, 0.25, 0, None)
        async with connected(database) as other:
            with pytest.raises(Conflict, match="rebuild-running"):
                async with alone(other):
                    pass
        assert await newest(pool) == state
        rebuilding.outcome = {"equal": True}
    state = await newest(pool)
    assert (state.running, state.outcome, state.error) == (False, {"equal": True}, None)


async def test_one_that_failed_says_what_with_and_another_may_begin(
    pool: asyncpg.Pool, database: str
) -> None:
    async with connected(database) as connection:
        with pytest.raises(ZeroDivisionError):
            async with alone(connection):
                raise ZeroDivisionError
        state = await newest(pool)
        assert (state.running, state.error) == (False, "ZeroDivisionError")
        async with alone(connection):
            assert (await newest(pool)).running


async def test_one_whose_process_died_is_seen_and_ended_by_the_next(
    pool: asyncpg.Pool, database: str
) -> None:
    async with connected(database) as connection, alone(connection):
        pid = connection.get_server_pid()
        await pool.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    state = await newest(pool)
    assert (state.running, state.finished_at, state.error) == (False, None, DIED)
    async with connected(database) as connection, alone(connection):
        running, died = await rebuild_states(pool)
    assert running.running
    assert died.finished_at is not None and died.error == DIED
