"""What a server committed: a mark of it, what of a mark is missing, and its epoch."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.backup.archive import BackupError
from deploy.backup.databases import Committed, Server, epoch_of, mark_of, shortfalls

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORES = st.builds(
    Committed,
    st.integers(1, 9),
    st.lists(st.integers(0, 99), min_size=32, max_size=32),
    st.integers(0, 9999),
    st.integers(0, 9999),
)
FOUND = st.dictionaries(st.sampled_from(["members", "events", "reporting"]), STORES)


def test_what_was_promised_and_is_not_there_is_named() -> None:
    before = {"members": Committed(1, [2] * 32, 70, 0), "reporting": Committed(1, [0] * 32, 0, 60)}
    mark = mark_of(NOON, before)
    assert shortfalls(mark, before) == []
    less = {"members": Committed(1, [2] * 31 + [1], 69, 0)}
    assert shortfalls(mark, less) == [
        "members: shard 31 ends at 1, 2 was stamped",
        "reporting: its store is not there",
        "members: 69 events, 70 were committed",
        "the journal ends at 0, 60 was sealed",
    ]


@given(FOUND)
def test_a_server_has_all_that_a_mark_of_it_promises(found: dict[str, Committed]) -> None:
    assert shortfalls(mark_of(NOON, found), found) == []


@given(FOUND)
def test_a_mark_says_what_was_there(found: dict[str, Committed]) -> None:
    mark = mark_of(NOON, found)
    assert mark.at == NOON
    assert mark.heads == {name: each.heads for name, each in found.items()}
    assert mark.events == {name: each.events for name, each in found.items()}
    assert mark.journal == max([0, *(each.journal for each in found.values())])


@given(FOUND, FOUND)
def test_more_than_promised_is_no_shortfall(
    promised: dict[str, Committed], more: dict[str, Committed]
) -> None:
    grown = {
        name: Committed(
            each.epoch, [head + 1 for head in each.heads], each.events + 1, each.journal + 1
        )
        for name, each in promised.items()
    }
    assert shortfalls(mark_of(NOON, promised), {**more, **grown}) == []


def test_a_server_is_in_the_epoch_of_its_furthest_store_and_an_empty_one_in_the_first() -> None:
    assert epoch_of({}) == 1
    stores = {str(n): Committed(n, [], 0, 0) for n in (1, 3, 2)}
    assert epoch_of(stores) == 3


async def test_a_server_that_is_not_there_is_said_with_the_database() -> None:
    server = Server({"dsn": "postgresql://postgres@127.0.0.1:1/postgres"})
    with pytest.raises(BackupError, match="no connection to the database guildhall_events"):
        await server.connect("guildhall_events")
