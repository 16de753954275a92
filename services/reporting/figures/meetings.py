"""Figures of meetings (会议), their resolutions, and the regulations (制度) adopted."""

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
    CongressHeld,
    MeetingConvened,
    RegulationAdopted,
    ResolutionPassed,
)
from shared.contract.values import MeetingKind

MEETINGS: tuple[str, ...] = get_args(MeetingKind)


def _convened(event: MeetingConvened, entry: Entry) -> tuple[Effect, ...]:
    return (stream_line(f"convened.{event.kind}", "convened", event.meeting_id, event, entry),)


def _met(event: CongressHeld, entry: Entry) -> tuple[Effect, ...]:
    name, present = f"congress.{event.kind}", event.delegates_present
    return (stream_line(name, "congress", event.meeting_id, event, entry, quantity=present),)


def _passed(event: ResolutionPassed, entry: Entry) -> tuple[Effect, ...]:
    which = event.resolution_id
    subject = f"{event.meeting_id}/{which}"
    return (stream_line("resolution", "resolution", subject, event, entry, part=which),)


def _adopted(event: RegulationAdopted, entry: Entry) -> tuple[Effect, ...]:
    return (once(f"regulation.{event.action}", event.regulation_id, event, entry),)


MEETING_RULES: Rules = {
    MeetingConvened: _convened,
    CongressHeld: _met,
    ResolutionPassed: _passed,
    RegulationAdopted: _adopted,
}

MEETING_FIGURES: tuple[Figure, ...] = (
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
)  # fmt: skip
