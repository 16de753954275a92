"""The growing set behaves as a set, and stays one."""

from hypothesis import given
from hypothesis import strategies as st

from services.events.domain.persistent_set import PersistentSet


@given(st.lists(st.integers(0, 50)))
def test_a_persistent_set_holds_what_a_set_holds(names: list[int]) -> None:
    names_so_far: PersistentSet[int] = PersistentSet()
    for name in names:
        names_so_far = names_so_far.add(name)
    assert names_so_far.items() == set(names)
    assert len(names_so_far) == len(set(names))
    assert all((name in names_so_far) == (name in names) for name in range(51))


def test_an_earlier_names_so_far_does_not_see_later_names() -> None:
    before = PersistentSet[str]().add("a").add("b")
    after = before.add("c")
    assert "c" in after and "c" not in before


def test_a_thousand_names_lie_in_few_parts() -> None:
    names_so_far: PersistentSet[int] = PersistentSet()
    for name in range(1000):
        names_so_far = names_so_far.add(name)
    assert [len(part) for part in names_so_far.parts] == [512, 256, 128, 64, 32, 8]
