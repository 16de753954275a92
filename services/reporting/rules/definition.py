"""What a rule is, what a verdict says, and the one gate between a formula and its verdict.

A formula sees facts and dated values and answers judgements. The gate makes the verdict: whatever
a formula thinks, nothing passes on a value that is not confirmed and binding (regulations §9.2).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from services.reporting.rules.dated import HOME, InForce, RuleValues
from services.reporting.rules.facts import Facts

Outcome = Literal["pass", "fail", "indeterminate", "not_applicable"]
Severity = Literal["block", "high", "medium", "low", "info"]
"""How grave a finding is (regulations §0.3)."""

SUBJECT_CHARACTERS = 160
"""As many as FindingRaised takes."""

NOTHING: Mapping[str, int | str] = MappingProxyType({})


class Reason(NamedTuple):
    """Why a verdict is what it is: a stable code, what it amounts to, and its Chinese sentence.

    `severity` belongs to reasons that fail or leave the question open, and to them alone.
    """

    code: str
    outcome: Outcome
    zh: str
    severity: Severity | None = None


NOT_IN_FORCE = Reason("not-in-force", "not_applicable", "业务日期当时规则尚未施行")
UNCONFIRMED = Reason(
    "value-unconfirmed",
    "indeterminate",
    "所见事实合乎要求,但所依据的数值未经原文核实,不能判为合规",
    "low",
)
UNKNOWN = Reason(
    "value-unknown",
    "indeterminate",
    "所见事实可能不合要求,但业务日期当时的规定未查到,须先查明",
    "medium",
)
SHARED_REASONS: tuple[Reason, ...] = (NOT_IN_FORCE, UNCONFIRMED, UNKNOWN)


class Judgement(NamedTuple):
    """What a formula finds about one subject, before the gate.

    `subject` names what is judged together with its period and occurrence, and is its identity:
    it must not move when more facts arrive. `used` are the dated values it stands on, the decisive
    one first. `facts` are the numbers compared (fen, 份, 名); `persons` are those concerned.
    `acted_on` is the day whose law binds, where it need not lie in the period: a report of a year
    is issued after it.
    """

    subject: str
    period_from: date
    period_to: date
    reason: str
    used: tuple[InForce, ...]
    evidence: tuple[UUID, ...] = ()
    facts: Mapping[str, int | str] = NOTHING
    persons: tuple[str, ...] = ()
    acted_on: date | None = None

    @property
    def under_law_of(self) -> tuple[date, date]:
        """The first and the last day whose law it may cite."""
        if self.acted_on is not None:
            return self.acted_on, self.acted_on
        return self.period_from, self.period_to


class Verdict(NamedTuple):
    """A rule's verdict on one subject of one union; derived, never stored as truth.

    `sentence` says the reason in Chinese, `values` are the dated values used, `evidence` the ids of
    the events judged, in order; `under_law_of` the days whose law it may cite.
    """

    rule: str
    rule_version: str
    org_id: str
    subject: str
    period_from: date
    period_to: date
    outcome: Outcome
    reason: str
    sentence: str
    severity: Severity | None
    clause: str
    values: tuple[InForce, ...]
    evidence: tuple[UUID, ...]
    facts: Mapping[str, int | str]
    persons: tuple[str, ...]
    under_law_of: tuple[date, date]

    @property
    def finding_id(self) -> str:
        """The id of the finding this verdict would raise: the same for the same question, ever."""
        return finding_id(self.rule, self.org_id, self.subject)


def finding_id(rule: str, org_id: str, subject: str) -> str:
    """Derived from rule, union and subject (which holds period and occurrence); 96 bits of it."""
    digest = hashlib.sha256("\n".join((rule, org_id, subject)).encode()).hexdigest()
    return f"{rule}.{digest[:24]}"


class Formula(Protocol):
    """A rule's module: its reasons, and the pure formula."""

    __name__: str
    REASONS: tuple[Reason, ...]

    def judge(self, facts: Facts, values: RuleValues) -> Iterable[Judgement]:
        """Judge every subject that the facts show."""


@dataclass(frozen=True)
class Rule:
    """One rule in force: its formula, its dated values, and the version made of both."""

    id: str
    version: str
    values: RuleValues
    reasons: tuple[Reason, ...]
    judge: Callable[[Facts, RuleValues], Iterable[Judgement]]

    @cached_property
    def reason_of(self) -> Mapping[str, Reason]:
        """Its reasons by code, those every rule shares among them."""
        return {reason.code: reason for reason in (*self.reasons, *SHARED_REASONS)}

    def verdicts(self, facts: Facts) -> list[Verdict]:
        """The verdict on every subject that the facts show, ordered by subject."""
        values = self.values.under(facts.jurisdiction)
        found = [self._verdict(facts, j) for j in self.judge(facts, values)]
        found.sort(key=lambda verdict: verdict.subject)
        subjects = {verdict.subject for verdict in found}
        assert len(subjects) == len(found), f"{self.id} judged one subject twice"
        return found

    def _verdict(self, facts: Facts, judgement: Judgement) -> Verdict:
        days = judgement.under_law_of
        past = [value.clause for value in judgement.used if not value.meets(*days)]
        assert not past, f"{self.id} cites for {judgement.subject} what was not in force: {past}"
        reason = gate(self.reason_of[judgement.reason], judgement.used, facts.jurisdiction)
        first = next(iter(self.values.parameters.values())).entries[0]
        decisive = judgement.used[0] if judgement.used else first
        return Verdict(
            rule=self.id,
            rule_version=self.version,
            org_id=facts.org_id,
            subject=fitting(judgement.subject),
            period_from=judgement.period_from,
            period_to=judgement.period_to,
            outcome=reason.outcome,
            reason=reason.code,
            sentence=reason.zh,
            severity=reason.severity,
            clause=decisive.clause,
            values=judgement.used,
            evidence=tuple(sorted(set(judgement.evidence))),
            facts=judgement.facts,
            persons=tuple(sorted(set(judgement.persons))),
            under_law_of=days,
        )


def fitting(subject: str) -> str:
    """A subject that an event can bear: a long name is cut and told apart by its hash."""
    if len(subject) <= SUBJECT_CHARACTERS:
        return subject
    digest = hashlib.sha256(subject.encode()).hexdigest()[:16]
    return f"{subject[: SUBJECT_CHARACTERS - 17]}~{digest}"


def gate(reason: Reason, used: tuple[InForce, ...], place: str = HOME) -> Reason:
    """What the reason amounts to in a place, given how firm the values under it are there.

    A pass needs values, all of them confirmed and binding. A fail needs all of them known and
    binding: one that is only KNOW may open a question a person must close, one that is UNKNOWN, or
    of another place, may not.
    """
    if reason.outcome == "pass" and not (used and all(value.firm_in(place) for value in used)):
        return UNCONFIRMED
    if reason.outcome == "fail" and not (used and all(v.known_in(place) for v in used)):
        return UNKNOWN
    return reason
