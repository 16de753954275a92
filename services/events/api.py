"""The HTTP surface of the events context: command routes, refusal titles, queries. No decisions."""

from typing import Annotated, Any

from fastapi import FastAPI, Path

from services.events.commands import activities as asked_of_activities
from services.events.commands import care as asked_of_care
from services.events.commands import meetings as asked_of_meetings
from services.events.commands import plans as asked_of_plans
from services.events.handlers import activities, care, meetings, plans, withdrawals
from services.events.queries import activities as activities_read
from services.events.queries import attestations as attestations_read
from services.events.queries import issues as issues_read
from services.events.queries import meetings as meetings_read
from services.events.queries import plan_items as plan_items_read
from shared.decider.withdrawal import WithdrawEntries
from shared.http.access import of_union
from shared.http.app import CommandApi, Route
from shared.http.pages import AskedYear, Cursor, Limit, page

WRITERS = ("clerk", "chair")
READERS = ("clerk", "approver", "chair", "auditor")
OF_READERS = [of_union(*READERS)]

COMMANDS: dict[str, Route] = {
    "plan-activity": Route(asked_of_activities.PlanActivity, WRITERS, activities.plan_activity),
    "hold-activity": Route(asked_of_activities.HoldActivity, WRITERS, activities.hold_activity),
    "cancel-activity": Route(
        asked_of_activities.CancelActivity, WRITERS, activities.cancel_activity
    ),
    "register-participants": Route(
        asked_of_activities.RegisterParticipants, WRITERS, activities.register_participants
    ),
    "record-attendance": Route(
        asked_of_activities.RecordAttendance, WRITERS, activities.record_attendance
    ),
    "enter-contest": Route(asked_of_activities.EnterContest, WRITERS, activities.enter_contest),
    "judge-contest": Route(asked_of_activities.JudgeContest, WRITERS, activities.judge_contest),
    "grant-award": Route(asked_of_activities.GrantAward, WRITERS, activities.grant_award),
    "convene-meeting": Route(asked_of_meetings.ConveneMeeting, WRITERS, meetings.convene_meeting),
    "hold-congress": Route(asked_of_meetings.HoldCongress, WRITERS, meetings.hold_congress),
    "pass-resolution": Route(asked_of_meetings.PassResolution, WRITERS, meetings.pass_resolution),
    "adopt-regulation": Route(
        asked_of_meetings.AdoptRegulation, WRITERS, meetings.adopt_regulation
    ),
    "arrange-health-check": Route(
        asked_of_care.ArrangeHealthCheck, WRITERS, care.arrange_health_check
    ),
    "report-health-check": Route(
        asked_of_care.ReportHealthCheck, WRITERS, care.report_health_check
    ),
    "record-volunteer-service": Route(
        asked_of_care.RecordVolunteerService, WRITERS, care.record_volunteer_service
    ),
    "attest-period": Route(asked_of_plans.AttestPeriod, WRITERS, plans.attest_period),
    "report-incident": Route(asked_of_plans.ReportIncident, WRITERS, plans.report_incident),
    "set-plan-item": Route(asked_of_plans.SetPlanItem, WRITERS, plans.set_plan_item),
    "complete-plan-item": Route(asked_of_plans.CompletePlanItem, WRITERS, plans.complete_plan_item),
    "raise-issue": Route(asked_of_plans.RaiseIssue, WRITERS, plans.raise_issue),
    "resolve-issue": Route(asked_of_plans.ResolveIssue, WRITERS, plans.resolve_issue),
    "withdraw-entries": Route(WithdrawEntries, WRITERS, withdrawals.withdraw_entries),
}

REFUSALS: dict[str, str] = {
    "unknown-activity": "没有这项活动",
    "activity-exists": "活动编号已使用",
    "planned-after-the-day": "计划日期晚于活动日期",
    "activity-cancelled": "活动已取消",
    "activity-held": "活动已举办，不能取消",
    "session-held": "该场次已登记举办",
    "session-not-held": "该场次尚未登记举办",
    "attended-before-held": "参加日期早于举办日期",
    "attended-another-day": "已登记参加，日期不同",
    "entry-exists": "参赛编号已使用",
    "contest-judged": "评比已有结果",
    "contest-not-judged": "评比尚无结果",
    "unknown-entry": "没有这个参赛作品或队伍",
    "places-inconsistent": "名次不连贯",
    "entry-not-placed": "该参赛者未获名次",
    "award-granted": "该奖项已颁发",
    "too-many-recipients": "获奖人数多于参赛人数",
    "unknown-meeting": "没有这个会议",
    "meeting-exists": "会议编号已使用",
    "convened-after-the-day": "通知日期晚于会议日期",
    "not-a-congress": "该会议不是代表大会",
    "congress-held": "该大会已登记召开",
    "congress-not-held": "该大会尚未登记召开",
    "more-present-than-due": "到会代表多于应到代表",
    "held-before-convened": "召开日期早于通知日期",
    "resolution-exists": "决议编号已使用",
    "more-votes-than-present": "票数多于到会人数",
    "regulation-exists": "该制度已登记，只能修订",
    "revised-that-day": "该制度当日已登记修订",
    "unknown-check": "没有这次体检",
    "check-exists": "体检编号已使用",
    "check-reported": "该次体检结果人数已登记",
    "more-reexamined-than-examined": "复查人数多于体检人数",
    "service-recorded": "该志愿服务已登记",
    "period-attested": "该月份已作证明",
    "month-not-begun": "该月份尚未开始",
    "incidents-differ": "证明的事件数与已上报的不符",
    "incident-exists": "事件编号已使用",
    "unknown-plan-item": "没有这项计划",
    "plan-item-exists": "计划编号已使用",
    "plan-item-done": "该项计划已完成",
    "unknown-evidence": "所列佐证不存在",
    "unknown-issue": "没有这个问题",
    "issue-exists": "问题编号已使用",
    "issue-resolved": "该问题已解决",
    "resolved-before-raised": "解决日期早于提出日期",
}
"""Titles of this context's refusals. Chinese: a person reads them."""

ActivityId = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,63}$")]


def add_routes(app: FastAPI, api: CommandApi) -> None:
    """The context's queries; lists are pages by key (shared/http/pages.py)."""
    store = api.store

    @app.get("/v1/{org_id}/activities/{activity_id}", tags=["queries"], dependencies=OF_READERS)
    async def activity(org_id: str, activity_id: ActivityId) -> dict[str, Any]:
        """One activity: people registered, attended, and unknown (registered, without a record of
        attendance); `person_times` counts each session (人次)."""
        return await activities_read.one(store, org_id, activity_id)

    @app.get("/v1/{org_id}/activities", tags=["queries"], dependencies=OF_READERS)
    async def activities_list(
        org_id: str, cursor: Cursor = "", limit: Limit = 50
    ) -> dict[str, Any]:
        """The union's activities by id, with their sessions and counts."""
        found = await activities_read.page(store, org_id, cursor, limit)
        return page(found, limit, "activity_id")

    @app.get("/v1/{org_id}/attestations", tags=["queries"], dependencies=OF_READERS)
    async def attestations_list(org_id: str, year: AskedYear) -> dict[str, Any]:
        """The months of a year that are attested, by month and subject: one page, for a year has
        twelve months and three subjects."""
        return {"items": await attestations_read.of_year(store, org_id, year), "next": None}

    @app.get("/v1/{org_id}/meetings", tags=["queries"], dependencies=OF_READERS)
    async def meetings_list(org_id: str, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
        """The union's meetings by id, with delegates and resolutions."""
        found = await meetings_read.page(store, org_id, cursor, limit)
        return page(found, limit, "meeting_id")

    @app.get("/v1/{org_id}/plan-items", tags=["queries"], dependencies=OF_READERS)
    async def plan_items(
        org_id: str,
        year: AskedYear | None = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Plan items by id, of one plan `year` or of all, each open, overdue or done."""
        found = await plan_items_read.page(store, org_id, year, cursor, limit)
        return page(found, limit, "item_id")

    @app.get("/v1/{org_id}/issues", tags=["queries"], dependencies=OF_READERS)
    async def open_issues(org_id: str, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
        """Open issues by id, each with its age in days (today in Asia/Shanghai)."""
        return page(await issues_read.page(store, org_id, cursor, limit), limit, "issue_id")
