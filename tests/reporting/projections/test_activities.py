"""An activity: sessions, people, works and awards."""

from services.reporting.projections.activities import ACTIVITIES, Activity
from tests.examples.events import activity_held, activity_planned, contest_judged
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import day, only, rows_of


def test_sessions_people_works_and_awards_are_counted_apart() -> None:
    found: dict[str, Activity] = {row.activity_id: row for row in rows_of(ACTIVITIES, whole_year())}
    matchmaking, contest = found["m"], found["w"]
    assert (matchmaking.sessions, matchmaking.organiser) == (2, "city_union")
    assert (matchmaking.registrations, matchmaking.attendances) == (4, 3)
    assert (contest.entries, contest.entrants) == (2, 4)
    assert (contest.awards, contest.award_recipients, contest.award_value_fen) == (1, 3, 9000)
    assert found["x"].cancelled_why == "epidemic"


def test_it_was_held_from_its_first_session_to_its_last() -> None:
    held = [
        activity_held(
            occurred_on=on, activity_id="a", kind="culture", online=False, session=session
        )
        for session, on in ((2, "2022-06-09"), (1, "2022-06-01"), (3, "2022-06-05"))
    ]
    row = only(ACTIVITIES, *held)
    assert (row.first_held_on, row.last_held_on) == (day("2022-06-01"), day("2022-06-09"))


def test_planned_and_judged() -> None:
    row = only(
        ACTIVITIES,
        activity_planned(occurred_on="2022-02-20", activity_id="w", title="健身操微视频评比"),
        contest_judged(occurred_on="2022-03-10", activity_id="w", verdicts=()),
    )
    assert (row.title, row.planned_for, row.online) == (
        "健身操微视频评比",
        day("2022-03-08"),
        True,
    )
    assert (row.judged_on, row.judges) == (day("2022-03-10"), 5)
