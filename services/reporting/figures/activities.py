"""Figures of activities (活动): what was held, who came, and contests (评比)."""

from typing import get_args

from services.reporting.figures.definition import (
    Effect,
    Figure,
    Rules,
    once,
    stream_line,
)
from services.reporting.journal.record import Entry
from shared.contract.events import (
    ActivityCancelled,
    ActivityHeld,
    AttendanceRecorded,
    AwardGranted,
    ContestEntered,
    ParticipantRegistered,
)
from shared.contract.values import ActivityKind, Organiser

KINDS: tuple[str, ...] = get_args(ActivityKind)
ORGANISERS: tuple[str, ...] = get_args(Organiser)
MATCHMAKING = ("matchmaking", "city_union")
"""What the city's union brings the unmarried together by; the report counts what was online."""


def held(
    kinds: tuple[str, ...] = KINDS, organisers: tuple[str, ...] = ORGANISERS
) -> tuple[str, ...]:
    """The lists of sessions held of these kinds by these organisers."""
    return tuple(f"activity.{kind}.{organiser}" for kind in kinds for organiser in organisers)


def _held(event: ActivityHeld, entry: Entry) -> tuple[Effect, ...]:
    name, activity = f"activity.{event.kind}.{event.organiser}", event.activity_id
    which = event.session
    lines = [stream_line(name, "activity", activity, event, entry, part=which)]
    if event.online and (event.kind, event.organiser) == MATCHMAKING:
        said = "matchmaking_online"
        lines.append(stream_line(said, said, activity, event, entry, part=which))
    if event.headcount is not None:
        said, came = "activity_headcount", event.headcount
        lines.append(stream_line(said, said, activity, event, entry, part=which, quantity=came))
    if event.cost_fen is not None:
        said, cost = "activity_cost", event.cost_fen
        lines.append(stream_line(said, said, activity, event, entry, part=which, amount_fen=cost))
    return tuple(lines)


def _cancelled(event: ActivityCancelled, entry: Entry) -> tuple[Effect, ...]:
    name = "activity_cancelled"
    return (stream_line(name, name, event.activity_id, event, entry),)


def _registered(event: ParticipantRegistered, entry: Entry) -> tuple[Effect, ...]:
    return (once("registered", event.person_id, event, entry),)


def _attended(event: AttendanceRecorded, entry: Entry) -> tuple[Effect, ...]:
    return (once("attended", event.person_id, event, entry, part=event.session),)


def _entered(event: ContestEntered, entry: Entry) -> tuple[Effect, ...]:
    name, which, people = "contest_entry", event.entry_id, len(event.person_ids)
    work = f"{event.activity_id}/{which}"
    return (stream_line(name, name, work, event, entry, part=which, quantity=people),)


def _awarded(event: AwardGranted, entry: Entry) -> tuple[Effect, ...]:
    line = stream_line(
        "contest_award",
        "contest_award",
        f"{event.activity_id}/{event.entry_id or event.award}",
        event,
        entry,
        part=f"{event.entry_id or ''}#{event.award}",
        quantity=event.recipients,
        amount_fen=event.value_fen,
    )
    return (line,)


ACTIVITY_RULES: Rules = {
    ActivityHeld: _held,
    ActivityCancelled: _cancelled,
    ParticipantRegistered: _registered,
    AttendanceRecorded: _attended,
    ContestEntered: _entered,
    AwardGranted: _awarded,
}

ACTIVITY_FIGURES: tuple[Figure, ...] = (
    Figure(
        "matchmaking_sessions", "市总工会线上联谊活动", "次", "count",
        ("matchmaking_online",), report_line=24,
    ),
    Figure("culture_activities", "文娱活动", "次", "count", held(("culture",)), report_line=25),
    Figure("activities_held", "各项活动", "次", "count", held()),
    Figure("activities_cancelled", "取消活动", "项", "count", ("activity_cancelled",)),
    Figure("registrations", "活动报名", "人次", "count", ("registered",)),
    Figure("attendances", "活动参加", "人次", "count", ("attended",)),
    Figure("participants", "活动参加人员", "名", "persons", ("attended",)),
    Figure("contest_entries", "评比参赛作品", "件", "count", ("contest_entry",), report_line=26),
    Figure("contest_participants", "评比参赛", "人次", "quantity", ("contest_entry",)),
    Figure("contest_awards", "评比获奖", "项", "count", ("contest_award",), report_line=26),
    Figure("contest_award_amount", "评比奖品价值", "元", "amount_fen", ("contest_award",)),
    Figure(
        "activity_headcount", "活动现场清点人次", "人次", "quantity", ("activity_headcount",)
    ),
    Figure("activity_cost_stated", "主办方申报的活动费用", "元", "amount_fen", ("activity_cost",)),
)  # fmt: skip
