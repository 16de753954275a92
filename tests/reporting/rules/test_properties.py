"""What holds of every verdict, whatever the facts."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.projections.activities import ACTIVITIES
from services.reporting.projections.books import BUDGET_LINES, INCOMES, PAYMENTS
from services.reporting.projections.claims import CLAIMS
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.health_checks import HEALTH_CHECKS
from services.reporting.projections.insured import INSURED
from services.reporting.projections.meetings import MEETINGS
from services.reporting.projections.procurements import PROCUREMENTS
from services.reporting.projections.programmes import PROGRAMMES
from services.reporting.projections.register import REGISTER
from services.reporting.projections.unions import UNIONS
from services.reporting.queries.facts import by_source
from services.reporting.queries.verdicts import judge
from services.reporting.rules import INSTRUMENTS, RULES
from services.reporting.rules.dated import HOME, PLACES, InForce, RuleValues
from services.reporting.rules.definition import Rule, Verdict
from services.reporting.rules.facts import Facts
from shared.contract.envelope import DomainEvent
from tests.reporting.arbitrary import happenings
from tests.reporting.history import History, current_rows, folded
from tests.reporting.records import ORG
from tests.reporting.rules.cases import CASES
from tests.reporting.rules.given import Given

LAW_DAYS = st.sampled_from(
    [date(2014, 9, 1), date(2018, 2, 1), date(2019, 8, 20), date(2019, 9, 6), date(2022, 9, 7)]
)
"""Days under different states of the law."""

SETTINGS = settings(max_examples=120)


def told(*events: DomainEvent, outside: Sequence[DomainEvent] = ()) -> Facts:
    """The facts that a history leaves, folded by the projections themselves."""
    entries = History()(*events).from_outside(*outside).entries()

    def rows(projection: Any) -> tuple[Any, ...]:
        return tuple(current_rows(folded(projection, entries)).values())

    return Facts(
        org_id=ORG,
        known_on=date(2023, 1, 1),
        records_since=date(2021, 9, 1),
        deliveries=rows(DELIVERIES),
        programmes=by_source(rows(PROGRAMMES), "programme_id"),
        roll=by_source(rows(REGISTER), "person_id"),
        claims=rows(CLAIMS),
        payments=rows(PAYMENTS),
        incomes=rows(INCOMES),
        budget_lines=rows(BUDGET_LINES),
        procurements=rows(PROCUREMENTS),
        meetings=tuple(row for row in rows(MEETINGS) if row.held_on),
        health_checks=rows(HEALTH_CHECKS),
        activities=rows(ACTIVITIES),
        unions=rows(UNIONS),
        covers=rows(INSURED),
    )


def shuffled(facts: Facts, random: Random) -> Facts:
    """The same facts in another order."""

    def mixed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(random.sample(value, len(value)))
        if isinstance(value, dict):
            items = random.sample(list(value.items()), len(value))
            return {key: mixed(of) if isinstance(of, dict) else of for key, of in items}
        return value

    return Facts._make(mixed(value) for value in facts)


def with_values(rule: Rule, change: dict[str, Any]) -> Rule:
    """The rule, with every dated value changed."""

    def changed(entry: InForce) -> InForce:
        return entry if entry.value is None else entry._replace(**change)

    parameters = {
        name: p._replace(
            entries=tuple(map(changed, p.entries)),
            elsewhere={place: tuple(map(changed, found)) for place, found in p.elsewhere.items()},
        )
        for name, p in rule.values.parameters.items()
    }
    values = RuleValues(rule.id, rule.values.zh, rule.values.en, parameters)
    return Rule(rule.id, rule.version, values, rule.reasons, rule.judge)


def check(verdict: Verdict, place: str = HOME) -> None:
    assert verdict.sentence and verdict.clause
    for value in verdict.values:
        first, last = verdict.under_law_of
        begins = max(first, value.effective_from or date.min)
        assert begins <= min(last, value.effective_to or date.max)
        assert INSTRUMENTS[value.instrument].in_force_on(begins), (verdict.rule, value.clause)
    assert verdict.period_from <= verdict.period_to
    assert (verdict.severity is not None) == (verdict.outcome in {"fail", "indeterminate"})
    if verdict.outcome == "pass":
        assert verdict.values and all(value.firm_in(place) for value in verdict.values)
    if verdict.outcome == "fail":
        assert verdict.values and all(value.known_in(place) for value in verdict.values)
        # What did not happen leaves no event.
        assert verdict.evidence or verdict.reason == "none-held"


@SETTINGS
@given(events=happenings(most=60), outside=happenings(most=20))
def test_any_facts_can_be_judged(events: list[DomainEvent], outside: list[DomainEvent]) -> None:
    for verdict in judge(told(*events, outside=outside)):
        check(verdict)


@SETTINGS
@given(events=happenings(most=60), random=st.randoms(use_true_random=False))
def test_the_order_of_facts_never_changes_a_verdict(
    events: list[DomainEvent], random: Random
) -> None:
    facts = told(*events)
    assert judge(shuffled(facts, random)) == judge(facts)


def test_the_order_of_facts_changes_no_case() -> None:
    for number, case in enumerate(CASES):
        assert judge(shuffled(case.facts, Random(number))) == judge(case.facts)


@SETTINGS
@given(events=happenings(most=60))
def test_nothing_passes_and_nothing_fails_where_values_are_unknown(
    events: list[DomainEvent],
) -> None:
    facts = told(*events)
    unknown = [with_values(rule, {"value": None, "status": "UNKNOWN"}) for rule in RULES]
    assert {verdict.outcome for verdict in judge(facts, unknown)} <= {
        "indeterminate",
        "not_applicable",
    }


def test_an_unknown_value_leaves_every_case_open_that_a_known_one_decided() -> None:
    for case in CASES:
        for rule in RULES:
            unknown = with_values(rule, {"value": None, "status": "UNKNOWN"})
            after = {verdict.subject: verdict.outcome for verdict in unknown.verdicts(case.facts)}
            for verdict in rule.verdicts(case.facts):
                if verdict.outcome in {"pass", "fail"}:
                    assert after[verdict.subject] == "indeterminate", (rule.id, case.name)


def test_nothing_passes_on_values_that_are_only_known() -> None:
    changed = [with_values(rule, {"status": "KNOW"}) for rule in RULES]
    outcomes = {verdict.outcome for case in CASES for verdict in judge(case.facts, changed)}
    assert outcomes == {"fail", "indeterminate", "not_applicable"}


def test_nothing_passes_or_fails_on_values_of_another_place() -> None:
    for there, here in pairwise([*PLACES, *PLACES][: len(PLACES) + 1]):
        changed = [with_values(rule, {"jurisdiction": there}) for rule in RULES]
        facts = [case.facts._replace(jurisdiction=here) for case in CASES]
        outcomes = {verdict.outcome for each in facts for verdict in judge(each, changed)}
        assert outcomes == {"indeterminate", "not_applicable"}


def test_in_every_place_every_case_can_be_judged_by_what_is_in_force_there() -> None:
    for case in CASES:
        for place in PLACES:
            for verdict in judge(case.facts._replace(jurisdiction=place)):
                check(verdict, place)


GIFT = st.fixed_dictionaries(
    {
        "person": st.sampled_from("甲乙丙"),
        "occasion": st.sampled_from(["spring_festival", "mid_autumn", "birthday"]),
        "programme": st.sampled_from(["a", "b", "c"]),
        "yuan": st.sampled_from(["300", "500", "500.01", "1000"]),
        "payer": st.sampled_from(["own", "own", "superior"]),
    }
)


@SETTINGS
@given(as_of=LAW_DAYS, gifts=st.lists(GIFT, min_size=1, max_size=8), missing=st.integers(0, 7))
def test_a_missing_amount_never_makes_a_verdict_better(
    as_of: date, gifts: list[dict[str, str]], missing: int
) -> None:
    given_facts = {"gifts": gifts, "incomes": [{"yuan": "5000"}], "members": [{"person": "甲"}]}
    missing %= len(gifts)
    without = [
        gift | {"yuan": "?"} if number == missing else gift for number, gift in enumerate(gifts)
    ]
    before = judge(Given(as_of, given_facts).facts())
    after = judge(Given(as_of, given_facts | {"gifts": without}).facts())
    passed_before = {(v.rule, v.subject) for v in before if v.outcome == "pass"}
    passed_after = {(v.rule, v.subject) for v in after if v.outcome == "pass"}
    assert passed_after <= passed_before
    if gifts[missing]["occasion"] != "birthday":
        assert ("wel-04", f"year:{as_of.year}") not in passed_after
        if gifts[missing]["payer"] == "own":
            assert ("wel-05", f"year:{as_of.year}") not in passed_after


@SETTINGS
@given(
    as_of=LAW_DAYS,
    gifts=st.lists(GIFT, min_size=1, max_size=8),
    missing=st.integers(0, 7),
)
def test_what_a_source_does_not_know_passes_nothing_and_fails_nobody(
    as_of: date, gifts: list[dict[str, str]], missing: int
) -> None:
    given_facts = {"gifts": gifts, "incomes": [{"yuan": "5000"}], "members": [{"person": "甲"}]}
    missing %= len(gifts)
    unsaid = [
        gift | {"payer": "?"} if number == missing else gift for number, gift in enumerate(gifts)
    ]
    before = judge(Given(as_of, given_facts).facts())
    after = judge(Given(as_of, given_facts | {"gifts": unsaid}).facts())
    for outcome in ("pass", "fail"):
        had = {(v.rule, v.subject) for v in before if v.outcome == outcome}
        assert {(v.rule, v.subject) for v in after if v.outcome == outcome} <= had | (
            {(v.rule, v.subject) for v in before if v.outcome == "fail"}
        )
    if gifts[missing]["occasion"] != "birthday":
        passed = {(v.rule, v.subject) for v in after if v.outcome == "pass"}
        assert ("wel-06", f"programme:{gifts[missing]['programme']}") not in passed
        assert ("wel-04", f"year:{as_of.year}") not in passed
        assert ("wel-05", f"year:{as_of.year}") not in passed


def test_the_first_and_the_last_of_all_days_can_be_judged() -> None:
    for day in (date.min, date.max):
        facts = Given(day.replace(year=2022), {"gifts": [{"person": "甲", "issued": str(day)}]})
        assert judge(facts.facts())
