"""The subject of a stream: short where it is ours, and never shared by two that differ."""

from datetime import date
from typing import NamedTuple, get_args
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.reporting.projections.programmes import Programme
from services.reporting.rules.facts import UNION_MONEY, Facts, named, nearest, once_each
from shared.contract.catalogue import EVENT_TYPES, source_of
from shared.contract.values import Fund
from tests.reporting.rules.given import Given

OURS = source_of("benefits")


@pytest.mark.parametrize(
    ("kind", "stream", "source", "subject"),
    [
        ("claim", "tjtc/claim-care-1", OURS, "claim:care-1"),
        ("claim", "tjtc/gift-a.p-1", OURS, "claim:/gift-a.p-1"),
        ("claim", "tjtc/claim-", OURS, "claim:"),
        ("claim", "tjtc/claim-claim-1", OURS, "claim:claim-1"),
        ("claim", "tjtc/claim-care-1", "/ext/canteen", "claim:care-1@canteen"),
        ("meeting", "tjtc/会议", "/ext/canteen", "meeting:/会议@canteen"),
    ],
)
def test_a_subject_is_named_after_its_stream_and_a_stranger_s_after_the_stranger(
    kind: str, stream: str, source: str, subject: str
) -> None:
    assert named(kind, stream, source) == subject


NAMES = st.from_regex(r"(claim-)?[a-z0-9.-]{0,6}", fullmatch=True)
SOURCES = st.sampled_from([OURS, "/ext/canteen", "/ext/clinic"])


@given(NAMES, SOURCES, NAMES, SOURCES)
def test_streams_that_differ_never_share_a_subject(
    one: str, of_one: str, other: str, of_other: str
) -> None:
    assume((one, of_one) != (other, of_other))
    first, second = (
        named("claim", f"tjtc/{stream}", source)
        for stream, source in ((one, of_one), (other, of_other))
    )
    assert first != second


@pytest.mark.parametrize("context", EVENT_TYPES)
def test_no_context_of_ours_is_told_apart_by_name(context: str) -> None:
    assert "@" not in named("claim", "tjtc/claim-1", source_of(context))


def test_a_union_without_facts_has_none_of_any_kind() -> None:
    assert not any(Facts("tjtc", date(2023, 1, 1))[2:-1])


def test_a_union_s_own_money_is_among_the_funds_there_are() -> None:
    assert set(get_args(Fund)) > UNION_MONEY


HERS, HIS = "/ext/canteen", "/ext/clinic"


@pytest.mark.parametrize(
    ("told", "by_ours", "by_hers"),
    [
        ((), None, None),
        ((HERS,), None, HERS),
        ((OURS, HERS), OURS, HERS),
        ((OURS, HIS), OURS, OURS),
        ((HIS,), None, HIS),
    ],
)
def test_a_fact_of_ours_refers_to_ours_alone_and_another_s_to_its_own_first(
    told: tuple[str, ...], by_ours: str | None, by_hers: str | None
) -> None:
    words = {source: source for source in told}
    assert (nearest(words, OURS), nearest(words, HERS)) == (by_ours, by_hers)


class Row(NamedTuple):
    """A row of a thing, as a source tells it."""

    thing: str
    source: str


@given(st.permutations([Row(n, s) for n in "ab" for s in (OURS, HERS)] + [Row("c", HIS)]))
def test_of_each_thing_one_source_is_believed_whatever_the_order(rows: list[Row]) -> None:
    kept = once_each(rows, lambda row: row.thing)
    assert sorted(kept) == [Row("a", OURS), Row("b", OURS), Row("c", HIS)]


def test_a_programme_told_in_part_is_meant_where_nobody_opened_it() -> None:
    opened = Programme("tjtc", "s", OURS, opened=UUID(int=1))
    closed = Programme("tjtc", "s", HERS, closed_on=date(2022, 2, 1))
    theirs = Given(date(2022, 1, 20), {}).delivery({"person": "p-1", "programme": "s"})
    theirs = theirs._replace(source=HERS)
    for told, meant in (((opened, closed), opened), ((closed,), closed), ((), None)):
        by_source = {"s": {row.source: row for row in told}}
        facts = Facts("tjtc", date(2023, 1, 1), programmes=by_source)
        assert facts.programme_of(theirs) == meant
