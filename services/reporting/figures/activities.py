"""Figures of activities (活动), meetings (会议) and the office's year."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date
from typing import get_args

from services.reporting.figures.definition import (
    Counted,
    Effect,
    Ended,
    Figure,
    Rules,
    of_stream,
    once,
    stream_line,
)
from services.reporting.journal.record import Entry
from shared.contract.events import (
    ActivityCancelled,
    ActivityHeld,
    AttendanceRecorded,
    AwardGranted,
    CongressHeld,
    ContestEntered,
    HealthCheckArranged,
    HealthCheckReported,
    IncidentReported,
    IssueRaised,
    IssueResolved,
    MeetingConvened,
    ParticipantRegistered,
    PeriodAttested,
    PlanItemDone,
    PlanItemSet,
    RegulationAdopted,
    ResolutionPassed,
    VolunteerServiceRecorded,
)
from shared.contract.values import ActivityKind, MeetingKind, Organiser

KINDS: tuple[str, ...] = get_args(ActivityKind)
ORGANISERS: tuple[str, ...] = get_args(Organiser)
MEETINGS: tuple[str, ...] = get_args(MeetingKind)
SUBJECTS: dict[str, str] = {
    "safety": "安全",
    "public_opinion": "网络舆情",
    "epidemic_control": "疫情防控",
}


def held(
    kinds: tuple[str, ...] = KINDS, organisers: tuple[str, ...] = ORGANISERS
) -> tuple[str, ...]:
    """The lists of sessions held of these kinds by these organisers."""
    return tuple(f"activity.{kind}.{organiser}" for kind in kinds for organiser in organisers)


def month_end(month: str) -> date:
    """The last day of a month such as `2022-02`. Raises ValueError of one of the year 0000."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def _held(event: ActivityHeld, entry: Entry) -> tuple[Effect, ...]:
    name, activity = f"activity.{event.kind}.{event.organiser}", event.activity_id
    lines = [once(name, activity, event, entry)]
    if event.headcount is not None:
        counted = event.headcount
        lines.append(once("activity_headcount", activity, event, entry, quantity=counted))
    if event.cost_fen is not None:
        lines.append(once("activity_cost", activity, event, entry, amount_fen=event.cost_fen))
    return tuple(lines)


def _cancelled(event: ActivityCancelled, entry: Entry) -> tuple[Effect, ...]:
    return (once("activity_cancelled", event.activity_id, event, entry),)


def _registered(event: ParticipantRegistered, entry: Entry) -> tuple[Effect, ...]:
    return (once("registered", event.person_id, event, entry),)


def _attended(event: AttendanceRecorded, entry: Entry) -> tuple[Effect, ...]:
    return (once("attended", event.person_id, event, entry),)


def _entered(event: ContestEntered, entry: Entry) -> tuple[Effect, ...]:
    work, people = f"{event.activity_id}/{event.entry_id}", len(event.person_ids)
    return (once("contest_entry", work, event, entry, quantity=people),)


def _awarded(event: AwardGranted, entry: Entry) -> tuple[Effect, ...]:
    line = once(
        "contest_award",
        f"{event.activity_id}/{event.entry_id or event.award}",
        event,
        entry,
        quantity=event.recipients,
        amount_fen=event.value_fen,
    )
    return (line,)


def _convened(event: MeetingConvened, entry: Entry) -> tuple[Effect, ...]:
    return (once(f"convened.{event.kind}", event.meeting_id, event, entry),)


def _met(event: CongressHeld, entry: Entry) -> tuple[Effect, ...]:
    present = event.delegates_present
    return (once(f"congress.{event.kind}", event.meeting_id, event, entry, quantity=present),)


def _passed(event: ResolutionPassed, entry: Entry) -> tuple[Effect, ...]:
    return (once("resolution", f"{event.meeting_id}/{event.resolution_id}", event, entry),)


def _adopted(event: RegulationAdopted, entry: Entry) -> tuple[Effect, ...]:
    return (once(f"regulation.{event.action}", event.regulation_id, event, entry),)


def _arranged(event: HealthCheckArranged, entry: Entry) -> tuple[Effect, ...]:
    due = event.people_due
    return (stream_line("health_due", "health_due", event.check_id, event, entry, quantity=due),)


def _examined(event: HealthCheckReported, entry: Entry) -> tuple[Effect, ...]:
    # Counts of the whole check: a later report of it stands for all of them.
    return tuple(
        stream_line(name, name, event.check_id, event, entry, quantity=quantity)
        for name, quantity in (
            ("health_examined", event.examined),
            ("health_reexamined", event.reexaminations),
        )
    )


def _volunteered(event: VolunteerServiceRecorded, entry: Entry) -> tuple[Effect, ...]:
    return (once("volunteer", event.person_id, event, entry, quantity=event.days),)


def _attested(event: PeriodAttested, entry: Entry) -> tuple[Effect, ...]:
    # It belongs to the period of its month, whenever it was signed.
    if event.month.startswith("0000"):
        return ()  # the contract's pattern lets it through; no period has such a day
    ends = month_end(event.month)
    # Who signs before the month's last day says nothing of the days to come.
    told = "with" if event.incidents else "free" if event.occurred_on >= ends else "early"
    name = f"attested.{event.subject}.{told}"
    return (Counted(name, of_stream("attested", entry), event.month, ends),)


def _incident(event: IncidentReported, entry: Entry) -> tuple[Effect, ...]:
    return (once(f"incident.{event.subject}", event.incident_id, event, entry),)


def _planned(event: PlanItemSet, entry: Entry) -> tuple[Effect, ...]:
    of_year = Counted(
        "plan_of_year",
        of_stream("plan_of_year", entry),
        event.item_id,
        date(min(max(event.plan_year, MINYEAR), MAXYEAR), 12, 31),
        first=entry.opens_stream,
    )
    return (stream_line("plan_set", "plan_set", event.item_id, event, entry), of_year)


def _done(event: PlanItemDone, entry: Entry) -> tuple[Effect, ...]:
    return (once("plan_done", event.item_id, event, entry),)


def _raised(event: IssueRaised, entry: Entry) -> tuple[Effect, ...]:
    return (stream_line("issue", "issue", event.issue_id, event, entry),)


def _resolved(event: IssueResolved, entry: Entry) -> tuple[Effect, ...]:
    return (
        Ended(of_stream("issue", entry), event.occurred_on),
        once("issue_resolved", event.issue_id, event, entry),
    )


EVENT_RULES: Rules = {
    ActivityHeld: _held,
    ActivityCancelled: _cancelled,
    ParticipantRegistered: _registered,
    AttendanceRecorded: _attended,
    ContestEntered: _entered,
    AwardGranted: _awarded,
    MeetingConvened: _convened,
    CongressHeld: _met,
    ResolutionPassed: _passed,
    RegulationAdopted: _adopted,
    HealthCheckArranged: _arranged,
    HealthCheckReported: _examined,
    VolunteerServiceRecorded: _volunteered,
    PeriodAttested: _attested,
    IncidentReported: _incident,
    PlanItemSet: _planned,
    PlanItemDone: _done,
    IssueRaised: _raised,
    IssueResolved: _resolved,
}

EVENT_FIGURES: tuple[Figure, ...] = (
    Figure(
        "staff_congress_sessions", "教代会", "次", "count", ("congress.staff_congress",),
        report_line=8,
    ),
    Figure(
        "staff_congress_delegates_present", "教代会到会代表", "人次", "quantity",
        ("congress.staff_congress",),
    ),
    Figure(
        "members_congress_sessions", "会员代表大会", "次", "count", ("congress.members_congress",),
        report_line=32,
    ),
    Figure(
        "meetings_convened", "召集会议", "次", "count",
        tuple(f"convened.{kind}" for kind in MEETINGS),
    ),
    Figure(
        "meetings_held", "召开会议", "次", "count", tuple(f"congress.{kind}" for kind in MEETINGS)
    ),
    Figure("resolutions_passed", "通过决议", "项", "count", ("resolution",)),
    Figure(
        "staff_congress_resolutions", "教代会通过决议", "项", "count", ("resolution",),
        only="of_staff_congress",
    ),
    Figure(
        "regulations_adopted", "制定、修订制度", "项", "count",
        ("regulation.adopted", "regulation.revised"), report_line=7,
    ),
    Figure(
        "matchmaking_sessions", "市总工会线上联谊活动", "次", "count",
        held(("matchmaking",), ("city_union",)), report_line=24,
    ),
    Figure(
        "culture_activities", "文娱活动", "次", "count", held(("culture",)), report_line=25
    ),
    Figure("activities_held", "各项活动", "次", "count", held()),
    Figure("activities_cancelled", "取消活动", "项", "count", ("activity_cancelled",)),
    Figure("registrations", "活动报名", "人次", "count", ("registered",)),
    Figure("attendances", "活动参加", "人次", "count", ("attended",)),
    Figure("participants", "活动参加人员", "名", "persons", ("attended",)),
    Figure("contest_entries", "评比参赛作品", "件", "count", ("contest_entry",), report_line=26),
    Figure("contest_participants", "评比参赛", "人次", "quantity", ("contest_entry",)),
    Figure("contest_awards", "评比获奖", "项", "count", ("contest_award",), report_line=26),
    Figure("contest_award_amount", "评比奖品价值", "元", "amount_fen", ("contest_award",)),
    Figure("volunteers", "志愿者", "名", "persons", ("volunteer",), report_line=5),
    Figure("volunteer_days", "志愿服务", "天", "quantity", ("volunteer",), report_line=5),
    Figure("health_check_due", "体检应检", "名", "quantity", ("health_due",), report_line=29),
    Figure(
        "health_check_examined", "体检实检", "名", "quantity", ("health_examined",), report_line=29
    ),
    Figure(
        "health_check_reexaminations", "健康复查", "人次", "quantity", ("health_reexamined",),
        report_line=29,
    ),
    Figure(
        "incident_free_months", "无事故证明(各事项合计)", "月", "count",
        tuple(f"attested.{subject}.free" for subject in SUBJECTS), report_line=28,
        only="without_incident",
    ),
    *(
        Figure(
            f"incident_free_months_{subject}", f"{title}无事故证明", "月", "count",
            (f"attested.{subject}.free",), report_line=28, only="without_incident",
        )
        for subject, title in SUBJECTS.items()
    ),
    Figure(
        "months_attested_with_incidents", "有事故证明(各事项合计)", "月", "count",
        tuple(f"attested.{subject}.with" for subject in SUBJECTS),
    ),
    Figure(
        "months_attested_early", "未满月即证明(各事项合计)", "月", "count",
        tuple(f"attested.{subject}.early" for subject in SUBJECTS),
    ),
    Figure(
        "months_attested_unstated", "未注明事项的月度证明", "月", "count",
        tuple(f"attested.unstated.{told}" for told in ("free", "with", "early")),
    ),
    Figure(
        "activity_headcount", "活动现场清点人次", "人次", "quantity", ("activity_headcount",)
    ),
    Figure("activity_cost_stated", "主办方申报的活动费用", "元", "amount_fen", ("activity_cost",)),
    Figure(
        "incidents", "事故、舆情", "起", "count",
        tuple(f"incident.{subject}" for subject in SUBJECTS), report_line=28,
    ),
    *(
        Figure(
            f"incidents_{subject}", f"{title}事故", "起", "count", (f"incident.{subject}",),
            report_line=28,
        )
        for subject, title in SUBJECTS.items()
    ),
    Figure("plan_items_set", "规划事项", "项", "count", ("plan_set",), report_line=33),
    Figure("plan_items_of_year", "本年度规划事项", "项", "count", ("plan_of_year",)),
    Figure("plan_items_done", "完成规划事项", "项", "count", ("plan_done",), report_line=33),
    Figure("issues_raised", "提出问题", "项", "count", ("issue",)),
    Figure("issues_open", "期末存在问题", "项", "count", ("issue",), stock=True, report_line=30),
    Figure("issues_resolved", "解决问题", "项", "count", ("issue_resolved",)),
)  # fmt: skip
