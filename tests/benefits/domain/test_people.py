"""In which capacity somebody receives."""

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.benefits.domain.people import PersonStatus, capacity_in
from shared.contract.values import Capacity, Population

MEMBER_IN_POST = PersonStatus(is_member=True, is_staff=True)
RETAINED = PersonStatus(is_member=True, is_retired=True)
RETIRED_WITHOUT = PersonStatus(is_retired=True)
IN_POST_ONLY = PersonStatus(is_staff=True)
CHILD = PersonStatus(is_dependant=True)


@pytest.mark.parametrize(
    ("population", "status", "capacity"),
    [
        ("members", MEMBER_IN_POST, "member"),
        ("members", RETAINED, "member"),
        ("members", IN_POST_ONLY, "staff"),
        ("women_staff", MEMBER_IN_POST, "staff"),
        ("front_line_staff", MEMBER_IN_POST, "staff"),
        ("staff", RETAINED, "retiree"),
        ("retirees", RETIRED_WITHOUT, "retiree"),
        ("retirees", MEMBER_IN_POST, "member"),
        ("named", MEMBER_IN_POST, "member"),
        ("named", CHILD, "dependant"),
        ("named", PersonStatus(), None),
    ],
)
def test_what_is_meant_for_a_population_reaches_a_person_as(
    population: Population, status: PersonStatus, capacity: Capacity | None
) -> None:
    assert capacity_in(population, status) == capacity


@forall(
    st.sampled_from(["members", "staff", "women_staff", "retirees", "front_line_staff", "named"]),
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
def test_only_somebody_who_is_nothing_at_all_has_no_capacity(
    population: Population, flags: tuple[bool, bool, bool, bool]
) -> None:
    assert (capacity_in(population, PersonStatus(*flags)) is None) == (not any(flags))
