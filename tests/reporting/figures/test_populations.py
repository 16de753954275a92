"""A figure counts whom and what its title says, whatever else stands in the same lists."""

from datetime import date

import pytest

from services.reporting.figures import BY_NAME
from services.reporting.projections import FIGURE_LINES
from services.reporting.queries.knowledge import Period
from shared.contract.envelope import DomainEvent
from tests.examples.benefits import claim_paid, gift_issued, member_insured
from tests.examples.events import (
    congress_held,
    health_check_arranged,
    health_check_reported,
    incident_reported,
    period_attested,
    plan_item_set,
    resolution_passed,
)
from tests.examples.members import staff_registered
from tests.reporting.counting import beyond, figure_of
from tests.reporting.history import History, current_rows, folded
from tests.reporting.year import person

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


def counted(name: str, *happened: DomainEvent, period: Period = YEAR) -> int:
    entries = History()(*happened).entries()
    lines = current_rows(folded(FIGURE_LINES, entries)).values()
    return figure_of(lines, BY_NAME[name], period, beyond(entries), len(entries))


def test_the_plan_for_women_counts_women() -> None:
    insured = [
        member_insured(policy_id="a", plan="ankang", person_id=person(n), capacity="staff")
        for n in range(3)
    ]
    people = [staff_registered(person_id=person(0)), staff_registered(person_id=person(1))]
    people[1] = people[1].model_copy(update={"gender": "male"})
    people[0] = people[0].model_copy(update={"gender": "female"})
    assert counted("ankang_insured", *people, *insured) == 3
    assert counted("ankang_insured_women", *people, *insured) == 1


@pytest.mark.parametrize(
    ("capacity", "members", "workers"),
    [("member", 1, 1), ("staff", 0, 1), ("retiree", 0, 0), ("dependant", 0, 0)],
)
def test_sentences_of_members_and_of_workers_count_them_alone(
    capacity: str, members: int, workers: int
) -> None:
    gift = gift_issued(occasion="marriage", capacity=capacity)
    claim = claim_paid(kind="bereavement", capacity=capacity)
    assert counted("gift_marriage", gift) == counted("claim_bereavement_paid", claim) == 1
    for name, happened in (("gift_marriage", gift), ("claim_bereavement_paid", claim)):
        assert counted(f"{name}_members", happened) == members
        assert counted(f"{name}_workers", happened) == workers


def test_a_retiree_s_gift_is_a_retired_worker_s() -> None:
    gift = gift_issued(occasion="retirement", capacity="retiree")
    assert counted("gift_retirement_workers", gift) == 1


def test_the_staff_congress_has_its_own_resolutions() -> None:
    happened = (
        congress_held(meeting_id="j", kind="staff_congress"),
        congress_held(meeting_id="h", kind="members_congress"),
        resolution_passed(meeting_id="j", resolution_id="r"),
        resolution_passed(meeting_id="h", resolution_id="r"),
        resolution_passed(meeting_id="nobody-s", resolution_id="r"),
    )
    days = Period(date(2000, 1, 1), date(2100, 1, 1))
    assert counted("resolutions_passed", *happened, period=days) == 3
    assert counted("staff_congress_resolutions", *happened, period=days) == 1


@pytest.mark.parametrize(
    ("signed", "free", "early"),
    [("2022-06-15", 0, 1), ("2022-06-29", 0, 1), ("2022-06-30", 1, 0), ("2022-07-01", 1, 0)],
)
def test_a_month_is_attested_when_it_is_over(signed: str, free: int, early: int) -> None:
    attested = period_attested(month="2022-06", occurred_on=signed, subject="safety", incidents=0)
    assert counted("incident_free_months_safety", attested) == free
    assert counted("months_attested_early", attested) == early


@pytest.mark.parametrize(
    ("subject", "day", "free"),
    [
        ("safety", "2022-06-30", 0), ("safety", "2022-06-01", 0), ("safety", "2022-07-01", 1),
        ("safety", "2021-06-03", 1), ("public_opinion", "2022-06-03", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["attested", "reported"])
def test_what_contradicts_a_month_later_or_earlier_ends_its_being_free(
    subject: str, day: str, free: int, first: str
) -> None:
    attested = period_attested(
        month="2022-06", occurred_on="2022-07-01", subject="safety", incidents=0
    )
    reported = incident_reported(subject=subject, occurred_on=day)
    happened = (attested, reported) if first == "attested" else (reported, attested)
    assert counted("incident_free_months_safety", *happened) == free


def test_a_health_check_that_is_reported_again_counts_once() -> None:
    check = {"check_id": "k", "occurred_on": "2022-09-01"}
    happened = (
        health_check_arranged(**check, people_due=9),
        health_check_reported(**check, examined=8, reexaminations=2),
        health_check_reported(**check, examined=9, reexaminations=3),
    )
    assert counted("health_check_examined", *happened) == 9
    assert counted("health_check_reexaminations", *happened) == 3
    assert BY_NAME["health_check_reexaminations"].unit == "人次"


def test_a_plan_item_is_of_the_year_it_is_planned_for() -> None:
    item = plan_item_set(plan_year=2023, occurred_on="2022-12-10")
    assert counted("plan_items_set", item) == 1
    assert counted("plan_items_of_year", item) == 0
    coming = Period(date(2023, 1, 1), date(2023, 12, 31))
    assert counted("plan_items_of_year", item, period=coming) == 1
