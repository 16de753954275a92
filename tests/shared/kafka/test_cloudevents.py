"""The short way to read a record of our own relay reads what the long way reads, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kafka import cloudevents as bus
from shared.kafka.cloudevents import ATTRIBUTE_CHARS_MAX, VALUE_BYTES_MAX, to_record
from shared.testing.author import Author
from tests.reporting.records import gift, gift_stream

ENVELOPE = Author().write(gift_stream(1), gift(1), simulated=True)
KEY, VALUE, HEADERS = to_record(ENVELOPE)

ODD_TEXTS = (
    None, b"", b"|", b"a|b", b"1|1", b"007", b"+1", b"-1", b"1_0", b" 1", b"1 ", b"1.0",
    "１".encode(), b"9" * 30, b"31", b"32", b"true", b"True", b"false", b"\xff", b"a\nb",
    "工会".encode(), b"2022-11-15T10:15:30+08:00", b"2022-11-15T02:15:30+00:00",
    b"2022-11-15T10:15:30", b"2022-11-15 02:15:30Z", b"yesterday", b"1.0.2", b"0.3",
    b"application/json; charset=UTF-8", b"application/cloudevents+json",
    b"017E7624CBB07E08BE4C2ECE180B01E3", b"{017e7624-cbb0-7e08-be4c-2ece180b01e3}",
    b"urn:uuid:017e7624-cbb0-7e08-be4c-2ece180b01e3", b"x" * ATTRIBUTE_CHARS_MAX,
)  # fmt: skip
OF_OURS = st.sampled_from([name for name, _ in HEADERS])
VALUES = (VALUE, None, b"", b" {}", b"[]", b"{" + b" " * VALUE_BYTES_MAX)

Headers = list[tuple[str, bytes | None]]


def read_alike(key: bytes | None, value: bytes | None, headers: Headers) -> bool:
    """Whether the short way leaves a record to the long way, or reads the same."""
    short = bus._relayed(key, value, headers)
    return short is None or short == bus._arrived(key, value, headers)


def test_a_record_with_one_odd_header_is_read_alike() -> None:
    for changed in [name for name, _ in HEADERS]:
        for odd in ODD_TEXTS:
            headers = [(name, odd if name == changed else text) for name, text in HEADERS]
            assert read_alike(None, VALUE, headers), (changed, odd)
            assert read_alike(KEY, VALUE, [*HEADERS, (changed, odd)]), (changed, odd)


def test_a_record_with_an_odd_key_or_value_is_read_alike() -> None:
    for value in VALUES:
        assert read_alike(KEY, value, HEADERS)
    assert read_alike(b"tjtc/another", VALUE, HEADERS)


@given(
    odd=st.lists(st.tuples(OF_OURS | st.text(), st.sampled_from(ODD_TEXTS)), max_size=3),
    order=st.permutations(range(len(HEADERS))),
)
def test_headers_in_any_order_with_others_among_them_are_read_alike(
    odd: Headers, order: list[int]
) -> None:
    assert read_alike(KEY, VALUE, [*odd[:1], *(HEADERS[at] for at in order), *odd[1:]])


def test_a_record_of_our_relay_goes_the_short_way() -> None:
    assert bus._relayed(KEY, VALUE, HEADERS) == ENVELOPE
    plain = ENVELOPE._replace(simulated=False, correlation_id="", role="")
    assert bus._relayed(*to_record(plain)) == plain
