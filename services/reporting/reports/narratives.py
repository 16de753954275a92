"""Narratives: one person writes what a section says beside its numbers, another approves it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from pydantic import TypeAdapter, ValidationError

from services.reporting.journal.kept_texts import checksum
from services.reporting.reports.commands import ApproveNarrative, WriteNarrative
from shared.contract.reporting import NarrativeApproved, NarrativeWithdrawn, NarrativeWritten
from shared.contract.values import OrgId
from shared.errors import Conflict, NotPermitted, Unknown

NarrativeEvent = NarrativeWritten | NarrativeApproved | NarrativeWithdrawn


@dataclass(frozen=True, slots=True)
class Narrative:
    """A narrative as its stream tells it; who wrote it is in the envelopes."""

    text_sha256: str
    approved: bool = False
    withdrawn: bool = False


ORG_ID: TypeAdapter[str] = TypeAdapter(OrgId)


def narrative_id(kind: str, first: date, last: date, section: str) -> str:
    """The id of the one narrative of a section in a report."""
    return f"{kind}.{first}.{last}.{section.replace('_', '-')}"


def text_of(paragraphs: Sequence[str]) -> str:
    """The text whose checksum an event bears: its paragraphs, a line each."""
    return "\n".join(paragraphs)


def evolve(narrative: Narrative | None, event: NarrativeEvent) -> Narrative:
    """The narrative after one more event."""
    match event:
        case NarrativeWritten():
            return Narrative(event.text_sha256)
        case NarrativeApproved():
            assert narrative is not None, "NarrativeApproved before NarrativeWritten"
            return replace(narrative, approved=True)
        case NarrativeWithdrawn():
            assert narrative is not None, "NarrativeWithdrawn before NarrativeWritten"
            return replace(narrative, withdrawn=True)
        case _:
            assert_never(event)


def write_narrative(
    narrative: Narrative | None, command: WriteNarrative, org_id: str, today: date
) -> list[NarrativeWritten]:
    """Write or rewrite it. Refuses unknown-union where `org_id` is none, narrative-unchanged."""
    try:
        ORG_ID.validate_python(org_id)
    except ValidationError:
        raise Unknown("unknown-union", f"{org_id} is no union's id") from None
    text = text_of(command.paragraphs)
    digest = checksum(text)
    if narrative is not None and not narrative.withdrawn and narrative.text_sha256 == digest:
        raise Conflict("narrative-unchanged", "the section says this already")
    return [
        NarrativeWritten(
            org_id=org_id,
            occurred_on=today,
            narrative_id=narrative_id(
                command.kind, command.period_from, command.period_to, command.section
            ),
            kind=command.kind,
            period_from=command.period_from,
            period_to=command.period_to,
            section=command.section,
            text_sha256=digest,
            characters=len(text),
        )
    ]


def approve_narrative(
    narrative: Narrative | None,
    command: ApproveNarrative,
    org_id: str,
    today: date,
    *,
    author: str | None,
    approver: str,
) -> list[NarrativeApproved]:
    """Approve the text that was read.

    Refuses unknown-narrative, narrative-rewritten, narrative-approved, maker-is-approver.
    """
    found = _current(narrative, command.narrative_id)
    if found.text_sha256 != command.text_sha256:
        raise Conflict(
            "narrative-rewritten",
            f"{command.narrative_id} says something else by now: {found.text_sha256}",
        )
    if found.approved:
        raise Conflict("narrative-approved", f"{command.narrative_id} is approved")
    if author == approver:
        raise NotPermitted("maker-is-approver", f"{approver} wrote {command.narrative_id}")
    return [
        NarrativeApproved(
            org_id=org_id,
            occurred_on=today,
            narrative_id=command.narrative_id,
            text_sha256=command.text_sha256,
        )
    ]


def withdraw_narrative(
    narrative: Narrative | None, named: str, org_id: str, today: date
) -> list[NarrativeWithdrawn]:
    """Take it out of the report. Refuses unknown-narrative."""
    _current(narrative, named)
    return [NarrativeWithdrawn(org_id=org_id, occurred_on=today, narrative_id=named)]


def _current(narrative: Narrative | None, named: str) -> Narrative:
    if narrative is None or narrative.withdrawn:
        raise Unknown("unknown-narrative", f"no narrative {named} stands")
    return narrative
