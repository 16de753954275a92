"""The views that auditors read: one a projection, made once, made anew where they changed.

What a login may read is in tests/deploy/embedded/test_auditors.py.
"""

from typing import Any

import asyncpg
import pytest

from services.reporting.projections import PROJECTIONS, audit_views
from services.reporting.projections.audit_views import BY_NAME, VIEWS, create_views

OIDS = "SELECT relname, oid FROM pg_class WHERE relnamespace = 'audit'::regnamespace"


async def made(pool: asyncpg.Pool) -> dict[str, Any]:
    async with pool.acquire() as connection, connection.transaction():
        await create_views(connection)
        return {row["relname"]: row["oid"] for row in await connection.fetch(OIDS)}


def test_there_is_one_for_every_projection() -> None:
    named = {view.projection for view in VIEWS if view.projection}
    assert named == {projection.name for projection in PROJECTIONS}
    assert all(view.meaning for view in VIEWS) and len(BY_NAME) == len(VIEWS)


def test_only_definitions_of_figures_are_of_no_union() -> None:
    assert [view.name for view in VIEWS if not view.of_unions] == ["figures"]


async def test_a_second_start_makes_none_anew(pool: asyncpg.Pool) -> None:
    assert await made(pool) == await made(pool)


async def test_one_that_changed_is_made_anew_and_one_that_is_no_more_goes(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await made(pool)
    changed = BY_NAME["roster"]._replace(meaning="another")
    kept = tuple(view for view in VIEWS if view.name not in {"roster", "issues"})
    monkeypatch.setattr(audit_views, "VIEWS", (*kept, changed))
    monkeypatch.setattr(audit_views, "BY_NAME", {view.name: view for view in (*kept, changed)})
    after = await made(pool)
    assert before.keys() - after.keys() == {"issues"}
    assert {name for name in after if after[name] != before[name]} == {"roster"}


async def test_it_is_made_where_its_table_is_not_there(pool: asyncpg.Pool) -> None:
    await pool.execute("DROP TABLE projections.roster; DROP SCHEMA audit CASCADE")
    assert "roster" in await made(pool)
    with pytest.raises(asyncpg.PostgresError, match="roster is being rebuilt"):
        await pool.fetch("SELECT * FROM audit.roster")
