"""What one union could be told of another, as shown on 2026-11-29.

A clerk who stated a position of another union in Guildhall-After was answered how far that stream
had been heard: whether a person was in it, and how much had happened to them. An auditor of one
union read every record in quarantine, with its bytes; a producer read all of them, or none.
"""

# The fixtures of reporting's database are asked for by name.
# ruff: noqa: F811

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.events.__main__ import PARTS
from services.reporting.ingest.apply import Ingest
from shared.testing.author import Author
from shared.testing.http import InProcess, in_process
from tests.databases import NewDatabase
from tests.events.requests import BODIES, STRANGER
from tests.examples.members import organisation_registered, staff_registered
from tests.reporting.api.conftest import Asker, asker, kafka_ends  # noqa: F401
from tests.reporting.conftest import database, pool, simulated  # noqa: F401
from tests.reporting.history import CANTEEN, CANTEEN_TOPIC
from tests.reporting.records import ORG, Partition, gift, gift_stream

SECRET_PERSON = "other/person-p-secret1"


@pytest.fixture
async def service(new_database: NewDatabase) -> AsyncIterator[InProcess]:
    dsn = await new_database("shared.eventstore", "services.events")
    async with in_process(PARTS, dsn) as running:
        await running.hear("tjtc/organisation", organisation_registered(simulated=True))
        staff = staff_registered(org_id="other", person_id="p-secret1")
        await running.hear(SECRET_PERSON, staff)
        yield running


@pytest.mark.parametrize("stream", [SECRET_PERSON, "other/person-p-nobody", "nowhere/organisation"])
@pytest.mark.parametrize("version", [0, 1, 2])
async def test_a_position_tells_nothing_of_another_union(
    service: InProcess, stream: str, version: int
) -> None:
    body = {**BODIES["record-volunteer-service"], "person_id": STRANGER}
    headers = {"Guildhall-After": f"{stream}@{version}"}
    answer = await service.command("record-volunteer-service", body, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "union-not-yours")
    assert stream not in answer.text and "holds version" not in problem["detail"]


class Held:
    """Records in quarantine, by what they are about: the number of each."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self.numbers = numbers

    def of(self, *names: str) -> list[int]:
        return sorted(self.numbers[name] for name in names)


@pytest.fixture
async def held(simulated: Ingest, pool: asyncpg.Pool) -> Held:
    """Five refused records: two unions' own, one that contradicts itself, one that is no record,
    and one that the canteen sent about the other union."""
    owner, canteen = Partition(), Partition(CANTEEN_TOPIC, 1)
    blessed = "guildhall.benefits.GiftBlessed.v1"
    stream = gift_stream(1)
    other = stream.replace(f"{ORG}/", "other/")
    theirs = gift(1).model_copy(update={"org_id": "other"})
    raws = {
        "ours": owner.raw(Author().write(stream, gift(1), type=blessed)),
        "theirs": owner.raw(Author().write(other, theirs, type=blessed)),
        "mixed": owner.raw(Author().write(stream, theirs, type=blessed, org_id=ORG)),
        "junk": owner.junk(b"no record at all", key=stream.encode()),
    }
    sent = Author(source=CANTEEN).write(other, theirs)
    raws_of_canteen = {"canteen": canteen.raw(sent)}
    for partition, read in ((owner, raws), (canteen, raws_of_canteen)):
        await simulated.apply(list(read.values()), partition.move(list(read.values())))
    rows = await pool.fetch("SELECT id, topic, kafka_offset FROM quarantine")
    places = {(row["topic"], row["kafka_offset"]): row["id"] for row in rows}
    found = {
        name: places[raw.origin.topic, raw.origin.offset]
        for name, raw in (raws | raws_of_canteen).items()
    }
    assert len(found) == len(rows) == 5
    return Held(found)


EVERYTHING = ("ours", "theirs", "mixed", "junk", "canteen")
SEEN: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {
    ("auditor", (ORG,)): ("ours",),
    ("auditor", ("other",)): ("theirs", "canteen"),
    ("auditor", (ORG, "other")): ("ours", "theirs", "canteen"),
    ("auditor", ()): (),
    ("auditor", ("*",)): EVERYTHING,
    ("operator", (ORG,)): ("ours",),
    ("operator", ("*",)): EVERYTHING,
    ("producer", (ORG,)): (),
    ("producer", ("*",)): (),
}


@pytest.mark.parametrize(("role", "orgs"), SEEN)
async def test_records_are_told_to_those_whose_unions_they_are_about(
    asker: Asker,
    held: Held,
    role: str,
    orgs: tuple[str, ...],
) -> None:
    seen = held.of(*SEEN[role, orgs])
    listed = (await asker.answer("quarantine", role=role, orgs=orgs))["records"]
    assert [record["id"] for record in listed] == seen
    for number in held.numbers.values():
        one = await asker.get(f"quarantine/{number}", role=role, orgs=orgs)
        assert one.status_code == (200 if number in seen else 404)
        for deed in ("retry", "discard") if role == "operator" and number not in seen else ():
            done = await asker.post(
                f"quarantine/{number}/{deed}", {"reason": "x"}, role=role, orgs=orgs
            )
            assert (done.status_code, done.json()["code"]) == (404, "no-such-record")


async def test_a_producer_is_told_of_what_it_sent_and_of_nothing_else(
    asker: Asker,
    held: Held,
    simulated: Ingest,
    pool: asyncpg.Pool,
) -> None:
    """Whose account the source's registration names, whatever the union."""
    me: dict[str, Any] = {"role": "producer", "subject": "producer-canteen", "orgs": (ORG,)}
    listed = (await asker.answer("quarantine", **me))["records"]
    assert [record["id"] for record in listed] == held.of("canteen")
    refused = listed[0]["event_id"]
    became = await asker.answer(f"sources/canteen/events/{refused}", **me)
    assert became["accepted"] is None
    assert [row["reason"] for row in became["quarantined"]] == ["unregistered-union"]

    partition = Partition(CANTEEN_TOPIC, 2)
    good = Author(source=CANTEEN).write(gift_stream(2), gift(2))
    raws = [partition.raw(good)]
    await simulated.apply(raws, partition.move(raws))
    became = await asker.answer(f"sources/canteen/events/{good.event_id}", **me)
    assert (became["accepted"]["log_index"], became["quarantined"]) == (1, [])

    ours = await pool.fetchval("SELECT event_id FROM quarantine WHERE id = $1", *held.of("ours"))
    for path in (
        f"sources/canteen/events/{uuid4()}",
        f"sources/hospital/events/{good.event_id}",
        f"sources/canteen/events/{ours}",
        f"quarantine/{held.numbers['ours']}",
    ):
        assert (await asker.get(path, **me)).status_code == 404
    stranger = {**me, "subject": "producer-hospital"}
    assert (await asker.answer("quarantine", **stranger))["records"] == []
    assert (await asker.get(f"sources/canteen/events/{refused}", **stranger)).status_code == 404


async def test_an_answer_with_names_or_records_is_not_stored(
    asker: Asker,
    held: Held,
) -> None:
    one = await asker.get(f"quarantine/{held.numbers['ours']}")
    assert one.headers["cache-control"] == "no-store"
