"""A record as bytes of one row: headers come back as they were, and contents are told apart."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kafka.packing import (
    NAMES_MAX,
    _packing,
    content_hash,
    pack_headers,
    unpack_headers,
)


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


def test_contents_are_told_apart_by_their_parts() -> None:
    parts = [(None, b"", []), (b"", None, []), (b"a", b"", []), (b"", b"a", []), (b"", b"", [])]
    named = [(b"", b"", [("a", None)]), (b"", b"", [("a", b"")]), (b"", b"", [("", b"a")])]
    assert len({content_hash(*each) for each in [*parts, *named]}) == len(parts) + len(named)
