"""A year in which nothing fails; with one thing wrong in it, one finding more and no other.

The year is 2019 in Tianjin, the last for which the caps of holiday gifts are known. What is a
question in the clean year (a cap that was not found) is the same question in the other.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from services.reporting.queries.verdicts import judge
from services.reporting.rules import RULES
from tests.reporting.rules.given import Given

Year = dict[str, Any]
DECIDED = "wyh-1"
CLEAN: Year = {
    "members": [
        *({"person": f"m{number:03d}"} for number in range(100)),
        *({"person": person} for person in "甲乙丙"),
        {"person": "丁", "until": "2019-05-31", "retired": "2019-05-31"},
        {"person": "戊", "until": "2019-07-15"},
    ],
    "budgets": [{"from": "2019-01-05", "lines": {"staff_activity.welfare": "200000"}}],
    "incomes": [{"yuan": "100000", "on": "2019-03-01"}],
    "programmes": [{"id": "mid-autumn", "cut_off": "2019-08-01"}],
    "gifts": [
        {"person": "甲"},
        {"person": "乙"},
        {"person": "甲", "programme": "cake", "occasion": "birthday"},
        {"person": "乙", "programme": "wed", "occasion": "marriage"},
        {"person": "丙", "programme": "baby", "occasion": "birth"},
        {"person": "丁", "programme": "bye", "occasion": "retirement"},
    ],
    "claims": [
        {"id": "c1", "person": "甲"},
        {"id": "c2", "person": "乙", "kind": "bereavement", "relation": "parent", "case": "c-2"},
    ],
    "payments": [
        {"id": "p1", "yuan": "600", "for": "programme-mid-autumn", "decided": DECIDED},
        {"id": "p2", "for": "meeting-jdh", "payer": "administration"},
    ],
    "things": [
        {"name": "programme-mid-autumn"},
        {"name": "meeting-wyh-1", "of": "committee", "on": "2019-08-01"},
    ],
    "congresses": [
        {"id": "jdh", "on": "2019-04-15"},
        {"id": "hydh", "kind": "members_congress", "on": "2019-07-11", "told": "2019-07-01"},
    ],
    "procurements": [{"notice_from": "2019-07-01", "notice_to": "2019-07-05"}],
    "health_checks": [{"payer": "administration"}],
    "awards": [{"winners": "20"}],
    "declared": [{"staff": "200", "women": "90", "on": "2019-12-31"}],
    "reports": [{"id": "annual.1"}],
}


def gift(person: str, programme: str, occasion: str, **more: str) -> Callable[[Year], None]:
    row = {"person": person, "programme": programme, "occasion": occasion, **more}
    return lambda year: year["gifts"].append(row)


def with_(kind: str, at: int, **more: Any) -> Callable[[Year], None]:
    """A row of the clean year, otherwise."""
    return lambda year: year[kind][at].update(more)


def also(kind: str, *rows: Mapping[str, Any]) -> Callable[[Year], None]:
    """More rows in the clean year."""
    return lambda year: year.setdefault(kind, []).extend(rows)


def _each_alike_over_the_cap(year: Year) -> None:
    for row in year["gifts"][:2]:
        row["yuan"] = "1000.01"


def _a_second_session_too_few(year: Year) -> None:
    year["congresses"].append({"id": "jdh-2", "on": "2019-05-15", "present": "10"})
    year["payments"].append({"id": "p3", "for": "meeting-jdh-2", "payer": "administration"})


def _summer_gift_to_who_had_left(year: Year) -> None:
    year["programmes"].append({"id": "cool", "cut_off": "2019-08-01"})
    year["gifts"].append({"person": "戊", "programme": "cool", "occasion": "summer_cooling"})


ADJUSTED = {"adjusted": "yes", "lines": {"staff_activity.welfare": "200000"}}
ONE_WRONG: dict[str, Callable[[Year], None]] = {
    "wel-02": gift("甲", "w", "womens_day"),
    "wel-03": with_("gifts", 1, form="shopping_card"),
    "wel-04": _each_alike_over_the_cap,
    "wel-05": with_("incomes", 0, yuan="1000"),
    "wel-06": with_("gifts", 1, quantity="2"),
    "wel-07": with_("gifts", 2, form="shopping_card"),
    "wel-08": with_("gifts", 3, form="shopping_card"),
    "wel-09": with_("gifts", 4, form="shopping_card"),
    "wel-10": with_("claims", 0, person="外"),
    "wel-11": with_("claims", 1, person="外"),
    "wel-12": with_("gifts", 5, form="shopping_card"),
    "wel-15": _summer_gift_to_who_had_left,
    "act-01": with_("awards", 0, winners="21"),
    "no-2": gift("甲", "cool", "summer_cooling", form="cash"),
    "no-8": also("payments", {"id": "p9", "for": "activity-none", "decided": DECIDED}),
    "evd-01": with_("gifts", 1, signed_by="甲"),
    "evd-04": with_("payments", 0, on="2019-07-31"),
    "evd-06": gift("甲", "mid-autumn-b", "mid_autumn"),
    "bud-02": with_("payments", 0, yuan="200000.01"),
    "bud-03": also("budgets", {"from": "2019-05-01"} | ADJUSTED, {"from": "2019-06-01"} | ADJUSTED),
    "bud-09": with_("payments", 0, asked="chair-1"),
    "prc-02": with_("procurements", 0, basis="?", method="single_source"),
    "con-01": lambda year: year["congresses"].pop(1),
    "con-06": with_("congresses", 1, told="2019-07-08"),
    "con-07": with_("congresses", 1, due="90", present="59"),
    "con-11": _a_second_session_too_few,
    "sta-02": with_("declared", 0, women="201"),
    "prv-10": also(
        "claims",
        {
            "id": "c9",
            "state": "rejected",
            "rejected_by": "producer",
            "on": "2021-11-01",
            "case": "c-9",
        },
    ),
    "mem-03": also("members", {"person": "己", "left_post": "2019-03-31"}),
    "rpt-01": also("moved", {"report": "annual.1", "figure": "x", "stated": "1", "found": "2"}),
}
"""What goes wrong in the clean year, by the rule that must say so."""

NEVER_THAT_YEAR = {
    "wel-01": "a holiday that no text lists is a question",
    "act-10": "the share and the amount were not found for Tianjin",
    "wel-13": "who pays after retirement was not found for Tianjin",
    "wel-16": "who pays check-ups was not found for Tianjin",
    "bud-12": "an older list of low trust: a question",
    "no-4": "a machine may ask and cannot clear",
    "prc-04": "the threshold of 2019 was not found",
}


def problems(year: Year) -> dict[tuple[str, str], tuple[str, str]]:
    """What fails or stays open: outcome and reason, by rule and subject."""
    facts = Given(date(2019, 8, 20), year).facts()
    return {
        (verdict.rule, verdict.subject): (verdict.outcome, verdict.reason)
        for verdict in judge(facts)
        if verdict.outcome in {"fail", "indeterminate"}
    }


def test_nothing_fails_in_the_clean_year() -> None:
    assert {found for found in problems(CLEAN).values() if found[0] == "fail"} == set()


def test_every_rule_has_its_violation_or_cannot_fail_that_year() -> None:
    assert ONE_WRONG.keys() | NEVER_THAT_YEAR.keys() == {rule.id for rule in RULES}
    assert not ONE_WRONG.keys() & NEVER_THAT_YEAR.keys()


@pytest.mark.parametrize("rule", ONE_WRONG)
def test_one_violation_is_one_finding_of_its_rule_and_no_other(rule: str) -> None:
    year = deepcopy(CLEAN)
    ONE_WRONG[rule](year)
    before, after = problems(CLEAN), problems(year)
    new = {key: found for key, found in after.items() if before.get(key) != found}
    assert [(each, outcome) for (each, _), (outcome, _) in new.items()] == [(rule, "fail")], new


@pytest.mark.parametrize("rule", ONE_WRONG)
def test_an_unrelated_fact_changes_no_verdict_of_it(rule: str) -> None:
    year = deepcopy(CLEAN)
    ONE_WRONG[rule](year)
    more = deepcopy(year)
    more["members"].append({"person": "路人"})
    assert problems(year) == problems(more)
