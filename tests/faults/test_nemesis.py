"""A deck holds every fault by its weight, and the seed alone says in which order."""

import random
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.faults.faults import FAULTS, ONE_AT_A_TIME
from tests.faults.nemesis import LEAST_WEIGHT, Deck
from tests.faults.rig import sizes
from tests.faults.siege_faults import ports

CARDS = sum(round(fault.weight / LEAST_WEIGHT) for fault in FAULTS.values())
OF_THE_SIEGE = ["half-open connections", "garbage of one source", "header of 100 MB"]
IN_HALF_AN_HOUR = 1800 / 10
"""Faults drawn by a run of 30 minutes with the gap that `make chaos` has unless told."""


def test_a_deck_has_every_fault_as_often_as_its_weight_says() -> None:
    deck = Deck(FAULTS, random.Random(1))
    drawn = Counter(deck.draw() for _ in range(CARDS))
    assert drawn == {name: round(f.weight / LEAST_WEIGHT) for name, f in FAULTS.items()}


@pytest.mark.parametrize("seed", range(20))
def test_as_many_draws_as_there_are_faults_meet_every_one(seed: int) -> None:
    for names in (list(FAULTS), OF_THE_SIEGE):
        deck = Deck(names, random.Random(seed))
        assert {deck.draw() for _ in names} == set(names)


def test_the_siege_is_of_everything_that_listens() -> None:
    rig = SimpleNamespace(urls={"members-1": "http://h:1", "console-1": "http://h:2"})
    assert ports(rig) == [1, 2]
    assert "console" in sizes(workers=3)


def test_half_an_hour_draws_the_whole_deck() -> None:
    assert CARDS < IN_HALF_AN_HOUR


def test_the_seed_says_in_which_order_and_decks_differ() -> None:
    one, again = (Deck(FAULTS, random.Random("7/nemesis")) for _ in range(2))
    first, second = [one.draw() for _ in range(CARDS)], [one.draw() for _ in range(CARDS)]
    assert [again.draw() for _ in range(CARDS)] == first != second


def test_every_fault_that_waits_for_another_is_one() -> None:
    assert set(ONE_AT_A_TIME) <= set(FAULTS)
