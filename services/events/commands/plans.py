"""What may be asked about the year's plan, its issues, and the months without incidents."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contract.events import AttestedSubject, YearMonth
from shared.contract.values import BusinessDate, Count, Slug, Title
from shared.decider.command import Sourced

StreamName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}/[a-z0-9][a-z0-9._-]{0,119}$")]
"""A stream as evidence: `<org>/<kind>-<id>`, of any context."""


class AttestPeriod(Sourced):
    """Attest how many incidents a month had in one subject: a zero needs its evidence."""

    subject: AttestedSubject
    month: YearMonth
    incidents: Count
    attested_on: BusinessDate


class ReportIncident(Sourced):
    """Report an incident in one of the attested subjects."""

    incident_id: Slug
    subject: AttestedSubject
    happened_on: BusinessDate


class SetPlanItem(Sourced):
    """Put an item on a year's plan, under the report's heading it belongs to."""

    item_id: Slug
    plan_year: Annotated[int, Field(strict=True, ge=1949, le=2100)]
    section: Literal["basics", "rights", "welfare", "activities"]
    title: Title
    due_on: BusinessDate | None = None
    set_on: BusinessDate


class CompletePlanItem(Sourced):
    """Record that a plan item was done; `evidence` names the streams that show it."""

    item_id: Slug
    evidence: Annotated[tuple[StreamName, ...], Field(max_length=100)] = ()
    done_on: BusinessDate


class RaiseIssue(Sourced):
    """Raise a problem that the report must name (存在问题)."""

    issue_id: Slug
    title: Title
    raised_on: BusinessDate


class ResolveIssue(Sourced):
    """Record that an issue is solved."""

    issue_id: Slug
    resolved_on: BusinessDate
