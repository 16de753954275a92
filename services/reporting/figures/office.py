"""Figures of the office's year: health, volunteers, attestations, incidents, plan and issues."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date

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
    HealthCheckArranged,
    HealthCheckReported,
    IncidentReported,
    IssueRaised,
    IssueResolved,
    PeriodAttested,
    PlanItemDone,
    PlanItemSet,
    VolunteerServiceRecorded,
)

SUBJECTS: dict[str, str] = {
    "safety": "安全",
    "public_opinion": "网络舆情",
    "epidemic_control": "疫情防控",
}


def month_end(month: str) -> date:
    """The last day of a month such as `2022-02`. Raises ValueError of one of the year 0000."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


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
    return (
        once(
            "volunteer",
            event.person_id,
            event,
            entry,
            part=event.service,
            quantity=event.days,
        ),
    )


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
    return (stream_line(f"incident.{event.subject}", "incident", event.incident_id, event, entry),)


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
    return (stream_line("plan_done", "plan_done", event.item_id, event, entry),)


def _raised(event: IssueRaised, entry: Entry) -> tuple[Effect, ...]:
    return (stream_line("issue", "issue", event.issue_id, event, entry),)


def _resolved(event: IssueResolved, entry: Entry) -> tuple[Effect, ...]:
    return (
        Ended(of_stream("issue", entry), event.occurred_on),
        stream_line("issue_resolved", "issue_resolved", event.issue_id, event, entry),
    )


OFFICE_RULES: Rules = {
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

OFFICE_FIGURES: tuple[Figure, ...] = (
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
