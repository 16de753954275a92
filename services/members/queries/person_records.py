"""Person records: the only place that joins a person id with a name or an employee number.

Every answer of that kind is recorded among the disclosures first.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import structlog
from cryptography.exceptions import InvalidTag

from services.members.commands.asking import Purpose
from services.members.queries.encryption import PersonRecord, RecordCipher
from services.members.queries.masks import masked
from shared.contract.envelope import Actor
from shared.errors import Conflict, NotPermitted

log = structlog.get_logger("person_records")

DISCLOSE = """
INSERT INTO disclosures (org_id, disclosed_at, actor, role, purpose, what, asked, found)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

PURPOSES: dict[str, tuple[Purpose, ...] | None] = {
    "clerk": None,
    "auditor": None,
    "approver": ("claim_handling",),
    "chair": ("claim_handling",),
    "cashier": ("payment",),
}
"""What each role may be told a name or shown a document for; None: anything."""


def require_purpose(actor: Actor, purpose: Purpose) -> None:
    """Raises NotPermitted `purpose-not-yours`."""
    allowed = [PURPOSES.get(role, ()) for role in actor.roles]
    if not any(each is None or purpose in each for each in allowed):
        raise NotPermitted("purpose-not-yours", f"{actor.role} is told no name for {purpose}")


class Inquiry(NamedTuple):
    """Who asks for a disclosure, in which union, what for, and when (UTC)."""

    actor: Actor
    org_id: str
    purpose: Purpose
    asked_at: datetime


class Disclosed(NamedTuple):
    """What was found, by what it was asked by; and what was asked by where the record is not what
    was encrypted for its person: it was changed or moved, or another key is used."""

    found: dict[str, str]
    unreadable: list[str]


async def holders(
    pool: asyncpg.Pool, cipher: RecordCipher, org_id: str, employee_nos: Sequence[str]
) -> dict[str, str]:
    """Who holds these employee numbers: number -> person id, for deciding; nothing is disclosed."""
    hashes = {cipher.number_hash(org_id, number): number for number in employee_nos}
    rows = await pool.fetch(
        "SELECT person_id, employee_no_hash FROM person_records"
        " WHERE org_id = $1 AND employee_no_hash = ANY($2)",
        org_id,
        list(hashes),
    )
    return {hashes[row["employee_no_hash"]]: row["person_id"] for row in rows}


async def names_held(
    pool: asyncpg.Pool, cipher: RecordCipher, org_id: str, ids: Sequence[str]
) -> dict[str, str]:
    """What these people are called, as far as their records can be read, for deciding; nothing is
    disclosed."""
    records = await _records(pool, cipher, org_id, ids) if ids else {}
    return {each: record.name for each, record in records.items() if record is not None}


async def record_of(
    pool: asyncpg.Pool, cipher: RecordCipher, org_id: str, person_id: str
) -> PersonRecord | None:
    """A person's record, for deciding; None where there is none. Nothing is disclosed.

    Raises Conflict `record-unreadable`.
    """
    records = await _records(pool, cipher, org_id, [person_id])
    if person_id in records and records[person_id] is None:
        raise Conflict("record-unreadable", f"the record of {person_id} cannot be decrypted")
    return records.get(person_id)


async def person_ids(
    pool: asyncpg.Pool, cipher: RecordCipher, inquiry: Inquiry, employee_nos: Sequence[str]
) -> Disclosed:
    """The person ids of employee numbers; the disclosure is recorded before it is made."""
    found = await holders(pool, cipher, inquiry.org_id, employee_nos)
    records = await _records(pool, cipher, inquiry.org_id, found.values())
    await disclose(pool, inquiry, "person_ids", len(employee_nos), len(found))
    own = {no: each for no, each in found.items() if _has_number(records.get(each), no)}
    _tell(inquiry, {found[number] for number in found if number not in own})
    own_now = await _led_to(pool, inquiry.org_id, own)
    return Disclosed(own_now, sorted(set(found) - set(own)))


async def names(
    pool: asyncpg.Pool, cipher: RecordCipher, inquiry: Inquiry, ids: Sequence[str]
) -> Disclosed:
    """The names of people, by person id; the disclosure is recorded before it is made."""
    records = await _records(pool, cipher, inquiry.org_id, ids)
    await disclose(pool, inquiry, "names", len(ids), len(records))
    found = {person: record.name for person, record in records.items() if record is not None}
    _tell(inquiry, set(records) - set(found))
    return Disclosed(found, sorted(set(records) - set(found)))


async def masks(
    pool: asyncpg.Pool, cipher: RecordCipher, org_id: str, ids: Sequence[str]
) -> dict[str, str]:
    """What stands for the names of people, by person id, of those whose record can be read. No name
    is disclosed."""
    held = await names_held(pool, cipher, org_id, ids)
    return {each: masked(name) for each, name in held.items()}


ALIVE = "SELECT person_id, gender, birth_month FROM people WHERE org_id = $1"
MERGED_INTO = """
SELECT person_id FROM merged_people WHERE org_id = $1 AND kept_person_id = $2 ORDER BY person_id
"""
LED_TO = "SELECT person_id, kept_person_id FROM merged_people WHERE org_id = $1"


async def duplicates(pool: asyncpg.Pool, cipher: RecordCipher, inquiry: Inquiry) -> list[list[str]]:
    """People of a union who share name, gender and month of birth, by person id: each list may be
    one person. Who was merged is not among them."""
    rows = await pool.fetch(ALIVE, inquiry.org_id)
    records = await _records(pool, cipher, inquiry.org_id, [row["person_id"] for row in rows])
    of_a_kind: dict[tuple[str, str, int], list[str]] = {}
    for row in rows:
        record = records.get(row["person_id"])
        if record is not None:
            name = "".join(record.name.split()).casefold()
            key = name, row["gender"], row["birth_month"]
            of_a_kind.setdefault(key, []).append(row["person_id"])
    found = sorted(sorted(people) for people in of_a_kind.values() if len(people) > 1)
    await disclose(pool, inquiry, "person_ids", len(rows), sum(map(len, found)))
    return found


async def merged_into(pool: asyncpg.Pool, org_id: str, person_id: str) -> list[str]:
    """The records that were merged into this one, sorted."""
    rows = await pool.fetch(MERGED_INTO, org_id, person_id)
    return [row["person_id"] for row in rows]


async def _led_to(pool: asyncpg.Pool, org_id: str, found: dict[str, str]) -> dict[str, str]:
    """The same, with whoever was merged replaced by who is kept in the end: who is kept of two
    may be merged into a third. No merge of ours leads back to itself (schema/0005)."""
    rows = await pool.fetch(LED_TO, org_id)
    kept = {row["person_id"]: row["kept_person_id"] for row in rows}

    def end(person: str) -> str:
        return end(kept[person]) if person in kept else person

    return {number: end(person) for number, person in found.items()}


async def _records(
    pool: asyncpg.Pool, cipher: RecordCipher, org_id: str, ids: Iterable[str]
) -> dict[str, PersonRecord | None]:
    """The records that are there; None for one that is not what was encrypted for the person."""
    rows = await pool.fetch(
        "SELECT person_id, encrypted FROM person_records WHERE org_id = $1 AND person_id = ANY($2)",
        org_id,
        list(ids),
    )
    found: dict[str, PersonRecord | None] = {}
    for row in rows:
        try:
            found[row["person_id"]] = cipher.decrypt(org_id, row["person_id"], row["encrypted"])
        except InvalidTag:
            found[row["person_id"]] = None
    return found


def _has_number(record: PersonRecord | None, number: str) -> bool:
    """Its hash may stand with another person's record."""
    return record is not None and record.employee_no == number


def _tell(inquiry: Inquiry, unreadable: Iterable[str]) -> None:
    if listed := sorted(unreadable):
        log.error("person records are unreadable", org_id=inquiry.org_id, person_ids=listed[:20])


async def disclosures(
    pool: asyncpg.Pool, org_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """The disclosures of a union, oldest first, after the one numbered `after`."""
    rows = await pool.fetch(
        "SELECT disclosure_id, disclosed_at, actor, role, purpose, what, asked, found"
        " FROM disclosures WHERE org_id = $1 AND disclosure_id > $2"
        " ORDER BY disclosure_id LIMIT $3",
        org_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def disclose(pool: asyncpg.Pool, inquiry: Inquiry, what: str, asked: int, found: int) -> None:
    """Record who was told what, when and what for."""
    await pool.execute(
        DISCLOSE,
        inquiry.org_id,
        inquiry.asked_at,
        inquiry.actor.subject,
        inquiry.actor.role,
        inquiry.purpose,
        what,
        asked,
        found,
    )
