"""A sentence says no more than its figure: the period, the people and the programme it counts."""

from datetime import UTC, datetime

from tests.examples.events import (
    activity_held,
    activity_planned,
    award_granted,
    contest_entered,
    period_attested,
)
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    member_handover_prepared,
)
from tests.reporting.history import History
from tests.reporting.reports.conftest import Report, sentences
from tests.reporting.year import gift, programme


async def test_an_assumption_marks_the_programme_it_was_made_for(report: Report) -> None:
    history = History()(
        programme("a", "birth", "2021-01-05", amount_assumed=True),
        programme("b", "birth", "2022-01-05"),
        gift("a", "birth", 1, "2021-03-01"),
        gift("b", "birth", 2, "2022-03-01"),
    )
    assert "假定" not in await report(history)


async def test_gifts_to_others_alone_are_no_gifts_to_members_and_no_absence_of_records(
    report: Report,
) -> None:
    text = "".join(
        sentences(await report(History()(gift("m", "marriage", 1, "2022-05-01", capacity="staff"))))
    )
    assert "为0名2022年喜结连理的会员发放慰问品。" in text
    assert "结婚慰问:日志中没有记录" not in text


async def test_a_move_is_told_of_the_periods_it_was_under_way_in(report: Report) -> None:
    history = History()(
        affiliation_transfer_started(occurred_on="2021-10-01", members_due=5),
        member_handover_prepared(occurred_on="2022-11-01", prepared=3),
        member_handover_prepared(occurred_on="2023-02-01", prepared=5),
    )(
        affiliation_transfer_completed(occurred_on="2023-03-01"),
        affiliation_transfer_started(occurred_on="2024-01-01", members_due=7),
        at=datetime(2024, 2, 1, tzinfo=UTC),
    )
    told = "".join(sentences(await report(history)))
    assert "应交接5名,已备妥3名,至2022-12-31转隶尚未完成。" in told
    assert "应交接7名" not in told


async def test_a_contest_is_told_where_it_was_held_with_the_works_of_the_period(
    report: Report,
) -> None:
    contest = {"activity_id": "w", "kind": "contest", "organiser": "own"}
    history = History()(
        activity_planned(occurred_on="2021-12-01", **contest, title="健身操"),
        contest_entered(occurred_on="2021-12-20", activity_id="w", entry_id="early"),
        activity_held(occurred_on="2021-12-25", **contest, session=1),
        contest_entered(occurred_on="2022-01-10", activity_id="w", entry_id="late"),
        activity_held(occurred_on="2022-01-15", **contest, session=2),
        award_granted(occurred_on="2022-02-01", activity_id="w", entry_id="late"),
    )
    assert "“健身操”:参赛作品1件,获奖1项。" in sentences(await report(history))


async def test_a_month_signed_before_its_end_is_not_called_free_of_incidents(
    report: Report,
) -> None:
    months = [f"2022-{month:02d}" for month in range(1, 13)]
    history = History()(
        *(period_attested(occurred_on=f"{month}-28", month=month) for month in months)
    )
    told = "".join(sentences(await report(history)))
    assert "12个月中1个月有无事故证明" in told  # February alone was over
    assert "不能写作无事故" in told
