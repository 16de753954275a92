"""What an operator asks and does over HTTP."""

import asyncio
from base64 import b64decode
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild import coordinator
from shared.contract.catalogue import topic_of
from shared.contract.document import document_of
from shared.testing.author import Author
from tests.reporting.api.conftest import Asker
from tests.reporting.by_hand import by_hand
from tests.reporting.history import History
from tests.reporting.records import Partition, gift, gift_stream, take_rows
from tests.reporting.year import joined

BENEFITS = topic_of("benefits")


@pytest.fixture
async def refused(simulated: Ingest) -> bytes:
    """A record of the owner of a type nobody knows, and one that waits behind it."""
    author, partition, stream = Author(), Partition(), gift_stream(1)
    bad = author.write(stream, gift(1), type="guildhall.benefits.GiftBlessed.v1")
    raws = [partition.raw(bad), partition.raw(author.write(stream, gift(1, quantity=2)))]
    await simulated.apply(raws, partition.move(raws))
    return document_of(bad)


async def test_status_names_head_positions_lag_and_what_waits(
    asker: Asker, refused: bytes, kafka_ends: dict[tuple[str, int], int]
) -> None:
    unknown = await asker.watch("status", role="operator")
    assert unknown["lag"] is None
    kafka_ends[BENEFITS, 0] = 7
    found = await asker.watch("status", role="operator")
    assert (found["journal"]["log_index"], found["journal"]["epoch"]) == (0, 1)
    (position,) = found["positions"]
    assert (position["topic"], position["next_offset"], position["lag"]) == (BENEFITS, 2, 5)
    assert (found["lag"], found["parked"], found["quarantined"]) == (5, 0, 2)
    assert found["differences"] == [] and found["journal_gaps"] == []


async def test_a_difference_of_sums_is_in_the_status(
    asker: Asker, simulated: Ingest, pool: asyncpg.Pool
) -> None:
    await History()(joined(1, "2022-01-01")).told(simulated)
    await pool.execute(f"UPDATE {LIVE}.figure_sums SET lines = lines + 1 WHERE list = 'roll'")
    (difference,) = (await asker.watch("status"))["differences"]
    assert (difference["list"], difference["day"], difference["lines"]) == ("roll", "2022-01-01", 1)


async def test_rows_gone_from_the_journal_are_in_the_status(
    asker: Asker, simulated: Ingest, pool: asyncpg.Pool
) -> None:
    await History()(*(joined(n, "2022-01-01") for n in (1, 2, 3))).told(simulated)
    await take_rows(pool, 2, 3)
    assert (await asker.watch("status"))["journal_gaps"] == [{"first": 2, "last": 3}]


async def test_quarantine_shows_exact_bytes_and_is_settled_by_a_person(
    asker: Asker, refused: bytes, pool: asyncpg.Pool
) -> None:
    records = (await asker.watch("quarantine"))["records"]
    assert [record["reason"] for record in records] == ["unknown-type", "stream-blocked"]
    one = await asker.watch(f"quarantine/{records[0]['id']}")
    assert b64decode(one["value_base64"]) == refused
    assert one["value_text"] == refused.decode()
    assert ["content-type", "application/cloudevents+json"] in one["headers"]

    discarded = await asker.post(
        f"quarantine/{records[0]['id']}/discard", {"reason": "published in error"}
    )
    assert discarded.is_success, discarded.text
    assert discarded.json()["state"] == "discarded"
    retried = await asker.post(f"quarantine/{records[1]['id']}/retry")
    assert retried.json() == {"tried": 1, "applied": 1, "duplicate": 0, "still_quarantined": 0}
    assert await pool.fetchval(f"SELECT count(*) FROM {LIVE}.deliveries") == 1
    again = await asker.post(f"quarantine/{records[1]['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "already-settled")
    (settled,) = (await asker.watch("quarantine", state="discarded"))["records"]
    assert (settled["settled_by"], settled["settled_why"]) == ("operator-1", "published in error")


async def test_discarding_needs_a_reason_and_a_record(asker: Asker, refused: bytes) -> None:
    for body in ({"reason": ""}, {"reason": "x", "code": "because"}):
        assert (await asker.post("quarantine/1/discard", body)).status_code == 422
    missing = await asker.post("quarantine/999/discard", {"reason": "x"})
    assert (missing.status_code, missing.json()["code"]) == (404, "no-such-record")


async def test_a_record_that_is_no_text_is_shown_all_the_same(
    asker: Asker, simulated: Ingest
) -> None:
    partition = Partition()
    raws = [partition.junk(b"\xff\x00", key=b"\xfe")]
    await simulated.apply(raws, partition.move(raws))
    (record,) = (await asker.watch("quarantine"))["records"]
    one = await asker.watch(f"quarantine/{record['id']}")
    assert (b64decode(one["value_base64"]), one["value_text"]) == (b"\xff\x00", None)
    assert one["key"] == "\\xfe"


async def test_a_rebuild_answers_when_it_is_done_and_what_it_compared(
    asker: Asker, simulated: Ingest, pool: asyncpg.Pool
) -> None:
    await History()(joined(1, "2022-01-01")).told(simulated)
    done = (await asker.post("rebuild")).json()
    assert (done["equal"], done["log_index"]) == (True, 1)
    equal = {"projection": "register", "rows": 1, "only_live": 0, "only_rebuilt": 0, "named": []}
    assert equal in done["tables"]
    shown = await asker.watch("rebuild")
    assert (shown["running"], shown["ratio"], shown["last"]["equal"]) == (False, None, True)

    await by_hand(pool, f"{LIVE}.register", f"DELETE FROM {LIVE}.register")
    assert (await asker.post("rebuild")).json()["equal"] is False


@pytest.fixture
def half_way(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """A rebuild waits, before it compares, for this to be set."""
    go_on, vacuum = asyncio.Event(), coordinator._vacuum

    async def wait(connection: asyncpg.Connection, names: frozenset[str]) -> None:
        await go_on.wait()
        await vacuum(connection, names)

    monkeypatch.setattr(coordinator, "_vacuum", wait)
    return go_on


async def running(asker: Asker) -> dict[str, Any]:
    """What is said of a rebuild, once it runs."""
    async with asyncio.timeout(30):
        while not (shown := await asker.watch("rebuild"))["running"]:
            await asyncio.sleep(0.05)
    return shown


async def test_a_rebuild_that_is_refused_leaves_the_one_that_runs(
    asker: Asker, half_way: asyncio.Event
) -> None:
    first = asyncio.create_task(asker.post("rebuild"))
    await running(asker)
    refused = await asker.post("rebuild")
    assert (refused.status_code, refused.json()["code"]) == (409, "rebuild-running")
    shown = await running(asker)
    assert 0 <= shown["ratio"] < 1 and shown["last"] is None
    half_way.set()
    assert (await first).json()["equal"]
    shown = await asker.watch("rebuild")
    assert (shown["running"], shown["last"]["equal"]) == (False, True)


async def test_reconciling_names_what_the_owner_published_and_is_not_here(asker: Asker) -> None:
    found = (await asker.post("reconcile")).json()
    assert (found["complete"], found["watermark"]) == (False, None)
    (source,) = found["sources"]
    assert source["gaps"] == [{"source": "/guildhall/benefits", "shard": 3, "have": 0, "acked": 1}]
    assert found["differences"] == []


async def test_many_records_are_settled_only_where_something_names_them(asker: Asker) -> None:
    for body in ({"records": {}}, {"records": {"everything": True, "topic": "t"}}, {}):
        refused = await asker.post("quarantine/retry", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request"), body
    for named in ({"everything": True}, {"source": ""}):
        done = await asker.post("quarantine/retry", {"records": named})
        assert done.status_code == 200, done.text
        assert (done.json()["looked_at"], done.json()["next"]) == (0, None)
    body = {"records": {"topic": "t"}, "reason": "a test", "code": "other"}
    assert (await asker.post("quarantine/discard", body)).json()["discarded"] == 0


async def test_an_event_that_is_not_here_is_not_disowned(asker: Asker) -> None:
    body = {
        "source": "/guildhall/benefits",
        "event_id": "01859511-0c3e-7e0a-8f5b-2c1d9a4b7e60",
        "code": "forged",
        "reason": "a test",
    }
    refused = await asker.post("disown", body)
    assert (refused.status_code, refused.json()["code"]) == (404, "no-such-event")
    assert (await asker.post("disown", body, role="auditor")).status_code == 403
