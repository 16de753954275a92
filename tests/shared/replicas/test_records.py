"""A record comes back from its row as it was read, and says the same."""

import pytest

from shared.kafka.acceptance import Accepted, Rejected
from shared.replicas.records import columns
from shared.testing.author import MOMENT, Author
from tests.examples.members import staff_count_declared
from tests.shared.replicas.consumed import Consumed, consumed, reader

EVENT = Author("members").write("tjtc/organisation", staff_count_declared())
VALUE = consumed([EVENT])[0].value
NAMES = ("topic", "partition", "kafka_offset", "key", "headers", "value")


@pytest.mark.parametrize(
    "record",
    [
        *consumed([EVENT], 77),
        Consumed(3, 5, None, None, []),
        Consumed(3, 5, b"\xff", b"\x00", [("a\udcff", b"\xff")]),
    ],
    ids=["event", "nothing", "other bytes"],
)
def test_a_record_in_a_row_is_the_same_record(record: Consumed) -> None:
    (read,) = reader("members").read([record])
    assert isinstance(
        read.said, Accepted if record.value == consumed([EVENT])[0].value else Rejected
    )
    row = dict(zip(NAMES, columns(read), strict=True)) | {"parked_at": MOMENT}
    (again,) = reader("members").read_rows([row])
    assert (again.said, again.content, again.since) == (read.said, read.content, None)
    assert (again.partition, again.offset) == (record.partition, record.offset)
    (waited,) = reader("members").read_rows([row], parked=True)
    assert waited.since == MOMENT
