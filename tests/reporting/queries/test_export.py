"""A union's records as Parquet: figures come out of the files alone, the same bytes again."""

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow.parquet as pq
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.audit_views import VIEWS
from services.reporting.queries.export import Exported, export, view_named
from services.reporting.queries.figures import Value, values_at
from shared.errors import Unknown
from tests.examples.members import members_merged
from tests.reporting.figures.test_every_figure import YEAR
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History
from tests.reporting.records import ORG, gift
from tests.reporting.year import joined, person, staffed

FIGURES_SQL = Path(__file__).parents[3] / "docs/auditing/figures.sql"


async def everything(ingest: Ingest, directory: Path, at: int) -> dict[str, Exported]:
    directory.mkdir()
    return {
        view.name: await export(ingest.pool, view, ORG, at, directory / f"{view.name}.parquet")
        for view in VIEWS
    }


class Found(NamedTuple):
    value: int | None
    lines: int
    without_amount: int | None
    without_gender: int


def by_duckdb(directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Found]:
    monkeypatch.chdir(directory)
    found = duckdb.connect().execute(FIGURES_SQL.read_text("utf-8"))
    rows = [dict(zip(map(first, found.description), row, strict=True)) for row in found.fetchall()]
    return {row["figure"]: Found(*(row[name] for name in Found._fields)) for row in rows}


def first(column: Any) -> str:
    return str(column[0])


def as_answered(value: Value) -> Found:
    """What the SQL must find where Guildhall answers so: an unknown is no zero."""
    of_amounts = value.figure.measure == "amount_fen"
    unknown = of_amounts and value.lines > 0 and value.without_amount == value.lines
    return Found(
        None if unknown else value.value,
        value.lines,
        value.without_amount if of_amounts else None,
        value.without_gender,
    )


async def test_every_figure_comes_out_of_the_files_alone(
    simulated: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await whole_year().told(simulated)
    last = await simulated.pool.fetchval("SELECT next_index - 1 FROM journal_head")
    await everything(simulated, tmp_path / "all", last)
    answered = await values_at(simulated.pool, ORG, YEAR, last)
    expected = {name: as_answered(each) for name, each in answered.items()}
    assert by_duckdb(tmp_path / "all", monkeypatch) == expected


async def test_an_unknown_is_no_zero_and_a_figure_without_a_line_is_there(
    simulated: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    history(
        gift(1, amount_fen=None, unit_value_fen=None),
        gift(2, "spring-2022", occasion="spring_festival", amount_fen=None, unit_value_fen=None),
        gift(3, "spring-2022", occasion="spring_festival", unit_value_fen=700, amount_fen=700),
        joined(1, "2022-02-01"),
    )
    await history.told(simulated)
    await everything(simulated, tmp_path / "some", 100)
    found = by_duckdb(tmp_path / "some", monkeypatch)
    answered = await values_at(simulated.pool, ORG, YEAR, 100)
    assert found == {name: as_answered(each) for name, each in answered.items()}
    assert found["gift_mid_autumn_amount"] == Found(None, 1, 1, 0), "unknown"
    assert found["gift_spring_festival_amount"] == Found(700, 2, 1, 0), "a part, and said to be one"
    assert found["gift_birth_amount"] == Found(0, 0, 0, 0), "nothing in the log"


async def test_merges_that_lead_from_one_to_the_next_are_one_person_in_the_files_too(
    simulated: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = [members_merged(person_id=person(n), kept_person_id=person(n + 1)) for n in (1, 2, 3)]
    told = [joined(n, "2022-02-01") for n in (1, 4, 5)]
    await History()(*told, staffed(4, female=True), *chain).told(simulated)
    await everything(simulated, tmp_path / "merged", 100)
    found = by_duckdb(tmp_path / "merged", monkeypatch)
    answered = await values_at(simulated.pool, ORG, YEAR, 100)
    assert found == {name: as_answered(each) for name, each in answered.items()}
    assert found["members_on_roll"].value == 2
    assert found["women_members_on_roll"][:1] + found["women_members_on_roll"][3:] == (1, 1)


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
