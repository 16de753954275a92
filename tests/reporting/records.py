"""Raw records of a pretended partition, with offsets that run on."""

import itertools
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting.ingest.offsets import Move
from services.reporting.ingest.settle import Discarding
from services.reporting.journal.record import Origin, Raw
from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Actor, Envelope
from shared.kafka.cloudevents import to_record
from tests.examples.benefits import gift_issued

CLUSTER = "test-cluster"
OPERATOR = Actor("operator-1", "operator", frozenset({"operator"}), frozenset({"*"}))
IN_ERROR = Discarding("sent_in_error", "published in error")
TOPIC_ID = UUID(int=7)
ORG = "tjtc"


class Partition:
    """One partition: gives records their offsets and knows the move that a batch makes."""

    def __init__(self, topic: str = topic_of("benefits"), number: int = 0) -> None:
        self.topic, self.number = topic, number
        self._offsets = itertools.count()
        self.read = 0

    def raw(self, envelope: Envelope, **changes: Any) -> Raw:
        """The record of an envelope at the next offset; `changes` override key, value, headers."""
        record = to_record(envelope)
        headers = changes.pop("headers", record.headers)
        given = {"key": record.key, "value": record.value, **changes}
        return Raw(self._origin(), headers=headers, **given)

    def junk(self, value: bytes | None, key: bytes | None = b"k") -> Raw:
        """A record that is no CloudEvent."""
        return Raw(self._origin(), key, [], value)

    def _origin(self) -> Origin:
        return Origin(CLUSTER, TOPIC_ID, self.topic, self.number, next(self._offsets))

    def move(self, raws: Iterable[Raw]) -> list[Move]:
        """The move of this partition's position when exactly `raws` are applied."""
        last = max(raw.origin.offset for raw in raws)
        move = Move(CLUSTER, TOPIC_ID, self.topic, self.number, self.read, last + 1)
        self.read = last + 1
        return [move]


def gift(person: int, programme: str = "mid-autumn-2022", **changes: Any) -> GiftIssued:
    """A mid-autumn portion for a numbered person."""
    told = {
        "occurred_on": "2022-09-07",
        "programme_id": programme,
        "occasion": "mid_autumn",
        "person_id": f"p-{person:08d}",
        "on_roster": True,
        "off_roster_reason": None,
    }
    return gift_issued(**{**told, **changes})


def gift_stream(person: int, programme: str = "mid-autumn-2022") -> str:
    """The stream of that delivery."""
    return f"{ORG}/gift-{programme}.p-{person:08d}"


async def counted(pool: asyncpg.Pool) -> tuple[int, int, int, int]:
    """What became of all that was consumed: applied, duplicate, parked, quarantined."""
    row = await pool.fetchrow(
        "SELECT sum(applied), sum(duplicate), sum(parked), sum(quarantined) FROM consumed"
    )
    applied, duplicate, parked, quarantined = (int(count or 0) for count in row)
    return applied, duplicate, parked, quarantined


async def take_rows(pool: asyncpg.Pool, first: int, last: int) -> None:
    """Delete rows of the journal as only somebody can who owns the table and means it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE journal DISABLE TRIGGER journal_append_only")
        await connection.execute(
            "DELETE FROM journal WHERE log_index BETWEEN $1 AND $2", first, last
        )
        await connection.execute("ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_append_only")


async def altered(pool: asyncpg.Pool, log_index: int, old: bytes, new: bytes) -> None:
    """Change bytes of an event in the journal, as `take_rows` takes rows."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE journal DISABLE TRIGGER journal_append_only")
        found = "SELECT document FROM journal WHERE log_index = $1"
        document = await connection.fetchval(found, log_index)
        assert old in document, document
        changed = document.replace(old, new)
        change = "UPDATE journal SET document = $2 WHERE log_index = $1"
        await connection.execute(change, log_index, changed)
        await connection.execute("ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_append_only")
