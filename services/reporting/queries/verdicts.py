"""Verdicts on a period, as of any log_index: derived each time from the facts known there."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.reporting.queries.facts import read_facts
from services.reporting.rules import RULES
from services.reporting.rules.definition import Rule, Verdict
from services.reporting.rules.facts import Facts


def judge(facts: Facts, rules: Iterable[Rule] = RULES) -> list[Verdict]:
    """The verdict of every rule on every subject the facts show, by rule and subject."""
    return [verdict for rule in rules for verdict in rule.verdicts(facts)]


async def verdicts(
    connection: Any, org_id: str, period_from: date, period_to: date, at: int
) -> list[Verdict]:
    """Verdicts on subjects whose period meets FROM..TO (both days included), as known at `at`.

    A subject is judged whole: asking for a month of 2022 answers the year's verdict, not the
    month's.
    """
    facts = await read_facts(connection, org_id, period_from, period_to, at)
    return [
        verdict
        for verdict in judge(facts)
        if verdict.period_from <= period_to and period_from <= verdict.period_to
    ]
