"""What a programme takes, when, and what it refuses first."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.benefits.commands.programmes import (
    ApplyForPortions,
    CloseProgramme,
    FreezeRoster,
    OpenProgramme,
    ReceivePortions,
)
from services.benefits.domain import programmes
from services.benefits.domain.programmes import (
    apply_for_portions,
    close_programme,
    evolve,
    freeze_roster,
    open_programme,
    receive_portions,
    roster_sha256,
)
from shared.contract.benefits import (
    ProgrammeClosed,
    ProgrammeOpened,
    RosterFrozen,
)
from shared.errors import Refusal
from shared.testing.decider import Given, given
from tests.benefits.requests import ANN, BO, CAI, FREEZE_SPRING, OPEN_SPRING, ORG, TODAY
from tests.examples.benefits import (
    gift_applied,
    gift_received,
    programme_closed,
    programme_opened,
    roster_frozen,
)

OPEN = OpenProgramme.model_validate(OPEN_SPRING)
FREEZE = FreezeRoster.model_validate(FREEZE_SPRING)
CLOSE = CloseProgramme(programme_id="spring-2022", closed_on=date(2022, 2, 28))
TOMORROW = date(2022, 12, 16)


def opened(**changes: Any) -> ProgrammeOpened:
    command = OPEN.model_copy(update=changes)
    (event,) = open_programme(None, command, ORG, TODAY)
    assert isinstance(event, ProgrammeOpened)
    return event


def frozen(*people: str) -> RosterFrozen:
    return roster_frozen(
        occurred_on=FREEZE.as_of,
        as_of=FREEZE.as_of,
        person_ids=people,
        count=len(people),
        sha256=roster_sha256(people),
    )


def closed(issued: int = 0, *missed: str) -> ProgrammeClosed:
    return programme_closed(
        occurred_on=CLOSE.closed_on, issued=issued, missed=missed, missed_count=len(missed)
    )


def programme(*events: Any) -> Given:
    return given(programmes, None, *events)


def test_a_programme_is_opened_with_all_its_terms() -> None:
    programme().when(open_programme, OPEN, ORG, TODAY).then(
        programme_opened(occurred_on=date(2022, 1, 10))
    )


def test_an_id_is_used_once() -> None:
    programme(opened()).when(open_programme, OPEN, ORG, TODAY).then_refused("programme-exists")


def test_what_a_paper_source_bears_is_kept_as_evidence() -> None:
    paper = OPEN.model_copy(update={"source_recorded_on": date(2022, 1, 11)})
    outcome = programme().when(open_programme, paper, ORG, TODAY)
    assert outcome.events[0].source_recorded_on == date(2022, 1, 11)


def test_the_roster_is_whoever_belongs_sorted_and_hashed() -> None:
    outcome = programme(opened()).when(freeze_roster, FREEZE, ORG, TODAY, belonging=[BO, ANN])
    outcome.then(frozen(ANN, BO))
    # sha256sum of "p-ann001\np-bo0001", made outside Python: the hash is part of the contract.
    assert outcome.events[0].model_dump()["sha256"] == (
        "276fda7a96190c84a245706792c2f78f1971aefba16be59361a64d178a6bcb96"
    )


def test_listed_people_are_the_roster_instead() -> None:
    listed = FREEZE.model_copy(update={"person_ids": (CAI,)})
    programme(opened(population="front_line_staff")).when(
        freeze_roster, listed, ORG, TODAY, belonging=[]
    ).then(frozen(CAI))


def test_a_large_roster_travels_in_chunks_with_count_and_hash_of_the_whole() -> None:
    people = [f"p-{number:06d}" for number in range(2001)]
    outcome = programme(opened()).when(freeze_roster, FREEZE, ORG, TODAY, belonging=people)
    parts = outcome.events
    assert [(e.chunk, e.chunks, len(e.person_ids), e.count) for e in parts] == [
        (1, 3, 1000, 2001),
        (2, 3, 1000, 2001),
        (3, 3, 1, 2001),
    ]
    assert {e.sha256 for e in parts} == {roster_sha256(people)}
    assert programme(opened(), *parts).state.person_ids() == people


@pytest.mark.parametrize(
    ("before", "changes", "belonging", "code"),
    [
        # Each row would also be refused for what stands in the rows below it, where it can be.
        ([], {"as_of": TOMORROW, "person_ids": (ANN, ANN)}, [], "date-in-future"),
        ([], {"person_ids": (ANN, ANN)}, [], "listed-twice"),
        ([], {}, [], "unknown-programme"),
        ([opened(), frozen(ANN), closed()], {}, [], "programme-closed"),
        ([opened(), frozen(ANN)], {"population": "staff"}, [], "roster-frozen-already"),
        ([opened()], {"population": "staff"}, [], "population-differs"),
        ([opened(population="retirees")], {}, [], "people-needed"),
        ([opened()], {"expected_count": 2}, [], "roster-empty"),
        ([opened()], {"expected_count": 2}, [ANN], "count-differs"),
    ],
)
def test_a_roster_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], belonging: list[str], code: str
) -> None:
    command = FREEZE.model_copy(update=changes)
    outcome = programme(*before).when(freeze_roster, command, ORG, TODAY, belonging=belonging)
    outcome.then_refused(code)


def test_a_refused_row_says_which_and_who() -> None:
    command = FREEZE.model_copy(update={"person_ids": (ANN, BO, ANN)})
    outcome = programme(opened()).when(freeze_roster, command, ORG, TODAY, belonging=[])
    assert outcome.refusal is not None
    assert outcome.refusal.errors == [{"row": 3, "code": "listed-twice", "person_id": ANN}]


def test_portions_applied_for_and_received_are_two_numbers() -> None:
    apply = ApplyForPortions(
        programme_id="spring-2022", quantity=80, to_org="tjjt", applied_on=date(2022, 1, 16)
    )
    receive = ReceivePortions(
        programme_id="spring-2022", quantity=70, from_org="tjjt", received_on=date(2022, 1, 18)
    )
    applied = gift_applied(
        occurred_on=apply.applied_on, programme_id="spring-2022", occasion="spring_festival"
    )
    received = gift_received(
        occurred_on=receive.received_on,
        programme_id="spring-2022",
        occasion="spring_festival",
        quantity=70,
    )
    programme(opened()).when(apply_for_portions, apply, ORG, TODAY).then(applied)
    programme(opened()).when(receive_portions, receive, ORG, TODAY).then(received)
    state = programme(opened(), applied, received).state
    assert (state.applied, state.received) == (80, 70)
    for decide, command in ((apply_for_portions, apply), (receive_portions, receive)):
        programme().when(decide, command, ORG, TODAY).then_refused("unknown-programme")
        programme(opened(), closed()).when(decide, command, ORG, TODAY).then_refused(
            "programme-closed"
        )


def test_closing_names_who_stood_on_the_roster_and_received_nothing() -> None:
    before = programme(opened(), frozen(ANN, BO, CAI))
    before.when(close_programme, CLOSE, ORG, TODAY, received={BO, "p-guest1"}).then(
        closed(2, ANN, CAI)
    )


def test_closing_without_a_roster_misses_nobody() -> None:
    programme(opened()).when(close_programme, CLOSE, ORG, TODAY, received={BO}).then(closed(1))


def test_many_missed_are_named_in_chunks() -> None:
    people = [f"p-{number:06d}" for number in range(1500)]
    outcome = programme(opened(), frozen(*people[:900]), frozen(*people[900:])).when(
        close_programme, CLOSE, ORG, TODAY, received=()
    )
    assert [(e.chunk, e.chunks, len(e.missed), e.missed_count) for e in outcome.events] == [
        (1, 2, 1000, 1500),
        (2, 2, 500, 1500),
    ]


def test_a_programme_closes_once_and_never_before_it_happened() -> None:
    early = CLOSE.model_copy(update={"closed_on": TOMORROW})
    programme().when(close_programme, early, ORG, TODAY, received=()).then_refused("date-in-future")
    programme().when(close_programme, CLOSE, ORG, TODAY, received=()).then_refused(
        "unknown-programme"
    )
    programme(opened(), closed()).when(
        close_programme, CLOSE, ORG, TODAY, received=()
    ).then_refused("programme-closed")


PEOPLE = st.lists(st.sampled_from([ANN, BO, CAI]), unique=True)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(open_programme), st.just(OPEN), st.just({})),
        st.tuples(st.just(freeze_roster), st.just(FREEZE), PEOPLE.map(lambda p: {"belonging": p})),
        st.tuples(st.just(close_programme), st.just(CLOSE), PEOPLE.map(lambda p: {"received": p})),
    ),
    max_size=8,
)


@forall(STEPS)
@settings(deadline=None)
def test_every_history_that_was_decided_folds_and_is_opened_frozen_and_closed_at_most_once(
    steps: list[Any],
) -> None:
    state, written = None, []
    for decide, command, looked_up in steps:
        try:
            events = decide(state, command, ORG, TODAY, **looked_up)
        except Refusal:
            continue
        for event in events:
            state = evolve(state, event)
            written.append(type(event))
    for once in (ProgrammeOpened, RosterFrozen, ProgrammeClosed):
        assert written.count(once) <= 1
    assert written == sorted(written, key=[ProgrammeOpened, RosterFrozen, ProgrammeClosed].index)
