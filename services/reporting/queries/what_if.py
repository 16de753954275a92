"""What if: other values for one rule, or the law of another place, tried on the facts there are.
Nothing is recorded."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from services.reporting.queries.facts import read_facts
from services.reporting.rules import BY_ID, INSTRUMENTS, VALUES
from services.reporting.rules.definition import Rule, Verdict
from services.reporting.rules.facts import Facts
from services.reporting.rules.values_file import ValuesRefused, read_values
from shared.errors import Invalid, Unknown


class Difference(NamedTuple):
    """A subject that the tried values judge otherwise; None where it is not judged at all."""

    subject: str
    now: Verdict | None
    then: Verdict | None


def rule_named(rule_id: str) -> Rule:
    """A rule by its id. Raises Unknown `unknown-rule`."""
    rule = BY_ID.get(rule_id)
    if rule is None:
        raise Unknown("unknown-rule", f"no rule is called {rule_id}", rules=sorted(BY_ID))
    return rule


def values_text(rule_id: str) -> tuple[Rule, str]:
    """A rule and the text of its values file. Raises Unknown `unknown-rule`."""
    rule = rule_named(rule_id)
    return rule, (VALUES / f"{rule.id}.yaml").read_text("utf-8")


def tried(rule_id: str, text: str | None) -> Rule:
    """The rule with the values of `text`, a values file as it would be written; None: its own.

    Raises Unknown `unknown-rule`, Invalid `values-refused`.
    """
    rule = rule_named(rule_id)
    if text is None:
        return rule
    try:
        values = read_values(rule_id, text, INSTRUMENTS)
        read_by_formula = {name: p.unit for name, p in rule.values.parameters.items()}
        if {name: p.unit for name, p in values.parameters.items()} != read_by_formula:
            raise ValuesRefused(f"{rule_id}.yaml: the formula reads {read_by_formula}")
    except ValuesRefused as why:
        raise Invalid("values-refused", str(why)) from None
    digest = hashlib.sha256(f"{rule.version}\n{text}".encode()).hexdigest()
    return replace(rule, values=values, version=f"{rule_id}.trial-{digest[:12]}")


def differences(
    facts: Facts, now: Rule, then: Rule, jurisdiction: str | None = None
) -> list[Difference]:
    """Subjects on which the two disagree in outcome, reason, severity or who is concerned; the
    second as if the union were under `jurisdiction`."""
    there = facts if jurisdiction is None else facts._replace(jurisdiction=jurisdiction)
    before = {verdict.subject: verdict for verdict in now.verdicts(facts)}
    after = {verdict.subject: verdict for verdict in then.verdicts(there)}
    pairs = (
        Difference(subject, before.get(subject), after.get(subject))
        for subject in sorted(before.keys() | after.keys())
    )
    return [pair for pair in pairs if _said(pair.now) != _said(pair.then)]


async def what_if(
    connection: Any,
    org_id: str,
    period_from: date,
    period_to: date,
    at: int,
    *,
    rule: Rule,
    jurisdiction: str | None = None,
) -> list[Difference]:
    """What `rule` (from `tried`) would change on a period, as known at `at`; under another
    jurisdiction, if one is named."""
    facts = await read_facts(connection, org_id, period_from, period_to, at)
    found = differences(facts, BY_ID[rule.id], rule, jurisdiction)
    return [pair for pair in found if _meets(pair.now or pair.then, period_from, period_to)]


def tallied(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """How many subjects turn from which outcome to which, and how many people they concern; None
    where a subject is not judged."""
    turns: dict[tuple[str | None, str | None], list[Difference]] = defaultdict(list)
    for pair in found:
        turns[_outcome(pair.now), _outcome(pair.then)].append(pair)
    return [
        {
            "now": now,
            "then": then,
            "subjects": len(pairs),
            "persons": len({p for pair in pairs for p in _concerned(pair)}),
        }
        for (now, then), pairs in sorted(turns.items(), key=lambda turn: str(turn[0]))
    ]


def _outcome(verdict: Verdict | None) -> str | None:
    return verdict.outcome if verdict is not None else None


def _concerned(pair: Difference) -> set[str]:
    told = [verdict for verdict in (pair.now, pair.then) if verdict is not None]
    return {person for verdict in told for person in verdict.persons}


def _said(verdict: Verdict | None) -> tuple[object, ...] | None:
    # Who is concerned, too: a year is one subject, and another cap may leave fewer over it.
    if verdict is None:
        return None
    return (verdict.outcome, verdict.reason, verdict.severity, verdict.persons)


def _meets(verdict: Verdict | None, period_from: date, period_to: date) -> bool:
    return (
        verdict is not None
        and verdict.period_from <= period_to
        and period_from <= verdict.period_to
    )
