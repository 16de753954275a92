"""What a reader has and what it lacks, from what it and the owner say."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation.log_difference import Compared, LogDifference
from services.reporting.reconciliation.progress import (
    JOURNAL,
    Gap,
    Progress,
    copy_progress,
    copy_state,
    gaps_of,
    journal_progress,
    missing,
    positions,
    source_state,
)
from shared.contract.catalogue import topic_of
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

SOURCE = "/guildhall/benefits"
SHARDS = [{"shard": 0, "head": 9, "acked": 7}, {"shard": 1, "head": 4, "acked": 4}]


def reading(have: dict[int, int]) -> Progress:
    return Progress(JOURNAL, SOURCE, have, 0, frozenset())


def test_a_shard_is_lacking_up_to_what_was_published_and_no_further() -> None:
    found = gaps_of(SHARDS, reading({0: 5, 1: 4}))
    assert found == [Gap(SOURCE, 0, 5, 7)]
    assert missing(found) == 2


def test_a_shard_nothing_was_read_of_lacks_all_of_it() -> None:
    assert missing(gaps_of(SHARDS, reading({}))) == 11


def test_what_is_stamped_and_not_published_makes_a_source_incomplete_without_a_gap() -> None:
    head = {"source": SOURCE, "unstamped": 1, "shards": SHARDS}
    state = source_state("benefits", head, reading({0: 7, 1: 4}), Compared([], True), 0)
    assert (state.complete, state.behind, state.gaps) == (False, 3, [])
    assert state.reasons == ["behind"]
    away = source_state("benefits", None, reading({0: 9, 1: 4}), None, 0)
    assert (away.reachable, away.complete, away.reasons) == (False, False, ["unreachable"])


EQUAL = Compared([], True)
DIFFERENCE = LogDifference(SOURCE, 0, 3, "another-event", "a", "00", "b", "11", 7)


@pytest.mark.parametrize(
    ("reasons", "compared", "lost", "quarantined"),
    [
        ([], Compared([], True), [], 0),
        (["not-compared"], None, [], 0),
        (["not-compared"], Compared([], False), [], 0),
        (["differs"], Compared([DIFFERENCE], True), [], 0),
        (["lost-by-owner"], Compared([], True), [{"event_id": "c"}], 0),
        (["in-quarantine"], Compared([], True), [], 2),
        (
            ["differs", "not-compared", "lost-by-owner", "in-quarantine"],
            Compared([DIFFERENCE], False),
            [{"event_id": "c"}],
            1,
        ),
    ],
)
def test_a_source_is_complete_only_where_nothing_speaks_against_it(
    reasons: list[str],
    compared: Compared | None,
    lost: list[dict[str, str]],
    quarantined: int,
) -> None:
    head = {"source": SOURCE, "unstamped": 0, "shards": SHARDS, "lost": lost}
    state = source_state("benefits", head, reading({0: 9, 1: 4}), compared, quarantined)
    assert (state.complete, list(state.reasons)) == (not reasons, reasons)


def test_a_copy_tells_which_shards_have_later_records_and_where_these_begin() -> None:
    shards = [
        {"shard": 0, "head": 2, "lacks_upto": 4, "last": 6},
        {"shard": 1, "head": 4, "lacks_upto": 0, "last": 4},
    ]
    found = copy_progress("events", {"source": SOURCE, "read": 11, "shards": shards})
    later = {0: range(5, 7)}
    assert found == Progress("events", SOURCE, {0: 2, 1: 4}, 11, frozenset({0}), later)


def test_what_a_copy_has_already_is_not_asked_for_with_what_it_lacks() -> None:
    reading = Progress("events", SOURCE, {0: 2, 1: 4}, 11, frozenset({0}), {0: range(5, 8)})
    assert gaps_of(SHARDS, reading) == [Gap(SOURCE, 0, 2, 4)]
    short = reading._replace(later={0: range(5, 7)})  # and the seventh, which is the last
    assert gaps_of(SHARDS, short) == [Gap(SOURCE, 0, 2, 7)]


async def test_the_journal_tells_its_heads_its_gaps_and_its_positions(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, _lost, third = [author.write(gift_stream(0), gift(0)) for _ in range(3)]
    raws = [partition.raw(first), partition.raw(third)]
    await ingest.apply(raws, partition.move(raws))
    found = await journal_progress(pool, ["benefits", "events"])
    shard = int(first.shard or 0)
    assert found[SOURCE] == Progress(JOURNAL, SOURCE, {shard: 1}, 2, frozenset({shard}))
    assert found["/guildhall/events"].have == {}
    assert await positions(pool) == {(topic_of("benefits"), 0): 2}


def test_a_copy_that_passed_a_record_over_is_not_complete_and_names_it() -> None:
    shards = [
        {"shard": n, "head": each["acked"], "lacks_upto": 0, "last": each["acked"]}
        for n, each in enumerate(SHARDS)
    ]
    answer = {"source": SOURCE, "read": 11, "shards": shards}
    first = {"reason": "wrong-shard", "event_id": "e-1", "offset": 7}
    for count, named in ((0, ()), (3, (first,))):
        state = copy_state(
            "events", {**answer, "quarantine": {"count": count, "first": named}}, SHARDS, EQUAL
        )
        assert (state.behind, state.gaps, state.quarantined, state.first) == (0, [], count, named)
        assert state.complete is (count == 0)
    assert not copy_state("events", {**answer, "shards": []}, SHARDS, EQUAL).complete


def test_a_copy_is_complete_where_all_of_it_was_compared_and_nothing_differs() -> None:
    heads = {n: each["acked"] for n, each in enumerate(SHARDS)}
    shards = [{"shard": n, "head": h, "lacks_upto": 0, "last": h} for n, h in heads.items()]
    answer = {"source": SOURCE, "read": 11, "shards": shards, "refilling": None}
    assert copy_state("events", answer, SHARDS, EQUAL).complete
    assert not copy_state("events", answer, SHARDS, None).complete
    assert not copy_state("events", answer, SHARDS, Compared([], False)).complete
    differs = copy_state("events", answer, SHARDS, Compared([DIFFERENCE], True))
    assert (differs.complete, differs.differences) == (False, [DIFFERENCE])
    refilled = answer | {"refilling": {"read": 3, "of": 9}}
    state = copy_state("events", refilled, SHARDS, EQUAL)
    assert (state.complete, state.refilling) == (False, {"read": 3, "of": 9})
