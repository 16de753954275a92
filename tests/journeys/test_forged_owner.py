"""On 2026-11-29 a forged event with a shard's next sequence entered the journal, the owner's own
one went to quarantine, and reconcile said `complete`, the figure `provable`.

Here the forger has stolen an owner's rights on Kafka. The forgery is named within seconds, no
figure it could touch is provable, and a command with a reason puts it right, as events.
"""

import itertools
import time
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.stack.stack import Stack
from services.reporting.journal.log import entry_of_row
from shared.contract.document import document_of
from shared.contract.envelope import Envelope, shard_of
from shared.eventstore.event_ids import uuid7
from shared.kafka.cloudevents import CONTENT_TYPE, position_header
from tests.journeys.command_line import guildhall
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

FIGURE, SOURCE = "gift_qingming_portions", "/guildhall/benefits"
NAMED_SECONDS = 20.0


async def forge(stack: Stack, genuine: Envelope, sequence: int) -> Envelope:
    """Publish as the owner: a gift of 99 portions to nobody, as the shard's next sequence."""
    stream, shard = genuine.stream, genuine.shard or 0
    person = stream.rpartition(".")[2]
    for n in itertools.count():
        nobody = f"p-nobody{n:04d}"
        if shard_of(stream.replace(person, nobody)) == shard:
            break
    data = genuine.data.replace(person.encode(), nobody.encode())
    data = data.replace(b'"quantity":1', b'"quantity":99')
    forged = genuine._replace(
        event_id=uuid7(), stream=stream.replace(person, nobody), stream_version=1, data=data
    )
    producer = AIOKafkaProducer(**stack.servers.kafka_as("guildhall-benefits").client(), acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(
            "guildhall.benefits.v1",
            document_of(forged),
            forged.stream.encode(),
            shard % 8,
            headers=[CONTENT_TYPE, position_header(genuine.epoch, shard, sequence)],
        )
    finally:
        await producer.stop()
    return forged


async def reconciled(reporting: Reporting) -> dict[str, Any]:
    """What an operator is told who asks for a comparison of everything."""
    bearer = {"Authorization": f"Bearer {await reporting.stack.token('operator')}"}
    url = f"{reporting.stack.urls['reporting']}/v1/reconcile"
    answer = await reporting.http.post(url, json={}, headers=bearer)
    return dict(answer.raise_for_status().json())


def of_benefits(found: dict[str, Any]) -> dict[str, Any]:
    """How benefits stands in a comparison."""
    return next(source for source in found["sources"] if source["source"] == SOURCE)


async def one_gift(reporting: Reporting, office: Office, person: str) -> Envelope:
    """A gift is issued and counted; its event, as the journal has it."""
    await office.open_programme("qingming", "qingming")
    await office.issue_one("qingming", person)
    await until(
        lambda: reporting.explain(office.org_id, FIGURE),
        lambda found: found["value"] == 1 and found["provable"],
    )
    row = await reporting.database.fetchrow(
        "SELECT * FROM journal WHERE org_id = $1 AND type LIKE '%.GiftIssued.v1'", office.org_id
    )
    return entry_of_row(row).envelope


async def test_a_forged_owner_event_is_named_proves_nothing_and_is_put_right(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(3)
    genuine = await one_gift(reporting, office, people[0])
    head = await reporting.databases["benefits"].fetchval(
        "SELECT head FROM shards WHERE shard = $1", genuine.shard
    )

    began = time.monotonic()
    forged = await forge(stack, genuine, head + 1)
    await until(
        lambda: reporting.explain(office.org_id, FIGURE),
        lambda found: found["value"] == 100 and not found["provable"],
    )
    # The owner goes on: its own next event of that shard is answered 201, and comes too late.
    await office.take_back("qingming", people[0])
    await until(
        lambda: reporting.explain(office.org_id, FIGURE),
        lambda found: "与来源的日志不符" in found.get("note", ""),
    )
    assert time.monotonic() - began < NAMED_SECONDS
    found = await reconciled(reporting)
    benefits = of_benefits(found)
    assert not found["complete"] and found["watermark"] is None
    assert {"differs", "in-quarantine"} <= set(benefits["reasons"])
    (difference,) = benefits["differences"]
    assert difference["kind"] == "another-event"
    assert difference["journal_event_id"] == str(forged.event_id)
    assert (difference["shard"], difference["sequence"]) == (genuine.shard, head + 1)
    await put_right(stack, reporting, office, difference)


async def put_right(
    stack: Stack, reporting: Reporting, office: Office, difference: dict[str, Any]
) -> None:
    """The operator disowns the forgery: what the owner wrote counts, and what was known then is
    still known."""
    said = ("--code", "forged", "--reason", "benefits never wrote it")
    event_id = difference["journal_event_id"]
    ran = await guildhall(stack, "events", "disown", SOURCE, event_id, *said)
    assert ran.status == 0, ran.messages
    assert ran.document["applied"] == difference["owner_event_id"]
    right = await until(
        lambda: reporting.explain(office.org_id, FIGURE), lambda found: found["provable"]
    )
    assert right["value"] == 0  # the one gift was taken back
    await reporting.caught_up()
    assert of_benefits(await reconciled(reporting))["complete"]
    before = await reporting.explain(office.org_id, FIGURE, as_of=str(ran.document["at"] - 1))
    assert before["value"] == 100
