"""What reporting holds of a record in binary mode."""

from services.reporting.journal.record import pack_record
from shared.kafka.packing import unpack_headers
from shared.testing.author import Author
from tests.reporting.records import Partition, gift


def test_a_binary_record_is_kept_to_the_byte() -> None:
    raw = Partition("guildhall.ext.canteen.v1").raw(
        Author(source="/ext/canteen").write("t/s", gift(1))
    )
    kept = unpack_headers(pack_record(raw))
    assert kept == [("key", raw.key or b""), ("value", raw.value or b""), *raw.headers]
