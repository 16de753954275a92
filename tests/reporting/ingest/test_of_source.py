"""What became of all that an outside source sent, by outcome, reason, day and stream."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.of_source import Asked, of_source
from services.reporting.ingest.quarantine import ALL, Scope
from shared.clock import system_clock
from shared.contract.values import SHANGHAI
from shared.testing.author import MOMENT, Author
from tests.reporting.history import CANTEEN, CANTEEN_TOPIC
from tests.reporting.records import ORG, Partition, gift, gift_stream

DAY = MOMENT.astimezone(SHANGHAI).date()


@pytest.fixture
async def told(simulated: Ingest) -> None:
    """Two gifts, one of them twice; one ahead of its stream; one wrong; one that is no JSON."""
    partition, author = Partition(CANTEEN_TOPIC), Author(source=CANTEEN)
    first, second = (author.write(gift_stream(n), gift(n)) for n in (1, 2))
    ahead = author.write(gift_stream(3), gift(3), stream_version=4)
    wrong = author.write(gift_stream(5), gift(4))
    raws = [partition.raw(each) for each in (first, second, first, ahead, wrong)]
    raws.append(partition.raw(first, value=b"{", key=None))
    await simulated.apply(raws, partition.move(raws))


async def asked(pool: asyncpg.Pool, **given: Any) -> dict[str, Any]:
    return await of_source(pool, "canteen", given.pop("scope", ALL), Asked(**given))


async def test_each_record_is_counted_where_it_is_now(pool: asyncpg.Pool, told: None) -> None:
    found = await asked(pool)
    counts = {n: found[n] for n in ("received", "repeated", "applied", "held", "refused")}
    assert counts == {"received": 6, "repeated": 1, "applied": 2, "held": 1, "refused": 2}
    assert {row["reason"]: row["n"] for row in found["reasons"]} == {
        "version-gap": 1, "wrong-stream": 1, "not-json": 1,
    }  # fmt: skip
    (day,) = found["applied_by_day"]
    assert (day["day"], day["n"]) == (DAY, 2)
    assert found["source"] == CANTEEN and found["next"] is None


async def test_it_is_asked_by_stream_and_by_day(pool: asyncpg.Pool, told: None) -> None:
    of_stream = await asked(pool, stream=gift_stream(1))
    assert (of_stream["applied"], of_stream["held"], of_stream["refused"]) == (1, 0, 0)
    assert "received" not in of_stream
    today = system_clock().astimezone(SHANGHAI).date()
    assert (await asked(pool, since=today))["refused"] == 2
    later = await asked(pool, since=today + timedelta(days=1))
    assert (later["applied"], later["held"], later["refused"]) == (0, 0, 0)
    assert (await asked(pool, until=DAY))["applied"] == 2


async def test_a_page_of_the_refused_is_followed_by_the_next(
    pool: asyncpg.Pool, told: None
) -> None:
    page = await asked(pool, limit=2)
    rest = await asked(pool, limit=2, after=page["next"])
    reasons = [row["reason"] for row in page["records"] + rest["records"]]
    assert reasons == ["version-gap", "wrong-stream", "not-json"] and rest["next"] is None


async def test_others_are_told_of_their_unions_alone(pool: asyncpg.Pool, told: None) -> None:
    others = await asked(pool, scope=Scope(["tjjt"]))
    assert (others["applied"], others["held"], others["refused"]) == (0, 0, 0)
    ours = await asked(pool, scope=Scope([ORG]))
    assert (ours["applied"], ours["held"], ours["refused"]) == (2, 1, 1)
    own = await asked(pool, scope=Scope([], [CANTEEN_TOPIC]))
    assert (own["received"], own["refused"]) == (6, 2)
