"""Regulations (制度) a union adopted or revised, where given by a meeting.

A regulation older than the log may be revised here without having been adopted here.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.events.commands.meetings import AdoptRegulation
from services.events.domain.meetings import Meeting, require_met
from shared.contract.events import RegulationAdopted
from shared.decider.dates import not_in_future
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class Regulation:
    """The days on which it was revised, and whether its adoption is on record.

    None in its place: the log does not know it.
    """

    adopted: bool = False
    revised_on: frozenset[date] = frozenset()


def evolve(regulation: Regulation | None, event: RegulationAdopted) -> Regulation:
    """The regulation after one more event."""
    before = regulation or Regulation()
    match event.action:
        case "adopted":
            return replace(before, adopted=True)
        case "revised":
            return replace(before, revised_on=before.revised_on | {event.occurred_on})
        case _:
            assert_never(event.action)


def adopt_regulation(
    regulation: Regulation | None,
    command: AdoptRegulation,
    org_id: str,
    today: date,
    *,
    meeting: Meeting | None,
) -> list[RegulationAdopted]:
    """Record an adoption (once, before any revision) or a revision (once a day).

    Refuses date-in-future, unknown-meeting, congress-not-held, regulation-exists, revised-that-day.
    """
    not_in_future(today, command.adopted_on, command.source_recorded_on)
    if command.meeting_id is not None:
        require_met(meeting, command.meeting_id)
    if command.action == "adopted" and regulation is not None:
        raise Conflict(
            "regulation-exists", f"{command.regulation_id} is on record: it can be revised"
        )
    if regulation is not None and command.adopted_on in regulation.revised_on:
        raise Conflict(
            "revised-that-day",
            f"{command.regulation_id} was recorded as revised on {command.adopted_on}",
        )
    return [
        RegulationAdopted(
            org_id=org_id,
            occurred_on=command.adopted_on,
            source_recorded_on=command.source_recorded_on,
            regulation_id=command.regulation_id,
            title=command.title,
            action=command.action,
            meeting_id=command.meeting_id,
        )
    ]
