"""What reporting holds of a record: headers come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.journal.record import (
    NAMES_MAX,
    _packing,
    pack_headers,
    pack_record,
    unpack_headers,
)
from shared.testing.author import Author
from tests.reporting.records import Partition, gift


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=60))))
def test_packed_headers_come_back_in_their_order(headers: list[tuple[str, bytes | None]]) -> None:
    assert unpack_headers(pack_headers(headers)) == headers


def test_null_and_empty_headers_are_packed_apart() -> None:
    assert pack_headers([("a", None)]) != pack_headers([("a", b"")])


def test_a_strangers_headers_stay_in_no_cache() -> None:
    _packing.cache_clear()
    for count in range(NAMES_MAX + 1, NAMES_MAX + 9):
        headers = [("", b"")] * count
        assert unpack_headers(pack_headers(headers)) == headers
    assert _packing.cache_info().currsize == 0


def test_a_binary_record_is_kept_to_the_byte() -> None:
    raw = Partition("guildhall.ext.canteen.v1").raw(
        Author(source="/ext/canteen").write("t/s", gift(1))
    )
    kept = unpack_headers(pack_record(raw))
    assert kept == [("key", raw.key or b""), ("value", raw.value or b""), *raw.headers]
