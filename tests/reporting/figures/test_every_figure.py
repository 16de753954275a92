"""Every figure of the union, by name, on one year in which each of them counts something."""

from datetime import date
from functools import cache
from typing import get_args

from hypothesis import given, settings

from services.reporting.figures import BY_LIST, BY_NAME, FIGURES, RULES
from services.reporting.figures.claims_and_insurance import CLAIMS
from services.reporting.figures.gifts import OCCASIONS
from services.reporting.figures.office import SUBJECTS, month_end
from services.reporting.projections import FIGURE_LINES
from services.reporting.projections.figure_lines import Line
from services.reporting.queries.knowledge import Period
from shared.contract.envelope import DomainEvent
from shared.contract.events import AttestedSubject
from shared.contract.values import ClaimKind, Occasion
from tests.reporting.arbitrary import happenings
from tests.reporting.counting import Beyond, beyond, figure_of
from tests.reporting.figures.whole_year import HOLIDAY_NAMES, whole_year
from tests.reporting.history import History, current_rows, folded

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


EXPECTED: dict[str, int] = {
    # members
    "members_admitted": 3, "members_joined_new": 1, "members_transferred_in": 1,
    "members_rejoined": 1, "members_left": 1, "members_transferred_out": 1, "members_died": 1,
    "members_retired": 2, "members_retired_off_roll": 1, "members_on_roll": 7,
    "women_members_on_roll": 1,
    "staff_in_post": 4, "women_staff_in_post": 2,
    # festivals
    **{
        f"gift_{occasion}_{what}": number
        for occasion in HOLIDAY_NAMES
        for what, number in (("members", 2), ("others", 1), ("portions", 4), ("amount", 120000))
    },
    # other gifts
    "front_line_gifts": 1, "front_line_gifts_amount": 30000,
    "summer_portions_applied": 80, "portions_applied": 85,
    "summer_portions_received": 80, "portions_received": 85,
    "summer_portions_issued": 2, "gift_summer_cooling": 2, "gift_summer_cooling_amount": 60000,
    "birthday_cakes": 3, "birthday_cakes_amount": 120000, "birthday_missed": 2,
    **{f"front_line_gifts_{who}": 1 for who in ("members", "workers")},
    **{f"gift_summer_cooling_{who}": 2 for who in ("members", "workers")},
    **{f"birthday_cakes_{who}": 3 for who in ("members", "workers")},
    **{f"gift_marriage_{who}": 4 for who in ("members", "workers")},
    **{f"gift_birth_{who}": 5 for who in ("members", "workers")},
    **{f"gift_retirement_{who}": 6 for who in ("members", "workers")},
    **{f"gift_womens_day_{who}": 7 for who in ("members", "workers")},
    **{f"gift_other_{who}": 8 for who in ("members", "workers")},
    "gift_birth_members_amount": 150000,
    "gift_marriage": 4, "gift_marriage_amount": 120000,
    "gift_birth": 5, "gift_birth_amount": 150000,
    "gift_retirement": 6, "gift_retirement_amount": 180000,
    "gift_womens_day": 7, "gift_womens_day_amount": 210000,
    "gift_other": 8, "gift_other_amount": 240001, "gifts_returned": 1, "gifts_missed": 3,
    "gifts_issued_again": 1,
    # claims and insurance
    **{f"claim_{kind}_paid": 2 for kind in CLAIMS},
    **{f"claim_{kind}_paid_amount": 300000 for kind in CLAIMS},
    **{f"claim_{kind}_paid_{who}": 2 for kind in CLAIMS for who in ("members", "workers")},
    "claims_filed": 1, "claims_approved": 1, "claims_rejected": 1,
    "claims_withdrawn": 1, "claims_reversed": len(CLAIMS), "covers_ended": 1,
    "ankang_insured_women": 2, "ankang_insured": 2, "serious_illness_insured": 3,
    "serious_illness_insured_members": 2,
    "serious_illness_insured_others": 1, "policies_bought": 2, "insurance_premiums": 30000,
    # money
    "income_received": 4200, "dues_received": 3000, "expenditure_paid": 1500,
    "expenditure_payer_unknown": 800, "expenditure_fund_unknown": 800,
    "own_expenditure_paid": 300, "union_funds_paid": 500, "care_fund_paid": 200,
    "expenditure_reversed": 50,
    "procurements_decided": 2, "single_source_procurements": 1, "contracts_signed": 1,
    # activities and meetings
    "staff_congress_sessions": 2, "staff_congress_delegates_present": 102,
    "members_congress_sessions": 1, "meetings_convened": 1, "meetings_held": 3,
    "resolutions_passed": 1, "staff_congress_resolutions": 1, "regulations_adopted": 3,
    "matchmaking_sessions": 2,
    "culture_activities": 2, "activities_held": 6,
    "activity_headcount": 30, "activity_cost_stated": 500, "months_attested_unstated": 1,
    "activities_cancelled": 1,
    "registrations": 4, "attendances": 3, "participants": 2, "contest_entries": 2,
    "contest_participants": 4, "contest_awards": 1, "contest_award_amount": 9000,
    # office
    "volunteers": 1, "volunteer_days": 11, "health_check_due": 9, "health_check_examined": 8,
    "health_check_reexaminations": 2, "incident_free_months": 6,
    "incident_free_months_safety": 3, "incident_free_months_public_opinion": 2,
    "incident_free_months_epidemic_control": 1, "months_attested_with_incidents": 1,
    "incidents": 6, "incidents_safety": 1, "incidents_public_opinion": 2,
    "incidents_epidemic_control": 3, "plan_items_set": 2, "plan_items_of_year": 2,
    "months_attested_early": 0, "plan_items_done": 1,
    "issues_raised": 3, "issues_open": 2, "issues_resolved": 1,
}  # fmt: skip

REPORTED = (
    "staff_congress_sessions", "gift_spring_festival_members", "summer_portions_applied",
    "ankang_insured_women", "serious_illness_insured_members", "gift_retirement", "gift_marriage",
    "gift_birth", "gift_birth_amount", "claim_hospital_paid", "claim_bereavement_paid",
    "members_admitted", "gift_mid_autumn_portions", "matchmaking_sessions",
)  # fmt: skip
"""The 14 figures the 2022 report gives."""


@cache
def lines_of_the_year() -> tuple[tuple[Line, ...], Beyond]:
    entries = whole_year().entries()
    return tuple(current_rows(folded(FIGURE_LINES, entries)).values()), beyond(entries)


def counted_in(period: Period) -> dict[str, int]:
    lines, facts = lines_of_the_year()
    return {figure.name: figure_of(lines, figure, period, facts, 10_000) for figure in FIGURES}


def test_every_figure_counts_what_it_names() -> None:
    assert counted_in(YEAR) == EXPECTED


def test_what_is_outside_the_period_is_not_counted() -> None:
    before = Period(date(2019, 1, 1), date(2019, 12, 31))
    staffed_then = {"staff_in_post": 5, "women_staff_in_post": 3}
    counted = {name: value for name, value in counted_in(before).items() if value}
    assert counted == staffed_then


def test_the_fourteen_figures_of_the_report_name_its_lines() -> None:
    assert all(BY_NAME[name].report_line for name in REPORTED)


def test_names_are_unique_and_every_figure_has_a_title_and_a_unit() -> None:
    assert len(BY_NAME) == len(FIGURES) == len({figure.title for figure in FIGURES})
    assert all(figure.unit and figure.lists for figure in FIGURES)
    assert all((figure.unit == "元") == (figure.measure == "amount_fen") for figure in FIGURES)


def test_every_occasion_claim_and_subject_has_its_chinese_name() -> None:
    assert set(OCCASIONS) == set(get_args(Occasion))
    assert set(CLAIMS) == set(get_args(ClaimKind))
    assert set(SUBJECTS) == set(get_args(AttestedSubject))


@settings(max_examples=100)
@given(events=happenings(least=10))
def test_every_line_of_any_event_is_measured_by_a_figure(events: list[DomainEvent]) -> None:
    for entry in History()(*events).entries():
        rule = RULES.get(type(entry.event))
        for effect in rule(entry.event, entry) if rule else ():
            assert getattr(effect, "list", "roll") in BY_LIST


def test_a_month_ends_on_its_last_day() -> None:
    assert [month_end(m).day for m in ("2022-02", "2024-02", "2022-12")] == [28, 29, 31]
