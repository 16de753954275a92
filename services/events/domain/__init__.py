"""What the events context decides: pure, one module per aggregate, no clock and no I/O.

Every decision is `(state, command, org_id, today, *looked_up) -> events`, where `today` is the
civil date in Asia/Shanghai and a state of None means that the thing does not exist. A decision
raises a named refusal instead, first come first in the order of its docstring.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from typing import Any

from services.events.commands import activities as asked_of_activities
from services.events.commands import care as asked_of_care
from services.events.commands import meetings as asked_of_meetings
from services.events.commands import plans as asked_of_plans
from services.events.commands.sourced import Sourced
from services.events.domain import activities, care, contests, meetings, plans, regulations
from services.events.domain.dates import require_happened
from shared.contract.envelope import DomainEvent
from shared.contract.events import EventsEvent

DECISIONS: dict[type[Sourced], Callable[..., Sequence[EventsEvent]]] = {
    asked_of_activities.PlanActivity: activities.plan_activity,
    asked_of_activities.HoldActivity: activities.hold_activity,
    asked_of_activities.CancelActivity: activities.cancel_activity,
    asked_of_activities.RegisterParticipants: activities.register_participants,
    asked_of_activities.RecordAttendance: activities.record_attendance,
    asked_of_activities.EnterContest: contests.enter_contest,
    asked_of_activities.JudgeContest: contests.judge_contest,
    asked_of_activities.GrantAward: contests.grant_award,
    asked_of_meetings.ConveneMeeting: meetings.convene_meeting,
    asked_of_meetings.HoldCongress: meetings.hold_congress,
    asked_of_meetings.PassResolution: meetings.pass_resolution,
    asked_of_meetings.AdoptRegulation: regulations.adopt_regulation,
    asked_of_care.ArrangeHealthCheck: care.arrange_health_check,
    asked_of_care.ReportHealthCheck: care.report_health_check,
    asked_of_care.RecordVolunteerService: care.record_volunteer_service,
    asked_of_plans.AttestPeriod: plans.attest_period,
    asked_of_plans.ReportIncident: plans.report_incident,
    asked_of_plans.SetPlanItem: plans.set_plan_item,
    asked_of_plans.CompletePlanItem: plans.complete_plan_item,
    asked_of_plans.RaiseIssue: plans.raise_issue,
    asked_of_plans.ResolveIssue: plans.resolve_issue,
}
"""Every command of the context and the function that decides it."""


def fold(evolve: Callable[[Any, Any], Any], events: Sequence[DomainEvent]) -> Any:
    """The state after `events`, oldest first, folded by an aggregate's `evolve`; None without."""
    return reduce(evolve, events, None)


def decide(
    state: Any, command: Sourced, org_id: str, today: date, *looked_up: Any
) -> list[EventsEvent]:
    """The events a command leads to, each with the date its paper source bears, if it has one.

    Raises the decision's refusals, then Invalid `date-in-future` for the source's date.
    """
    events = DECISIONS[type(command)](state, command, org_id, today, *looked_up)
    if command.source_recorded_on is None:
        return list(events)
    require_happened(command.source_recorded_on, today)
    source = {"source_recorded_on": command.source_recorded_on}
    return [event.model_copy(update=source) for event in events]
