"""What reporting holds of a record: headers come back as they were, a leaf tells events apart."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.journal.record import leaf_hash, pack_headers, unpack_headers
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
)


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=60))))
def test_packed_headers_come_back_in_their_order(headers: list[tuple[str, bytes | None]]) -> None:
    assert unpack_headers(pack_headers(headers)) == [
        (name, value or b"") for name, value in headers
    ]


def test_null_and_empty_headers_are_packed_apart() -> None:
    assert pack_headers([("a", None)]) != pack_headers([("a", b"")])


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
        ("recorded_at", datetime(2022, 11, 15, 2, 15, 31, tzinfo=UTC)),
        ("data", b"{}"),
    ],
)
def test_the_leaf_of_an_event_with_another_content_differs(field: str, other: Any) -> None:
    assert leaf_hash(ENVELOPE._replace(**{field: other})) != leaf_hash(ENVELOPE)


def test_an_event_that_travelled_twice_has_one_leaf() -> None:
    again = ENVELOPE._replace(epoch=2, shard=3, shard_sequence=99)
    assert leaf_hash(again) == leaf_hash(ENVELOPE)


def test_fields_do_not_run_into_one_another() -> None:
    one, other = ENVELOPE._replace(actor="ab", role="c"), ENVELOPE._replace(actor="a", role="bc")
    assert leaf_hash(one) != leaf_hash(other)


LEAF = "7c311125ef605d66658bd46eb0f4b218e57a76502c278efbfbb024a7a31e79e1"


def test_a_leaf_is_the_same_for_ever() -> None:
    """Frozen: the hashes of every journal there is depend on it."""
    assert leaf_hash(ENVELOPE).hex() == LEAF


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), min_size=8, max_size=8))
def test_a_leaf_is_every_field_after_its_length_in_bytes(texts: list[str]) -> None:
    named = (
        "source",
        "type",
        "stream",
        "org_id",
        "actor",
        "role",
        "correlation_id",
        "causation_id",
    )
    envelope = ENVELOPE._replace(**dict(zip(named, texts, strict=True)))
    source, type_, stream, org_id, *others = texts
    fields = [
        str(envelope.event_id),
        source,
        type_,
        stream,
        "1",
        org_id,
        "2022-11-15T02:15:30+00:00",
        *others,
        "False",
    ]
    parts = [*(field.encode() for field in fields), envelope.data]
    whole = b"\0" + b"".join(len(part).to_bytes(4) + part for part in parts)
    assert leaf_hash(envelope) == hashlib.sha256(whole).digest()
