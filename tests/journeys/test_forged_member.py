"""Who has stolen members' rights on Kafka makes a ghost known to every context, who claims.

The comparison names the forgery in the journal and in each copy. Disowned, by one command with a
reason, the ghost is unknown to all within seconds, and what members wrote in its place is heard.
"""

import itertools
import time
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer

from deploy.stack.stack import Stack
from services.reporting.journal.log import entry_of_row
from shared.contract.document import document_of
from shared.contract.envelope import Envelope, shard_of
from shared.eventstore.event_ids import uuid7
from shared.kafka.cloudevents import CONTENT_TYPE, position_header
from tests.benefits.requests import FILE_CLAIM
from tests.examples.members import staff_registered
from tests.journeys.command_line import guildhall
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.test_forged_owner import reconciled
from tests.journeys.waiting import until

MEMBERS, COPIES = "/guildhall/members", ("benefits", "events")
UNDONE_SECONDS = 20.0


async def forge(stack: Stack, genuine: Envelope, sequence: int) -> tuple[str, Envelope]:
    """Publish as members, with a sequence of a genuine event's shard: a ghost is in post."""
    org_id, shard = genuine.org_id, genuine.shard or 0
    for n in itertools.count():
        ghost = f"p-ghost{n:06d}"
        if shard_of(f"{org_id}/person-{ghost}") == shard:
            break
    event = staff_registered(org_id=org_id, person_id=ghost)
    forged = genuine._replace(
        event_id=uuid7(),
        type=event.type_name(),
        stream=event.stream_of(),
        stream_version=1,
        data=event.model_dump_json(exclude_none=True).encode(),
        shard_sequence=sequence,
    )
    headers = [CONTENT_TYPE, position_header(genuine.epoch, shard, sequence)]
    access = stack.servers.kafka_as("guildhall-members")
    async with AIOKafkaProducer(**access.client(), acks="all") as producer:
        await producer.send_and_wait(
            "guildhall.members.v1",
            document_of(forged),
            forged.stream.encode(),
            shard % 8,
            headers=headers,
        )
    return ghost, forged


async def claimed(office: Office, person: str) -> tuple[int, str]:
    """What a claim for them is answered; each is for another case."""
    name = uuid7().hex
    body = FILE_CLAIM | {"claim_id": f"care-{name}", "case_id": name, "person_id": person}
    answer: httpx.Response = await office.send("benefits", "file-claim", body)
    return answer.status_code, answer.json().get("code", "")


def of_copies(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """How the copies of members stand in a comparison, by whose they are."""
    return {copy["reader"]: copy for copy in found["copies"] if copy["source"] == MEMBERS}


async def test_a_forged_member_is_named_in_every_copy_and_undone_in_every_copy(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    (somebody,) = await office.take_on(1)
    await reporting.caught_up()
    row = await reporting.database.fetchrow(
        "SELECT * FROM journal WHERE stream = $1", f"{office.org_id}/organisation"
    )
    genuine = entry_of_row(row).envelope
    head = await reporting.databases["members"].fetchval(
        "SELECT head FROM shards WHERE shard = $1", genuine.shard
    )
    ghost, forged = await forge(stack, genuine, head + 1)
    await until(lambda: claimed(office, ghost), lambda found: found == (201, ""))
    # Members goes on, and what it stamps in that place comes too late.
    told = {"staff": 900, "women_staff": 400, "declared_on": "2022-12-31"}
    await office.do("members", "declare-staff-count", told)
    found = await until(
        lambda: reconciled(reporting),
        lambda found: all(of_copies(found)[name]["differences"] for name in COPIES),
    )
    assert not found["complete"]
    for name in COPIES:
        (difference,) = of_copies(found)[name]["differences"]
        assert difference["kind"] == "another-event"
        assert difference["copy_event_id"] == str(forged.event_id)
    assert (await guildhall(stack, "copies", "list")).status == 1

    said = ("--code", "forged", "--reason", "members never wrote it")
    ran = await guildhall(stack, "events", "disown", MEMBERS, str(forged.event_id), *said)
    assert ran.status == 0, ran.messages
    began = time.monotonic()
    await until(lambda: claimed(office, ghost), lambda found: found == (422, "unknown-member"))
    assert time.monotonic() - began < UNDONE_SECONDS
    assert (await claimed(office, somebody))[0] == 201
    heard = "SELECT version FROM members_streams WHERE stream = $1"
    for name in COPIES:
        await until(
            lambda name=name: reporting.databases[name].fetchval(heard, genuine.stream),
            lambda version: version == 2,
        )
        assert not await reporting.databases[name].fetchval(heard, forged.stream)
    await until(lambda: reconciled(reporting), lambda found: found["complete"])
    ran = await guildhall(stack, "copies", "list")
    assert ran.status == 0, ran.messages
