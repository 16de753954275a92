"""What a replica passes over is kept once, with its bytes, and only so much of it."""

import pytest

from shared.errors import Unknown
from shared.replicas import quarantine
from shared.replicas.coverage import coverage
from shared.replicas.quarantine import discard, summary
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.consumed import consumed
from tests.shared.replicas.test_apply import counts


async def test_each_content_is_kept_once_with_its_exact_bytes(copy: Copy) -> None:
    (event,) = counts(100)
    forged = event._replace(salt="")
    await copy.hears([forged, forged])
    await copy.hears([forged])
    (row,) = await copy.pool.fetch("TABLE replica_quarantine")
    (record,) = consumed([forged])
    assert (row["key"], row["value"], row["times_seen"]) == (record.key, record.value, 3)
    assert (row["reason"], row["event_id"]) == ("attribute-missing", event.event_id)
    assert (row["source"], row["stream"], row["kafka_offset"]) == (event.source, event.stream, 0)


async def test_beyond_a_bound_records_are_counted_and_not_kept(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "OPEN_MAX", 5)
    forged = [event._replace(salt="") for event in counts(*range(100, 120))]
    await copy.hears(forged[:4])
    await copy.hears(forged[2:])
    await copy.hears(forged)
    rows = await copy.pool.fetch(
        "SELECT reason, times_seen, value IS NULL AS bare FROM replica_quarantine ORDER BY id"
    )
    assert [(row["reason"], row["bare"]) for row in rows] == [
        *[("attribute-missing", False)] * 5,
        ("only-counted", True),
    ]
    assert sum(row["times_seen"] for row in rows) == 4 + 18 + 20
    assert await copy.replica.try_again() == 5
    assert len((await summary(copy.pool, copy.replica.topic))["first"]) == quarantine.NAMED_MAX


async def test_what_a_person_discarded_stays_discarded(copy: Copy) -> None:
    (event,) = counts(100)
    forged = event._replace(salt="")
    await copy.hears([forged])
    (named,) = (await coverage(copy.pool, "members"))["quarantine"]["first"]
    await discard(copy.pool, named["id"], "operator-1", "forged")
    await copy.hears([forged])
    assert (await coverage(copy.pool, "members"))["quarantine"] == {"count": 0, "first": []}
    (row,) = await copy.pool.fetch("TABLE replica_quarantine")
    assert (row["state"], row["settled_by"], row["settled_why"]) == (
        "discarded",
        "operator-1",
        "forged",
    )
    with pytest.raises(Unknown, match="no-such-record"):
        await discard(copy.pool, named["id"] + 1, "operator-1", "forged")
