"""Between a formula and its verdict stands one gate, and a finding is the same for the same thing.

What holds of every rule's verdicts is in test_properties.py.
"""

import re
from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.rules.dated import InForce, Parameter, RuleValues
from services.reporting.rules.definition import (
    SHARED_REASONS,
    SUBJECT_CHARACTERS,
    UNCONFIRMED,
    UNKNOWN,
    Judgement,
    Outcome,
    Reason,
    Rule,
    finding_id,
    fitting,
    gate,
)
from services.reporting.rules.facts import Facts
from tests.reporting.rules.test_dated import entry

YEAR = (date(2022, 1, 1), date(2022, 12, 31))
FIRM = entry(None, 5)
KNOWN = FIRM._replace(status="KNOW")
FOREIGN = FIRM._replace(jurisdiction="anhui")
NOT_FOUND = FIRM._replace(status="UNKNOWN", value=None)
REASONS = (
    Reason("within", "pass", "未超限额"),
    Reason("over", "fail", "超过限额", "high"),
    Reason("unclear", "indeterminate", "不明", "low"),
    Reason("no-gifts", "not_applicable", "没有发放"),
)
OF = {reason.outcome: reason for reason in REASONS}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.mark.parametrize(
    "used", [(), (KNOWN,), (FOREIGN,), (NOT_FOUND,), (FIRM, KNOWN), (FIRM, FIRM, NOT_FOUND)]
)
def test_nothing_passes_but_on_values_that_are_confirmed_and_binding(
    used: tuple[InForce, ...],
) -> None:
    assert gate(OF["pass"], used) == UNCONFIRMED
    assert gate(OF["pass"], (FIRM, FIRM)) == OF["pass"]


def test_nothing_fails_but_on_values_that_are_known() -> None:
    for used in ((), (NOT_FOUND,), (FIRM, NOT_FOUND), (FOREIGN, FIRM)):
        assert gate(OF["fail"], used) == UNKNOWN
    for used in ((FIRM,), (KNOWN,)):
        assert gate(OF["fail"], used) == OF["fail"]


@pytest.mark.parametrize("outcome", ["indeterminate", "not_applicable"])
@pytest.mark.parametrize("used", [(), (FIRM,), (NOT_FOUND,)])
def test_what_decides_nothing_goes_through(outcome: Outcome, used: tuple[InForce, ...]) -> None:
    assert gate(OF[outcome], used) == OF[outcome]


def test_what_the_gate_leaves_open_has_a_severity_and_a_sentence() -> None:
    for reason in SHARED_REASONS:
        assert (reason.severity is not None) == (reason.outcome == "indeterminate")
        assert reason.zh


def test_a_subject_too_long_for_an_event_is_cut_and_stays_itself() -> None:
    assert fitting("x" * 160) == "x" * 160
    cut = {fitting("x" * 160 + end) for end in ("y", "z")}
    assert [len(subject) for subject in cut] == [160, 160]


@given(TEXTS, TEXTS)
def test_a_subject_fits_and_two_subjects_stay_two(one: str, other: str) -> None:
    assert len(fitting(one)) <= SUBJECT_CHARACTERS
    assert (fitting(one) == fitting(other)) == (one == other)
    assert fitting(fitting(one)) == fitting(one)


@given(TEXTS, TEXTS, st.sampled_from(["tjtc", "tjjt"]))
def test_a_finding_is_known_by_rule_union_and_subject(one: str, other: str, org: str) -> None:
    assert re.fullmatch(r"wel-04\.[0-9a-f]{24}", finding_id("wel-04", org, one))
    assert (finding_id("wel-04", org, one) == finding_id("wel-04", org, other)) == (one == other)
    assert finding_id("wel-04", org, one) != finding_id("wel-05", org, one)
    assert finding_id("wel-04", "tjtc", one) != finding_id("wel-04", "tjjt", one)


def test_a_finding_s_id_is_the_one_it_was_published_under() -> None:
    assert finding_id("wel-04", "tjtc", "year:2022") == "wel-04.be96af9fcae32a575952e53c"


def judging(*judgements: Judgement) -> Rule:
    def judge(_facts: Facts, _values: RuleValues) -> Iterable[Judgement]:
        return iter(judgements)

    first = FIRM._replace(clause="第八条")
    cap = Parameter("cap_fen", "限额", "fen", (first, FIRM._replace(clause="第九条")))
    values = RuleValues("wel-04", "限额", "Cap", {"cap_fen": cap})
    return Rule("wel-04", "wel-04.abc", values, REASONS, judge)


FACTS = Facts("tjtc", date(2023, 1, 1))


def test_a_verdict_says_what_was_judged_on_what_and_why() -> None:
    events = (UUID(int=2), UUID(int=1), UUID(int=2))
    used = (FIRM._replace(clause="第十条"), FIRM)
    over = Judgement(
        "year:2022", *YEAR, "over", used, events, MappingProxyType({"fen": 6}), ("乙", "甲", "乙")
    )
    (verdict,) = judging(over).verdicts(FACTS)
    assert (verdict.rule, verdict.rule_version, verdict.org_id) == ("wel-04", "wel-04.abc", "tjtc")
    assert (verdict.subject, verdict.period_from, verdict.period_to) == ("year:2022", *YEAR)
    assert (verdict.outcome, verdict.reason, verdict.severity) == ("fail", "over", "high")
    assert (verdict.sentence, verdict.clause, verdict.values) == ("超过限额", "第十条", used)
    assert verdict.evidence == (UUID(int=1), UUID(int=2))
    assert (verdict.persons, verdict.facts) == (tuple(sorted("甲乙")), {"fen": 6})
    assert verdict.finding_id == finding_id("wel-04", "tjtc", "year:2022")


def test_a_verdict_that_stands_on_no_value_cites_the_first_clause() -> None:
    (verdict,) = judging(Judgement("s", *YEAR, "no-gifts", ())).verdicts(FACTS)
    assert (verdict.clause, verdict.values) == ("第八条", ())


def test_what_a_formula_thinks_goes_through_the_gate() -> None:
    (verdict,) = judging(Judgement("s", *YEAR, "within", (KNOWN,))).verdicts(FACTS)
    assert (verdict.outcome, verdict.reason) == ("indeterminate", "value-unconfirmed")
    assert verdict.sentence == UNCONFIRMED.zh


def test_verdicts_come_in_the_order_of_their_subjects_and_long_ones_fit() -> None:
    subjects = ["year:2022", "名" * 200, "programme:a"]
    found = judging(*(Judgement(s, *YEAR, "over", (FIRM,)) for s in subjects)).verdicts(FACTS)
    assert [verdict.subject for verdict in found] == sorted(map(fitting, subjects))


def test_a_subject_judged_twice_is_a_fault_of_the_formula() -> None:
    twice = [Judgement("s", *YEAR, reason, (FIRM,)) for reason in ("over", "within")]
    with pytest.raises(AssertionError, match="wel-04 judged one subject twice"):
        judging(*twice).verdicts(FACTS)


def test_what_was_not_in_force_in_the_subject_s_period_is_never_cited() -> None:
    replaced = FIRM._replace(effective_from=date(2014, 7, 1), effective_to=date(2021, 12, 31))
    for used in ((replaced,), (FIRM, replaced)):
        with pytest.raises(AssertionError, match="wel-04 cites for s what was not in force"):
            judging(Judgement("s", *YEAR, "over", used)).verdicts(FACTS)
    to_the_end = replaced._replace(effective_to=YEAR[0])
    (verdict,) = judging(Judgement("s", *YEAR, "over", (to_the_end,))).verdicts(FACTS)
    assert verdict.values == (to_the_end,)


def test_a_verdict_is_that_of_the_union_s_place() -> None:
    (here,) = judging(Judgement("s", *YEAR, "within", (FOREIGN,))).verdicts(FACTS)
    there = FACTS._replace(jurisdiction="anhui")
    (verdict,) = judging(Judgement("s", *YEAR, "within", (FOREIGN,))).verdicts(there)
    assert (here.outcome, verdict.outcome) == ("indeterminate", "pass")


def test_a_reason_the_rule_does_not_have_is_a_fault_of_the_formula() -> None:
    with pytest.raises(KeyError):
        judging(Judgement("s", *YEAR, "because", (FIRM,))).verdicts(FACTS)
    (shared,) = judging(Judgement("s", *YEAR, "not-in-force", ())).verdicts(FACTS)
    assert shared.outcome == "not_applicable"
