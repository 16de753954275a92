"""Contests, given-when-then: the women's day video contest (庆3.8妇女节健身操微视频评比)."""

from datetime import date
from typing import Any

import pytest

from services.events.commands.activities import EnterContest, GrantAward, JudgeContest
from services.events.domain import activities
from services.events.domain.contests import enter_contest, grant_award, judge_contest
from shared.contract.events import (
    AwardGranted,
    ContestEntered,
    ContestJudged,
    Verdict,
)
from shared.testing.decider import Given, given
from tests.examples.events import (
    activity_cancelled,
    activity_planned,
    award_granted,
    contest_entered,
    contest_judged,
)

ORG = "tjtc"
TODAY, DAY = date(2022, 12, 15), date(2022, 3, 8)
AFTER_TODAY = date(2022, 12, 16)
ANN, BO, CAI = "p-ann001", "p-bo0001", "p-cai001"

planned = activity_planned(
    occurred_on=date(2022, 2, 21), activity_id="video-1", title="健身操微视频评比", planned_for=DAY
)
cancelled = activity_cancelled(occurred_on=DAY, activity_id="video-1", reason="other")


def entered(entry_id: str, *people: str) -> ContestEntered:
    return contest_entered(
        occurred_on=DAY, activity_id="video-1", entry_id=entry_id, person_ids=people
    )


def judged(**places: int) -> ContestJudged:
    return contest_judged(occurred_on=DAY, activity_id="video-1", verdicts=verdicts(**places))


def awarded(entry_id: str, award: str = "first-prize", recipients: int = 1) -> AwardGranted:
    return award_granted(
        occurred_on=DAY,
        activity_id="video-1",
        entry_id=entry_id,
        award=award,
        recipients=recipients,
        value_fen=30_000,
    )


def verdicts(**places: int) -> tuple[Verdict, ...]:
    return tuple(Verdict(entry_id=entry, place=place) for entry, place in places.items())


def enter(entry_id: str, *people: str, on: date = DAY) -> EnterContest:
    return EnterContest(activity_id="video-1", entry_id=entry_id, person_ids=people, entered_on=on)


def judge(*given_verdicts: Verdict, on: date = DAY, **places: int) -> JudgeContest:
    return JudgeContest(
        activity_id="video-1",
        judges=5,
        verdicts=(*given_verdicts, *verdicts(**places)),
        judged_on=on,
    )


def award(entry_id: str, recipients: int = 1, on: date = DAY) -> GrantAward:
    return GrantAward(
        activity_id="video-1",
        entry_id=entry_id,
        award="first-prize",
        recipients=recipients,
        value_fen=30_000,
        granted_on=on,
    )


def contest(*events: Any) -> Given:
    return given(activities, None, planned, *events)


TWO = (entered("a", ANN, BO), entered("b", CAI))


def test_a_team_enters() -> None:
    contest().when(enter_contest, enter("a", ANN, BO), ORG, TODAY).then(entered("a", ANN, BO))


def test_an_entry_is_made_once() -> None:
    contest(*TWO).when(enter_contest, enter("a", CAI), ORG, TODAY).then_refused("entry-exists")


def test_nobody_enters_after_the_judges_spoke() -> None:
    contest(*TWO, judged(a=1)).when(enter_contest, enter("c", CAI), ORG, TODAY).then_refused(
        "contest-judged"
    )


def test_nobody_is_in_one_team_twice() -> None:
    outcome = contest().when(enter_contest, enter("a", ANN, BO, ANN), ORG, TODAY)
    outcome.then_refused("listed-twice")
    assert outcome.refusal is not None
    assert outcome.refusal.errors == [{"row": 3, "code": "listed-twice"}]


def test_an_entry_is_not_dated_after_today() -> None:
    contest().when(enter_contest, enter("a", ANN, on=AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_the_judges_place_the_entries() -> None:
    contest(*TWO).when(judge_contest, judge(a=2, b=1), ORG, TODAY).then(judged(a=2, b=1))


def test_an_entry_may_stay_without_a_place() -> None:
    contest(*TWO).when(judge_contest, judge(b=1), ORG, TODAY).then(judged(b=1))


def test_a_contest_is_judged_once() -> None:
    contest(*TWO, judged(a=1)).when(judge_contest, judge(b=1), ORG, TODAY).then_refused(
        "contest-judged"
    )


def test_only_entries_of_the_contest_are_judged() -> None:
    outcome = contest(*TWO).when(judge_contest, judge(a=1, z=2), ORG, TODAY)
    outcome.then_refused("unknown-entry")
    assert outcome.refusal is not None
    assert outcome.refusal.errors == [{"row": 2, "code": "unknown-entry", "entry_id": "z"}]


def test_an_entry_is_placed_once() -> None:
    contest(*TWO).when(
        judge_contest, judge(*verdicts(a=1), *verdicts(a=2)), ORG, TODAY
    ).then_refused("listed-twice")


@pytest.mark.parametrize("places", [(1, 2, 3, 4), (1, 2, 2, 3), (1, 2, 2, 4), (1, 1, 1, 1)])
def test_ties_share_a_place_and_the_next_may_follow_or_skip(places: tuple[int, ...]) -> None:
    entries = [entered(name, ANN) for name in "abcd"]
    command = judge(**dict(zip("abcd", places, strict=True)))
    assert contest(*entries).when(judge_contest, command, ORG, TODAY).refusal is None


@pytest.mark.parametrize("places", [(2, 3, 4, 5), (1, 3, 4, 5), (1, 2, 2, 5), (1, 1, 2, 4)])
def test_places_begin_at_1_and_leave_no_gap(places: tuple[int, ...]) -> None:
    entries = [entered(name, ANN) for name in "abcd"]
    command = judge(**dict(zip("abcd", places, strict=True)))
    contest(*entries).when(judge_contest, command, ORG, TODAY).then_refused("places-inconsistent")


def test_a_judgement_is_not_dated_after_today() -> None:
    contest(*TWO).when(judge_contest, judge(on=AFTER_TODAY, a=1), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_placed_entry_is_awarded() -> None:
    contest(*TWO, judged(a=1)).when(grant_award, award("a", recipients=2), ORG, TODAY).then(
        awarded("a", recipients=2)
    )


def test_no_award_before_the_judges_spoke() -> None:
    contest(*TWO).when(grant_award, award("a"), ORG, TODAY).then_refused("contest-not-judged")


def test_no_award_for_what_did_not_enter() -> None:
    contest(*TWO, judged(a=1)).when(grant_award, award("z"), ORG, TODAY).then_refused(
        "unknown-entry"
    )


def test_no_award_without_a_place() -> None:
    contest(*TWO, judged(a=1)).when(grant_award, award("b"), ORG, TODAY).then_refused(
        "entry-not-placed"
    )


def test_an_award_is_granted_once() -> None:
    contest(*TWO, judged(a=1), awarded("a")).when(grant_award, award("a"), ORG, TODAY).then_refused(
        "award-granted"
    )


def test_no_more_recipients_than_people_in_the_entry() -> None:
    contest(*TWO, judged(a=1)).when(grant_award, award("a", recipients=3), ORG, TODAY).then_refused(
        "too-many-recipients"
    )


def test_an_award_is_not_dated_after_today() -> None:
    contest(*TWO, judged(a=1)).when(
        grant_award, award("a", on=AFTER_TODAY), ORG, TODAY
    ).then_refused("date-in-future")


@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (enter_contest, enter("a", ANN)),
        (judge_contest, judge(a=1)),
        (grant_award, award("a")),
    ],
)
def test_a_cancelled_activity_has_no_contest(decide: Any, command: Any) -> None:
    contest(cancelled).when(decide, command, ORG, TODAY).then_refused("activity-cancelled")
