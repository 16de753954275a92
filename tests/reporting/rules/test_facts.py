"""The subject of a stream: short where it is ours, and never shared by two that differ."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.reporting.rules.facts import UNION_MONEY, Facts, named
from shared.contract.catalogue import EVENT_TYPES, source_of
from shared.contract.values import Fund

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
    assert not any(Facts("tjtc", date(2023, 1, 1))[2:])


def test_a_union_s_own_money_is_among_the_funds_there_are() -> None:
    assert set(get_args(Fund)) > UNION_MONEY
