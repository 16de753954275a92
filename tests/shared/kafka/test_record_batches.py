"""Record batches are read whole and within bounds, whatever a producer put into them."""

import inspect
import os
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import ContractViolation
from shared.kafka import record_batches
from shared.kafka.cloudevents import UNREADABLE, arrived
from shared.kafka.record_batches import Records, read_any_batch
from tests.shared.kafka.batches import BAD_NAME, PLACEHOLDER, batch, doctored

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
BYTES = st.none() | st.binary(max_size=40)
RECORDS = st.lists(
    st.tuples(BYTES, BYTES, st.lists(st.tuples(st.text(max_size=8), BYTES), max_size=3)),
    min_size=1,
    max_size=6,
)


def fields(fetched: bytes, reader: Any = Records) -> list[tuple[Any, ...]]:
    found, records = [], reader(fetched)
    while records.has_next():
        read = records.next_batch()
        assert read.validate_crc()
        found += [
            (r.offset, r.timestamp, r.timestamp_type, r.key, r.value, list(r.headers), r.checksum)
            for r in read
        ]
    assert records.next_batch() is None
    return found


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@settings(max_examples=60, deadline=None)
@given(batches=st.lists(RECORDS, min_size=1, max_size=3), cut=st.integers(0, 200))
def test_batches_are_read_as_aiokafka_reads_them(
    codec: int, batches: list[list[Any]], cut: int
) -> None:
    """Its own parser, and that in Python, which reads on from where the other one gave up; what the
    broker cut off at the end is left."""
    fetched = b"".join(batch(records, codec) for records in batches)
    fetched = fetched[: max(0, len(fetched) - cut)]
    expected = fields(fetched, MemoryRecords)
    assert fields(fetched) == expected
    slowly, records = [], Records(fetched)
    while records.has_next():
        plain = record_batches.without_compression(records.next_batch()._stored)
        slowly += [tuple(r) for r in record_batches._records_slowly(plain, 0)]
    assert slowly == expected


@pytest.mark.parametrize("codec", [0, 3])
def test_a_name_that_is_not_utf8_is_kept_and_the_records_around_it_are_read(codec: int) -> None:
    named = batch(
        [
            (b"first", b"1", []),
            (b"odd", b"2", [(PLACEHOLDER.decode(), b"held"), ("plain", None)]),
            (b"last", b"3", [("more", b"x")]),
        ]
    )
    read = fields(doctored(named) + batch([(b"after", None, [])], codec))
    assert [each[3] for each in read] == [b"first", b"odd", b"last", b"after"]
    name, held = read[1][5][0]
    assert (name.encode(errors="surrogateescape"), held) == (BAD_NAME, b"held")
    assert read[1][5][1] == ("plain", None)


@pytest.mark.parametrize("codec", ["gzip", "lz4", "zstd"])
def test_a_bomb_is_one_record_that_says_why_and_what_follows_is_read(codec: str) -> None:
    huge = record_batches.BATCH_BYTES_MAX + 1
    bomb = batch([(b"k", b"0" * huge, [])], CODECS[codec])
    assert len(bomb) < 2**20
    unreadable, after = fields(bomb + batch([(b"after", b"1", [])]))
    assert unreadable[0] == 0
    assert unreadable[4] == bomb
    assert after[3] == b"after"
    with pytest.raises(ContractViolation) as refused:
        arrived(unreadable[3], unreadable[4], unreadable[5])
    assert refused.value.reason == "batch-unreadable"
    assert "cannot be decompressed into 67108864 bytes" in refused.value.detail


def test_a_batch_between_the_kept_buffer_and_the_bound_is_read() -> None:
    large = b"0" * (record_batches.MOST_BYTES + 1)
    for codec in CODECS.values():
        assert [each[4] for each in fields(batch([(b"k", large, [])], codec))] == [large]


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 5, 7])
def test_a_batch_that_its_codec_does_not_know_stands_for_itself(codec: int) -> None:
    built = bytearray(batch([(b"k", b"v" * 100, []), (b"l", b"w", [])]))
    built[22] = codec
    (unreadable,) = fields(doctored(bytes(built), b"", b""))
    assert unreadable[0] == 1
    assert unreadable[5][0][0] == UNREADABLE


@settings(max_examples=300, deadline=None)
@given(at=st.integers(61, 150), byte=st.integers(0, 255))
def test_whatever_byte_of_the_records_is_another_no_other_exception_comes(
    at: int, byte: int
) -> None:
    built = bytearray(batch([(b"key", b"value" * 5, [("name", b"held"), ("n", None)])] * 2))
    built[min(at, len(built) - 1)] = byte
    read = fields(doctored(bytes(built), b"", b""))
    assert read
    assert all(isinstance(name, str) for each in read for name, _ in each[5])


def test_a_process_that_is_forked_decompresses_into_memory_of_its_own() -> None:
    """The stack's services are forked from one process that has this module already."""
    record_batches._kept[:4] = b"ours"
    child = os.fork()
    if child == 0:
        record_batches._kept[:4] = b"his "
        os._exit(0)
    os.waitpid(child, 0)
    assert record_batches._kept[:4] == b"ours"


def test_consumers_read_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiokafka's fetcher looks its reader up by this name."""
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    read_any_batch()
    assert fetcher.MemoryRecords is Records
    assert "MemoryRecords(" in inspect.getsource(fetcher)
