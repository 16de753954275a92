"""What is parked or quarantined comes back byte for byte, and is told apart by all it holds."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.reporting.ingest.raw_rows import bytes_row, content_hash, raw_of
from services.reporting.journal.record import Origin, Raw
from tests.reporting.records import CLUSTER, TOPIC_ID

ORIGIN = Origin(CLUSTER, TOPIC_ID, "guildhall.events.v1", 3, 41)
BYTES = st.none() | st.binary(max_size=30) | st.sampled_from([b"", b"\0", b"\0\0", b"x\0y"])
RAWS = st.builds(
    Raw,
    st.just(ORIGIN),
    BYTES,
    st.lists(st.tuples(st.text(max_size=8), st.binary(max_size=8)), max_size=3),
    BYTES,
)


def kept(raw: Raw) -> dict[str, Any]:
    """The columns of a row that keeps the record."""
    key, headers, value = bytes_row(raw)
    return {
        "cluster_id": raw.origin.cluster_id, "topic_id": raw.origin.topic_id,
        "topic": raw.origin.topic, "partition": raw.origin.partition,
        "kafka_offset": raw.origin.offset, "key": key, "headers": headers, "value": value,
    }  # fmt: skip


@given(RAWS)
def test_a_record_comes_back_from_its_row_as_it_was(raw: Raw) -> None:
    assert raw_of(kept(raw)) == raw


@given(RAWS)
def test_what_was_kept_has_the_content_of_what_came_wherever_it_is_read_again(raw: Raw) -> None:
    elsewhere = ORIGIN._replace(cluster_id="another", partition=0, offset=7)
    assert content_hash(raw_of(kept(raw))) == content_hash(raw)
    assert content_hash(raw._replace(origin=elsewhere)) == content_hash(raw)


@given(RAWS, RAWS)
def test_records_that_differ_have_contents_that_differ(one: Raw, other: Raw) -> None:
    assume(one != other)
    assert content_hash(one) != content_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((b"", b"\0x"), (b"\0", b"x")),
        ((None, b"x"), (b"", b"x")),
        ((b"k", None), (b"k", b"")),
        ((b"a", b"b"), (b"ab", b"")),
    ],
)
def test_bytes_that_only_stand_elsewhere_are_another_content(
    one: tuple[bytes | None, bytes | None], other: tuple[bytes | None, bytes | None]
) -> None:
    """Else the second record would be taken for the first seen again, and its bytes be lost."""
    first, second = (Raw(ORIGIN, key, [], value) for key, value in (one, other))
    assert content_hash(first) != content_hash(second)
