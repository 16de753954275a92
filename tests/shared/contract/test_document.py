"""A document is the event: every field is in it, and its bytes never change."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope

ENVELOPE = Envelope(
    event_id=UUID("017e7624-cbb0-7e08-be4c-2ece180b01e3"),
    source="/guildhall/events",
    type="guildhall.events.IssueRaised.v1",
    stream="tjtc/issue-affiliation",
    stream_version=1,
    org_id="tjtc",
    recorded_at=datetime(2022, 11, 15, 2, 15, 30, tzinfo=UTC),
    actor="clerk-7",
    role="clerk",
    correlation_id="c-1",
    causation_id="e-1",
    simulated=False,
    epoch=1,
    data=b'{"org_id":"tjtc"}',
    shard=3,
    shard_sequence=77,
    salt="00112233445566778899aabbccddeeff",
)
DOCUMENT = (
    b'{"specversion":"1.0","id":"017e7624-cbb0-7e08-be4c-2ece180b01e3",'
    b'"source":"/guildhall/events","time":"2022-11-15T02:15:30Z",'
    b'"datacontenttype":"application/json","type":"guildhall.events.IssueRaised.v1",'
    b'"subject":"tjtc/issue-affiliation","orgid":"tjtc","streamversion":1,'
    b'"salt":"00112233445566778899aabbccddeeff","actor":"clerk-7","role":"clerk",'
    b'"correlationid":"c-1","causationid":"e-1","data":{"org_id":"tjtc"}}'
)


def test_a_document_is_the_same_for_ever() -> None:
    """Frozen: the hashes of every journal there is depend on it."""
    assert document_of(ENVELOPE) == DOCUMENT


def test_a_leaf_is_what_sha256sum_gives_after_a_zero_byte() -> None:
    assert leaf_hash(DOCUMENT) == hashlib.sha256(b"\x00" + DOCUMENT).digest()


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("event_id", UUID(int=1)),
        ("source", "/payroll"),
        ("type", "x"),
        ("stream", "tjtc/x"),
        ("stream_version", 2),
        ("org_id", "x"),
        ("actor", "x"),
        ("role", "x"),
        ("correlation_id", "x"),
        ("causation_id", "x"),
        ("simulated", True),
        ("recorded_at", datetime(2022, 11, 15, 2, 15, 31, tzinfo=UTC)),
        ("data", b"{}"),
        ("salt", "ff"),
    ],
)
def test_another_content_is_another_document(field: str, other: Any) -> None:
    assert document_of(ENVELOPE._replace(**{field: other})) != DOCUMENT


def test_how_an_event_travelled_is_no_part_of_it() -> None:
    assert document_of(ENVELOPE._replace(epoch=2, shard=4, shard_sequence=99)) == DOCUMENT


def test_texts_are_escaped_so_that_none_ends_its_member() -> None:
    odd = 'a","role":"chair'
    read = orjson.loads(document_of(ENVELOPE._replace(actor=odd, stream='tjtc/"\\工会')))
    assert (read["actor"], read["role"], read["subject"]) == (odd, "clerk", 'tjtc/"\\工会')
