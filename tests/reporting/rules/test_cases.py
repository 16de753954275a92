"""Every rule's cases, as a union accountant reads them; and that no rule goes without."""

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from services.reporting.queries.verdicts import judge
from services.reporting.rules import FORMULAS, RULES
from services.reporting.rules.definition import SHARED_REASONS, Rule, Verdict
from tests.reporting.rules.cases import CASES, FOLDER, Case

BY_ID = {rule.id: rule for rule in RULES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.name}")
def test_the_rule_says_what_the_case_expects(case: Case) -> None:
    found = {verdict.subject: verdict for verdict in BY_ID[case.rule].verdicts(case.facts)}
    assert found.keys() == {expected["subject"] for expected in case.then}
    for expected in case.then:
        check(found[expected["subject"]], expected)


def check(verdict: Verdict, expected: dict[str, Any]) -> None:
    assert (verdict.outcome, verdict.reason) == (expected["outcome"], expected["reason"])
    if "persons" in expected:
        assert verdict.persons == tuple(sorted(expected["persons"]))
    if "clause" in expected:
        assert verdict.clause.startswith(expected["clause"])
    if "values" in expected:
        assert [value.name for value in verdict.values] == expected["values"]
    if "evidence" in expected:
        assert len(verdict.evidence) == int(expected["evidence"])
    for name, value in expected.get("facts", {}).items():
        assert str(verdict.facts[name]) == value
    unread = expected.keys() - {
        "subject",
        "outcome",
        "reason",
        "persons",
        "clause",
        "values",
        "facts",
        "evidence",
    }
    assert not unread


def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == BY_ID.keys()
    assert len(FORMULAS) == len(BY_ID)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_dated_change_has_a_case_on_the_day_and_on_the_eve(rule: Rule) -> None:
    days = {case.as_of for case in CASES if case.rule == rule.id}
    missing = [
        (parameter.name, day)
        for parameter in rule.values.parameters.values()
        for entry in chain(parameter.entries, *parameter.elsewhere.values())
        if entry.effective_from is not None
        for day in (entry.effective_from - timedelta(days=1), entry.effective_from)
        if day not in days
    ]
    assert not missing


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_reason_is_reached_by_a_case(rule: Rule) -> None:
    reached = {
        # A pass on values that are not firm shows as the shared reason: ask the formula itself.
        judgement.reason
        for case in CASES
        if case.rule == rule.id
        for judgement in rule.judge(case.facts, rule.values.under(case.facts.jurisdiction))
    }
    assert {reason.code for reason in rule.reasons} <= reached


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_reasons_that_raise_a_finding_have_a_severity_and_all_have_a_chinese_sentence(
    rule: Rule,
) -> None:
    for reason in (*rule.reasons, *SHARED_REASONS):
        raises = reason.outcome in {"fail", "indeterminate"}
        assert (reason.severity is not None) == raises, reason.code
        assert any("\u4e00" <= character <= "\u9fff" for character in reason.zh), reason.code
    codes = [reason.code for reason in (*rule.reasons, *SHARED_REASONS)]
    assert len(set(codes)) == len(codes)


def test_no_rule_but_its_own_minds_a_case_of_another() -> None:
    """All rules judge all cases without failing, and give each subject one verdict."""
    for case in CASES:
        verdicts = judge(case.facts)
        questions = [(verdict.rule, verdict.subject) for verdict in verdicts]
        assert len(set(questions)) == len(questions)
