"""A service that is not ours, publishing to Kafka as its own program would: by hand."""

import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from deploy.stack.stack import Stack
from shared.kafka.access import KafkaAccess

TOPIC, SOURCE = "guildhall.ext.canteen.v1", "/ext/canteen"
PRINCIPAL = "guildhall-ext-canteen"
PARTITION = 0
"""All records go to one partition, so that a bad one stands before the good ones."""


class Sent(NamedTuple):
    """A record's exact bytes."""

    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class Canteen:
    """The canteen hands out portions to people of one union and says so as CloudEvents."""

    def __init__(self, org_id: str) -> None:
        self.org_id = org_id

    def attributes(self, person: str, **changes: str) -> dict[str, str]:
        """The CloudEvents attributes of a portion for a person."""
        return {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": SOURCE,
            "type": "guildhall.benefits.GiftIssued.v1",
            "time": "2022-04-05T03:00:00Z",
            "subject": f"{self.org_id}/gift-lunch.{person}",
            "orgid": self.org_id,
            "actor": "canteen-till-2",
            **changes,
        }

    def portion(self, person: str, quantity: int = 1) -> dict[str, Any]:
        """What happened: so many portions at the Qingming festival."""
        return {
            "org_id": self.org_id,
            "occurred_on": "2022-04-05",
            "programme_id": "lunch",
            "occasion": "qingming",
            "person_id": person,
            "capacity": "member",
            "quantity": quantity,
            "payment_form": "goods",
            "fund": "union_funds",
            "payer": "own",
            "on_roster": True,
        }

    def binary(self, person: str, *, quantity: int = 1, **changes: str) -> Sent:
        """A portion in binary mode: attributes in headers, the data as value."""
        attributes = self.attributes(person, **changes)
        headers = [("content-type", b"application/json")]
        headers += [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
        value = json.dumps(self.portion(person, quantity)).encode()
        return Sent(attributes["subject"].encode(), value, headers)

    def structured(self, person: str, *, quantity: int = 1) -> Sent:
        """A portion in structured mode: one JSON document holds all; no key."""
        event = {**self.attributes(person), "data": self.portion(person, quantity)}
        headers = [("content-type", b"application/cloudevents+json; charset=utf-8")]
        return Sent(None, json.dumps(event).encode(), headers)


def canteen_access(stack: Stack) -> KafkaAccess:
    """The canteen's own access to Kafka."""
    return stack.servers.kafka_as(PRINCIPAL)


async def publish(kafka: KafkaAccess, records: Sequence[Sent]) -> None:
    """Send records in order; Kafka has acknowledged all of them afterwards."""
    producer = AIOKafkaProducer(**kafka.client(), acks="all")
    await producer.start()
    try:
        for sent in records:
            await producer.send_and_wait(
                TOPIC, sent.value, sent.key, PARTITION, headers=sent.headers
            )
    finally:
        await producer.stop()
