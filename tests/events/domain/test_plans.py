"""Attestations, incidents, plan items and issues, given-when-then."""

from datetime import date
from typing import Any

from services.events.commands.plans import (
    AttestPeriod,
    CompletePlanItem,
    RaiseIssue,
    ReportIncident,
    ResolveIssue,
    SetPlanItem,
)
from services.events.domain import attestations, incidents, issues, plan_items
from services.events.domain.attestations import attest_period
from services.events.domain.incidents import report_incident
from services.events.domain.issues import raise_issue, resolve_issue
from services.events.domain.plan_items import complete_plan_item, set_plan_item
from shared.contract.events import (
    IncidentReported,
    IssueRaised,
    PeriodAttested,
    PlanItemSet,
)
from shared.testing.decider import Given, given
from tests.examples.events import (
    incident_reported,
    issue_raised,
    issue_resolved,
    period_attested,
    plan_item_done,
    plan_item_set,
)

ORG = "tjtc"
TODAY, DAY = date(2022, 12, 15), date(2022, 5, 2)
AFTER_TODAY = date(2022, 12, 16)
AGGREGATES = {
    PeriodAttested: attestations,
    IncidentReported: incidents,
    PlanItemSet: plan_items,
    IssueRaised: issues,
}
EVIDENCE = ("tjtc/activity-lecture-1", "tjtc/programme-summer-2022")

attested = period_attested(occurred_on=DAY, month="2022-04")
incident = incident_reported(occurred_on=DAY, incident_id="i-1", subject="safety")
item = plan_item_set(occurred_on=DAY, item_id="b-1", title="完善教职工之家网页")
done = plan_item_done(occurred_on=DAY, item_id="b-1", evidence=EVIDENCE)
issue = issue_raised(occurred_on=DAY, issue_id="q-1", title="会员关系转隶仍未完成")
resolved = issue_resolved(occurred_on=DAY, issue_id="q-1")


def attest(month: str = "2022-04", incidents: int = 0, on: date = DAY) -> AttestPeriod:
    return AttestPeriod(subject="safety", month=month, incidents=incidents, attested_on=on)


def put(on: date = DAY) -> SetPlanItem:
    return SetPlanItem(
        item_id="b-1",
        plan_year=2023,
        section="basics",
        title="完善教职工之家网页",
        due_on=date(2023, 6, 30),
        set_on=on,
    )


def complete(on: date = DAY) -> CompletePlanItem:
    return CompletePlanItem(item_id="b-1", evidence=EVIDENCE, done_on=on)


def stream(*events: Any) -> Given:
    aggregate = AGGREGATES[type(events[0])] if events else issues
    return given(aggregate, None, *events)


NONE_MISSING: frozenset[str] = frozenset()


def test_a_month_that_is_over_is_attested() -> None:
    stream().when(attest_period, attest(), ORG, TODAY, reported=0).then(attested)


def test_the_current_month_is_attested() -> None:
    outcome = stream().when(attest_period, attest("2022-05"), ORG, TODAY, reported=0)
    assert outcome.refusal is None


def test_a_month_that_has_not_begun_is_not_attested() -> None:
    stream().when(attest_period, attest("2022-06"), ORG, TODAY, reported=0).then_refused(
        "month-not-begun"
    )


def test_a_month_is_attested_once_in_a_subject() -> None:
    stream(attested).when(attest_period, attest(), ORG, TODAY, reported=0).then_refused(
        "period-attested"
    )


def test_an_attestation_agrees_with_the_incidents_reported() -> None:
    outcome = stream().when(attest_period, attest(incidents=0), ORG, TODAY, reported=2)
    outcome.then_refused("incidents-differ")
    assert outcome.refusal is not None
    assert outcome.refusal.facts == {"reported": 2}


def test_a_month_with_incidents_is_attested_with_their_number() -> None:
    outcome = stream().when(attest_period, attest(incidents=2), ORG, TODAY, reported=2)
    assert [event.incidents for event in outcome.events if isinstance(event, PeriodAttested)] == [2]


def test_an_attestation_is_not_dated_after_today() -> None:
    stream().when(attest_period, attest(on=AFTER_TODAY), ORG, TODAY, reported=0).then_refused(
        "date-in-future"
    )


def test_an_incident_is_reported_once() -> None:
    command = ReportIncident(incident_id="i-1", subject="safety", happened_on=DAY)
    stream().when(report_incident, command, ORG, TODAY).then(incident)
    stream(incident).when(report_incident, command, ORG, TODAY).then_refused("incident-exists")


def test_an_incident_did_not_happen_after_today() -> None:
    command = ReportIncident(incident_id="i-1", subject="safety", happened_on=AFTER_TODAY)
    stream().when(report_incident, command, ORG, TODAY).then_refused("date-in-future")


def test_a_plan_item_is_set_once() -> None:
    stream().when(set_plan_item, put(), ORG, TODAY).then(item)
    stream(item).when(set_plan_item, put(), ORG, TODAY).then_refused("plan-item-exists")


def test_a_plan_item_is_not_set_after_today() -> None:
    stream().when(set_plan_item, put(AFTER_TODAY), ORG, TODAY).then_refused("date-in-future")


def test_a_plan_item_is_done_with_its_evidence() -> None:
    stream(item).when(complete_plan_item, complete(), ORG, TODAY, missing=NONE_MISSING).then(done)


def test_an_unknown_plan_item_is_not_done() -> None:
    stream().when(complete_plan_item, complete(), ORG, TODAY, missing=NONE_MISSING).then_refused(
        "unknown-plan-item"
    )


def test_a_plan_item_is_done_once() -> None:
    stream(item, done).when(
        complete_plan_item, complete(), ORG, TODAY, missing=NONE_MISSING
    ).then_refused("plan-item-done")


def test_evidence_that_does_not_exist_is_refused_by_its_row() -> None:
    missing = frozenset({"tjtc/activity-lecture-1"})
    outcome = stream(item).when(complete_plan_item, complete(), ORG, TODAY, missing=missing)
    outcome.then_refused("unknown-evidence")
    assert outcome.refusal is not None
    assert outcome.refusal.errors == [
        {"row": 1, "code": "unknown-evidence", "stream": "tjtc/activity-lecture-1"}
    ]


def test_a_plan_item_is_not_done_after_today() -> None:
    stream(item).when(
        complete_plan_item, complete(AFTER_TODAY), ORG, TODAY, missing=NONE_MISSING
    ).then_refused("date-in-future")


def test_an_issue_is_raised_once() -> None:
    command = RaiseIssue(issue_id="q-1", title="会员关系转隶仍未完成", raised_on=DAY)
    stream().when(raise_issue, command, ORG, TODAY).then(issue)
    stream(issue).when(raise_issue, command, ORG, TODAY).then_refused("issue-exists")


def test_an_issue_is_not_raised_after_today() -> None:
    command = RaiseIssue(issue_id="q-1", title="会员关系转隶仍未完成", raised_on=AFTER_TODAY)
    stream().when(raise_issue, command, ORG, TODAY).then_refused("date-in-future")


def test_an_issue_is_resolved_once() -> None:
    command = ResolveIssue(issue_id="q-1", resolved_on=DAY)
    stream(issue).when(resolve_issue, command, ORG, TODAY).then(resolved)
    stream(issue, resolved).when(resolve_issue, command, ORG, TODAY).then_refused("issue-resolved")


def test_an_unknown_issue_is_not_resolved() -> None:
    command = ResolveIssue(issue_id="q-1", resolved_on=TODAY)
    stream().when(resolve_issue, command, ORG, TODAY).then_refused("unknown-issue")


def test_an_issue_is_not_resolved_after_today() -> None:
    command = ResolveIssue(issue_id="q-1", resolved_on=AFTER_TODAY)
    stream(issue).when(resolve_issue, command, ORG, TODAY).then_refused("date-in-future")


def test_an_issue_is_not_resolved_before_it_was_raised() -> None:
    command = ResolveIssue(issue_id="q-1", resolved_on=date(2022, 5, 1))
    stream(issue).when(resolve_issue, command, ORG, TODAY).then_refused("resolved-before-raised")
