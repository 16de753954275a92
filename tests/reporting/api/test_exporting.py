"""A union's tables as files over HTTP: what is there, whole, of one moment, and for whom."""

import asyncio
import hashlib
import io
from typing import Any

import pyarrow.parquet as pq
import pytest

from services.reporting.api import exporting
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.audit_views import VIEWS
from tests.reporting.api.conftest import Asker
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG


async def test_every_table_is_a_file_whose_tag_is_its_digest(
    asker: Asker, simulated: Ingest
) -> None:
    await whole_year().told(simulated)
    offered = await asker.answer(f"{ORG}/exports", as_of="9")
    assert offered["known_at"] == 9
    assert [each["table"] for each in offered["tables"]] == [view.name for view in VIEWS]
    for each in offered["tables"]:
        found = await asker.get(f"{ORG}/exports/{each['table']}", as_of="9")
        assert found.status_code == 200 and found.headers["guildhall-known-at"] == "9"
        assert found.headers["etag"] == f'"{hashlib.sha256(found.content).hexdigest()}"'
        table = pq.read_table(io.BytesIO(found.content))
        assert table.num_rows == int(found.headers["guildhall-rows"])
        assert table.column_names == list(each["columns"])


async def test_another_unions_auditor_reads_no_file(asker: Asker) -> None:
    found = await asker.get(f"{ORG}/exports/events", orgs=("other",))
    assert found.status_code == 403


async def test_an_unknown_table_is_refused_by_name(asker: Asker) -> None:
    found = await asker.get(f"{ORG}/exports/person_records")
    assert (found.status_code, found.json()["code"]) == (404, "unknown-table")


async def test_one_too_many_is_told_to_come_again(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_places", asyncio.Semaphore(0))
    found = await asker.get(f"{ORG}/exports/events")
    assert (found.status_code, found.json()["code"]) == (503, "export-busy")


async def test_one_persons_exports_wait_for_each_other_and_take_one_place(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, most, export = 0, 0, exporting.export

    async def slowly(*given: Any) -> Any:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await asyncio.sleep(0.05)
        going -= 1
        return await export(*given)

    monkeypatch.setattr(exporting, "export", slowly)
    found = await asyncio.gather(*(asker.get(f"{ORG}/exports/figures") for _ in range(6)))
    assert {each.status_code for each in found} == {200}
    assert most == 1
