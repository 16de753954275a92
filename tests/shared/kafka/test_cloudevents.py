"""Records of ours: one document, two headers, and where they stand in their shard."""

import hashlib

from shared.contract.document import document_of, leaf_hash
from shared.kafka.cloudevents import POSITION, arrived, to_record
from shared.testing.author import Author
from tests.reporting.records import gift, gift_stream

ENVELOPE = Author().write(gift_stream(1), gift(1), simulated=True)


def test_the_value_of_a_record_is_the_document_and_two_headers_say_the_rest() -> None:
    record = to_record(ENVELOPE)
    assert record.key == ENVELOPE.stream.encode()
    assert record.value == document_of(ENVELOPE)
    place = f"{ENVELOPE.epoch}.{ENVELOPE.shard}.{ENVELOPE.shard_sequence}".encode()
    assert record.headers == [
        ("content-type", b"application/cloudevents+json"),
        (POSITION, place),
    ]


def test_a_record_stamped_again_has_the_same_document() -> None:
    again = to_record(ENVELOPE._replace(epoch=9, shard_sequence=1_000))
    assert again.value == to_record(ENVELOPE).value
    assert again.headers != to_record(ENVELOPE).headers


def test_the_leaf_is_the_hash_of_the_value_as_anybody_reads_it() -> None:
    key, value, headers = to_record(ENVELOPE)
    found = arrived(key, value, headers)
    assert found.document is value and found.structured
    assert leaf_hash(value) == hashlib.sha256(b"\0" + value).digest()
