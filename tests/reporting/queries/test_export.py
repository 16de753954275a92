"""A union's records as Parquet: figures come out of the files alone, the same bytes again."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.audit_views import VIEWS
from services.reporting.queries.export import Exported, export, view_named
from services.reporting.queries.figures import values_at
from shared.errors import Unknown
from tests.reporting.figures.test_every_figure import YEAR
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG

FIGURES_SQL = Path(__file__).parents[3] / "docs/auditing/figures.sql"


async def everything(ingest: Ingest, directory: Path, at: int) -> dict[str, Exported]:
    directory.mkdir()
    return {
        view.name: await export(ingest.pool, view, ORG, at, directory / f"{view.name}.parquet")
        for view in VIEWS
    }


def by_duckdb(directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    monkeypatch.chdir(directory)
    found = duckdb.connect().execute(FIGURES_SQL.read_text("utf-8")).fetchall()
    return {figure: int(value) for figure, _, _, value in found}


async def test_every_figure_comes_out_of_the_files_alone(
    simulated: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await whole_year().told(simulated)
    last = await simulated.pool.fetchval("SELECT next_index - 1 FROM journal_head")
    await everything(simulated, tmp_path / "all", last)
    answered = await values_at(simulated.pool, ORG, YEAR, last)
    expected = {name: each.value for name, each in answered.items() if each.value}
    assert by_duckdb(tmp_path / "all", monkeypatch) == expected


async def test_the_past_is_the_same_bytes_whatever_came_after(
    simulated: Ingest, tmp_path: Path
) -> None:
    history = whole_year()
    entries = history.entries()
    half = len(entries) // 2
    await history.told(simulated, [half])
    then = await everything(simulated, tmp_path / "again", half)
    before = await everything(simulated, tmp_path / "once", half)
    now = await everything(simulated, tmp_path / "now", len(entries))
    assert then == before and then["events"].rows == half
    assert now["events"].rows == len(entries) and now["figure_lines"] != then["figure_lines"]


async def test_what_was_not_known_yet_is_absent(simulated: Ingest, tmp_path: Path) -> None:
    history = whole_year()
    await history.told(simulated)
    at = len(history.entries()) // 2
    await everything(simulated, tmp_path / "half", at)
    for view in VIEWS:
        rows: list[dict[str, Any]] = pq.read_table(
            tmp_path / f"half/{view.name}.parquet"
        ).to_pylist()
        for row in rows:
            assert row.get("known_from", 0) <= at and (row.get("known_to") or 0) <= at
            assert row.get("log_index", 0) <= at and row.get("org_id", ORG) == ORG


async def test_documents_hash_to_their_leaves(simulated: Ingest, tmp_path: Path) -> None:
    history = whole_year()
    await history.told(simulated)
    file = tmp_path / "events.parquet"
    await export(simulated.pool, view_named("events"), ORG, 10_000, file)
    found = duckdb.connect().execute(
        f"SELECT count(*), count(*) FILTER (sha256('\\x00'::BLOB || encode(document)) = leaf)"
        f" FROM '{file}'"
    )
    (counted,) = found.fetchall()
    assert counted == (len(history.entries()), len(history.entries()))


def test_an_unknown_table_says_which_there_are() -> None:
    with pytest.raises(Unknown, match="figure_lines"):
        view_named("person_records")
