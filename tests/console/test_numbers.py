"""Numbers and days as pages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.numbers import change, day, moment, plain, share, shortened


@pytest.mark.parametrize(
    ("value", "scale", "shown"),
    [
        (16260000, 2, "162,600.00"), (5, 2, "0.05"), (-131200, 2, "−1,312.00"), (0, 0, "0"),
        (542, 0, "542"), (12685, 0, "12,685"), (None, 2, "—"),
    ],
)  # fmt: skip
def test_a_number_has_its_thousands_set_off_and_fen_become_yuan(
    value: int | None, scale: int, shown: str
) -> None:
    assert plain(value, scale) == shown


@given(st.integers(-(10**12), 10**12))
def test_no_fen_is_lost(fen: int) -> None:
    shown = plain(fen, 2).replace(",", "").replace("−", "-").replace(".", "")
    assert int(shown) == fen


def test_a_change_is_signed_and_none_is_empty() -> None:
    assert (change(540, 542), change(542, 540), change(1, 1)) == ("+2", "−2", "")
    assert change(None, 3) == change(3, None) == ""


def test_a_share_of_nothing_is_unknown() -> None:
    assert (share(721, 1000), share(1, 0)) == ("72.1%", "—")


def test_an_instant_is_of_china() -> None:
    assert moment("2022-12-30T16:32:00+00:00") == "2022-12-31 00:32"
    assert day("2022-12-30T16:32:00Z") == "2022-12-31"
    assert (day("2022-09-08"), day(None), moment(None)) == ("2022-09-08", "—", "—")


def test_a_code_is_shortened_to_its_ends() -> None:
    assert shortened("p-cmn4disbaxd4ggby") == "p-cmn4…ggby"
    assert (shortened("mid-autumn"), shortened("")) == ("mid-autumn", "—")
