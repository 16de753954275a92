"""The growing set behaves as a set, and stays one."""

from hypothesis import given
from hypothesis import strategies as st

from services.events.domain.roll import Roll


@given(st.lists(st.integers(0, 50)))
def test_a_roll_holds_what_a_set_holds(names: list[int]) -> None:
    roll: Roll[int] = Roll()
    for name in names:
        roll = roll.plus(name)
    assert roll.items() == set(names)
    assert len(roll) == len(set(names))
    assert all((name in roll) == (name in names) for name in range(51))


def test_an_earlier_roll_does_not_see_later_names() -> None:
    before = Roll[str]().plus("a").plus("b")
    after = before.plus("c")
    assert "c" in after and "c" not in before


def test_a_thousand_names_lie_in_few_parts() -> None:
    roll: Roll[int] = Roll()
    for name in range(1000):
        roll = roll.plus(name)
    assert [len(part) for part in roll.parts] == [512, 256, 128, 64, 32, 8]
