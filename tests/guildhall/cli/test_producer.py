"""`guildhall events publish`: what reaches a real Kafka is what a reader of ours accepts."""

import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from guildhall.cli.producer import (
    OUR_TOPICS,
    Outcome,
    Plan,
    publish_file,
    registrations_in,
    topic_for,
)
from shared.contract.benefits import GiftReturned
from shared.contract.document import document_of
from shared.contract.envelope import Envelope
from shared.errors import ContractViolation
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import STRUCTURED_CONTENT_TYPE, from_record, to_record
from shared.testing.author import Author
from shared.testing.topics import make_topic
from tests.examples.benefits import gift_returned

PARTITIONS = 3


def returned(number: int) -> GiftReturned:
    return gift_returned(
        occurred_on=date(2022, 9, 1), programme_id="cakes", person_id=f"p-00000{number}"
    )


def from_source_of(topic: str) -> Author:
    """The source whose own topic it is."""
    return Author(source=f"/ext/{topic.split('.')[2]}")


def envelopes(count: int, author: Author | None = None) -> list[Envelope]:
    author = author or Author(source="/ext/canteen")
    return [
        author.write(f"tjtc/gift-cakes.p-00000{number}", returned(number))
        for number in range(count)
    ]


def as_json(envelope: Envelope, **changes: Any) -> str:
    return json.dumps({**json.loads(document_of(envelope)), **changes})


def as_record(envelope: Envelope) -> str:
    """The dump of a Kafka record, as tools write it."""
    key, value, headers = to_record(envelope)
    named = {name: text.decode() for name, text in headers}
    return json.dumps({"key": key.decode(), "headers": named, "value": value.decode()})


def plan(tmp_path: Path, lines: list[str], topic: str | None, **changes: Any) -> Plan:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(lines))
    return Plan(file, topic, False, False)._replace(**changes)


async def publish(given: Plan, kafka: KafkaAccess) -> Outcome:
    return await publish_file(given, lambda _topic: kafka, lambda _: None)


@pytest.fixture
def topic() -> str:
    """The topic of a source that no other test has."""
    return f"guildhall.ext.t-{secrets.token_hex(6)}.v1"


@pytest.fixture
async def made_topic(kafka: KafkaAccess, topic: str) -> str:
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        await make_topic(client, topic, PARTITIONS)
    finally:
        await client.close()
    return topic


async def records(kafka: KafkaAccess, topic: str) -> list[Any]:
    consumer = AIOKafkaConsumer(**kafka.client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Any] = []
        while len(found) < sum(ends.values()):
            batches = await consumer.getmany(timeout_ms=1000)
            found += [record for batch in batches.values() for record in batch]
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("row", [as_json, as_record])
async def test_a_published_event_is_read_as_it_was_written(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path, row: Callable[[Envelope], str]
) -> None:
    written = envelopes(4, from_source_of(made_topic))
    given = plan(tmp_path, [row(e) for e in written], made_topic)

    outcome = await publish(given, kafka)

    assert outcome == Outcome(4, {made_topic: 4}, [], None)
    found = await records(kafka, made_topic)
    read = [from_record(record.key, record.value, record.headers) for record in found]
    assert sorted(map(as_json, read)) == sorted(map(as_json, written))
    assert {dict(record.headers)["content-type"] for record in found} == {STRUCTURED_CONTENT_TYPE}


async def test_bad_rows_are_refused_by_row_and_the_others_published(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path
) -> None:
    first, second = envelopes(2, from_source_of(made_topic))
    lines = [as_json(first), "{", as_json(second, type="guildhall.x.Y.v1"), as_json(second)]

    outcome = await publish(plan(tmp_path, lines, made_topic), kafka)

    assert outcome.published == 2
    assert [(v.row, v.reason) for v in outcome.violations] == [(2, "not-json"), (3, "unknown-type")]


async def test_all_or_nothing_publishes_nothing_when_a_row_is_bad(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path
) -> None:
    lines = [as_json(envelopes(1, from_source_of(made_topic))[0]), "{"]
    outcome = await publish(plan(tmp_path, lines, made_topic, all_or_nothing=True), kafka)
    assert (outcome.published, [v.row for v in outcome.violations]) == (0, [2])
    assert await records(kafka, made_topic) == []


async def test_unchecked_rows_go_out_as_they_are(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path
) -> None:
    lines = ["not even json", as_json(envelopes(1)[0], actor="")]
    outcome = await publish(plan(tmp_path, lines, made_topic, unchecked=True), kafka)
    assert (outcome.published, outcome.violations) == (2, [])
    values = {record.value for record in await records(kafka, made_topic)}
    assert values == {line.encode() for line in lines}


async def test_a_numbered_event_goes_to_its_shards_partition(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OUR_TOPICS, "/guildhall/benefits", made_topic)
    written = envelopes(6, Author("benefits"))
    await publish(plan(tmp_path, [as_record(e) for e in written], made_topic), kafka)
    for record in await records(kafka, made_topic):
        shard = from_record(record.key, record.value, record.headers).shard
        assert shard is not None
        assert record.partition == shard % PARTITIONS


async def test_one_stream_goes_to_one_partition_in_order(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path
) -> None:
    author = from_source_of(made_topic)
    written = [author.write("tjtc/gift-cakes.p-000001", returned(1)) for _ in range(50)]
    await publish(plan(tmp_path, [as_json(e) for e in written], made_topic), kafka)
    found = await records(kafka, made_topic)
    assert len({record.partition for record in found}) == 1
    versions = [from_record(r.key, r.value, r.headers).stream_version for r in found]
    assert versions == list(range(1, 51))


async def test_a_topic_that_does_not_exist_is_named(
    kafka: KafkaAccess, topic: str, tmp_path: Path
) -> None:
    (event,) = envelopes(1, from_source_of(topic))
    outcome = await publish(plan(tmp_path, [as_json(event)], None), kafka)
    assert outcome.published == 0
    assert outcome.error is not None
    assert f"there is no topic {topic}: nobody is registered as t-" in outcome.error
    assert "guildhall sources register t-" in outcome.error


async def test_a_kafka_that_does_not_answer_is_named(tmp_path: Path) -> None:
    outcome = await publish(
        plan(tmp_path, [as_json(envelopes(1)[0])], None), KafkaAccess("127.0.0.1:1")
    )
    assert outcome.published == 0
    assert outcome.error is not None
    assert "127.0.0.1:1" in outcome.error


@pytest.mark.parametrize("bad", [{"actor": "x" * 501}, {"data": {}}, {"streamversion": 9}, None])
async def test_of_a_numbered_stream_nothing_goes_out_behind_a_bad_row(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path, bad: dict[str, Any] | None
) -> None:
    author = from_source_of(made_topic)
    one = [author.write("tjtc/gift-cakes.p-000001", returned(1)) for _ in range(4)]
    other = author.write("tjtc/gift-cakes.p-000002", returned(2))
    second = "{" if bad is None else as_json(one[1], **bad)
    lines = [as_json(one[0]), second, as_json(one[2]), as_json(other), as_json(one[3])]

    outcome = await publish(plan(tmp_path, lines, None), kafka)

    refused = {v.row: v.reason for v in outcome.violations}
    assert [*refused] == [2, 3, 5]
    assert (refused[3], refused[5]) == ("version-gap", "version-gap")
    assert sorted(r.key for r in await records(kafka, made_topic)) == [
        b"tjtc/gift-cakes.p-000001",
        b"tjtc/gift-cakes.p-000002",
    ]


async def test_an_event_is_sent_to_no_topic_but_its_sources_own(
    kafka: KafkaAccess, made_topic: str, tmp_path: Path
) -> None:
    stranger = envelopes(1, Author(source="/ext/another"))[0]
    outcome = await publish(plan(tmp_path, [as_json(stranger)], made_topic), kafka)
    assert [(v.row, v.reason) for v in outcome.violations] == [(1, "unregistered-source")]
    assert "guildhall.ext.another.v1 alone" in outcome.violations[0].detail
    assert await records(kafka, made_topic) == []


REGISTER = """
- {name: canteen, contact: c, types: [guildhall.benefits.GiftReturned.v1], orgs: [tjtc]}
- {name: finance, contact: c, types: [guildhall.benefits.Expenditure.v1], orgs: [tjtc]}
"""


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        ({"source": "/ext/printer"}, "unregistered-source", "guildhall sources register printer"),
        ({"source": "/ext/finance"}, "unregistered-source", "registration is wrong"),
        ({"type": "guildhall.benefits.GiftReceiptSigned.v1"}, "unregistered-type", "GiftReceipt"),
    ],
)
async def test_who_is_registered_here_is_asked_before_anything_is_sent(
    tmp_path: Path, changes: dict[str, Any], reason: str, said: str
) -> None:
    (tmp_path / "sources.yaml").write_text(REGISTER)
    (event,) = envelopes(1)
    data = json.loads(as_json(event))["data"]
    if "type" in changes:
        del data["reason"]
        changes = changes | {"data": data | {"signed_by": data["person_id"]}}
    given = plan(tmp_path, [as_json(event, **changes)], None, registered=registrations_in(tmp_path))
    outcome = await publish(given, KafkaAccess("127.0.0.1:1"))
    assert (outcome.published, outcome.error) == (0, None)
    assert [v.reason for v in outcome.violations] == [reason]
    assert said in outcome.violations[0].detail


def test_a_source_has_its_own_topic() -> None:
    event = envelopes(1)[0]
    assert topic_for(event) == "guildhall.ext.canteen.v1"
    assert topic_for(event._replace(source="/guildhall/benefits")) == "guildhall.benefits.v1"
    for stranger in ("canteen", "/ext/", "/ext/a/b", "https://canteen.example"):
        with pytest.raises(ContractViolation, match="unregistered-source"):
            topic_for(event._replace(source=stranger))
