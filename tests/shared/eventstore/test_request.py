"""What a caller states beside a command's body is read strictly: versions seen and positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contract.envelope import Actor
from shared.errors import Invalid, NotPermitted, StaleVersion
from shared.eventstore.request import Request

CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
ASKED = Request(CLERK, "tjtc", "key-1", b"hash", "correlation")

STREAMS = st.from_regex(r"[a-z0-9/@:工会-]{1,30}", fullmatch=True)
VERSIONS = st.integers(0, 999_999_999)


def test_who_saw_no_version_accepts_any() -> None:
    ASKED.check_version("tjtc/claim-1", 0)
    ASKED.check_version("tjtc/claim-1", 10**9)


def test_the_version_that_was_seen_must_be_the_one_found() -> None:
    seen = ASKED._replace(expected_version=0)
    seen.check_version("tjtc/claim-1", 0)
    with pytest.raises(StaleVersion) as stale:
        seen.check_version("tjtc/claim-1", 1)
    assert stale.value.facts == {"stream": "tjtc/claim-1", "expected": 0, "found": 1}


@pytest.mark.parametrize("after", [None, ""])
def test_who_states_no_position_states_none(after: str | None) -> None:
    assert ASKED._replace(after=after).stated_positions() == []


@given(st.lists(st.tuples(STREAMS, VERSIONS), min_size=1), st.sampled_from([",", ", ", " ,  "]))
def test_positions_are_read_as_they_were_written(stated: list[tuple[str, int]], comma: str) -> None:
    """A stream's own name may hold an @: the last one parts it from its version."""
    after = comma.join(f"{stream}@{version}" for stream, version in stated)
    everywhere = CLERK._replace(orgs=frozenset({"*"}))
    assert ASKED._replace(actor=everywhere, after=after).stated_positions() == stated


@pytest.mark.parametrize(
    "after",
    [
        "tjtc/claim-1",
        "@1",
        "tjtc/claim-1@",
        "tjtc/claim-1@-1",
        "tjtc/claim-1@1.0",
        "tjtc/claim-1@1_000",
        "tjtc/claim-1@١",
        "tjtc/claim-1@²",
        "tjtc/claim-1@一",
        "tjtc/claim-1@1000000000",
        "tjtc/claim-1@1,",
        ",",
        " ",
    ],
)
def test_anything_else_is_refused_by_name(after: str) -> None:
    with pytest.raises(Invalid, match="invalid-request"):
        ASKED._replace(after=after).stated_positions()


@pytest.mark.parametrize("stream", ["other/claim-1", "tjtc2/claim-1", "TJTC/x", "/tjtc/x", "tjtc "])
def test_a_position_of_a_union_that_is_not_covered_is_refused(stream: str) -> None:
    with pytest.raises(NotPermitted, match="union-not-yours"):
        ASKED._replace(after=f"tjtc/claim-1@1,{stream}@1").stated_positions()


def test_a_refusal_repeats_no_more_than_a_line_of_what_was_stated() -> None:
    with pytest.raises(Invalid) as refused:
        ASKED._replace(after="x" * 10_000).stated_positions()
    assert len(refused.value.detail) < 150
