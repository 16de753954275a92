"""Publishes a GiftIssued for each line of standard input: person_id,quantity,recorded_at.

It imports nothing of Guildhall: the contract is all it knows. pip install aiokafka==0.14.0
"""

import asyncio
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

SOURCE, ORG = os.environ["GUILDHALL_SOURCE"], os.environ["GUILDHALL_ORG"]
PROGRAMME = os.environ["GUILDHALL_PROGRAMME"]
TYPE = "guildhall.benefits.GiftIssued.v1"


def gift(person: str, quantity: int, recorded_at: str) -> dict[str, Any]:
    """The whole document of one gift: the same line is the same document, ever."""
    stream = f"{ORG}/gift-{PROGRAMME}.{person}"
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"/ext/{SOURCE}#{stream}#1")),
        "source": f"/ext/{SOURCE}",
        "type": TYPE,
        "subject": stream,
        "time": recorded_at,
        "datacontenttype": "application/json",
        "dataschema": f"/contract/schemas/{TYPE}",
        "orgid": ORG,
        "actor": f"{SOURCE}-system",
        "streamversion": 1,
        "data": {
            "org_id": ORG,
            "occurred_on": recorded_at[:10],
            "programme_id": PROGRAMME,
            "occasion": "mid_autumn",
            "person_id": person,
            "capacity": "member",
            "quantity": quantity,
            "payment_form": "goods",
        },
    }


def access() -> dict[str, str]:
    """How Kafka lets us in, from the environment."""
    password = Path(os.environ["GUILDHALL_KAFKA_PASSWORD_FILE"]).read_text(encoding="utf-8")
    return {
        "bootstrap_servers": os.environ["GUILDHALL_KAFKA"],
        "security_protocol": os.environ["GUILDHALL_KAFKA_PROTOCOL"],
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ["GUILDHALL_KAFKA_USER"],
        "sasl_plain_password": password.strip(),
    }


async def main() -> None:
    """Send every line in order, and end well only if Kafka has acknowledged them all."""
    producer = AIOKafkaProducer(**access(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = []
        for line in sys.stdin:
            person, quantity, recorded_at = line.strip().split(",")
            document = gift(person, int(quantity), recorded_at)
            value = json.dumps(document, ensure_ascii=False).encode()
            # The key is the stream: its events stay in one partition, in order.
            key = document["subject"].encode()
            headers = [("content-type", b"application/cloudevents+json")]
            topic = f"guildhall.ext.{SOURCE}.v1"
            sent.append(await producer.send(topic, value, key, headers=headers))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


asyncio.run(main())
