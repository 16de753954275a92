"""The peers that keep one table take the same line from either way of writing an event."""

from tests.benchmarks.peers.lines import COLUMNS, line_of

DATA = {"org_id": "tjtc", "occurred_on": "2022-09-07", "person_id": "p-1", "quantity": 2}
LINE = {
    "id": "0190", "type": "guildhall.benefits.GiftIssued.v1", "org_id": "tjtc",
    "occurred_on": "2022-09-07", "person_id": "p-1", "quantity": 2, "amount_fen": 0,
}  # fmt: skip


def test_a_line_is_the_same_from_a_document_and_from_data_with_headers() -> None:
    attributes = {"id": LINE["id"], "type": LINE["type"]}
    document = {"specversion": "1.0", **attributes, "data": DATA}
    headers = [(f"ce_{name}", str(value).encode()) for name, value in attributes.items()]
    assert line_of(document, [("content-type", b"application/cloudevents+json")]) == LINE
    assert line_of(DATA, headers) == LINE


def test_every_line_has_every_column_whatever_the_event_says() -> None:
    line = line_of({"specversion": "1.0", "id": "1", "type": "t", "data": {"org_id": "o"}}, [])
    assert tuple(line) == tuple(COLUMNS)
    assert None not in line.values()
