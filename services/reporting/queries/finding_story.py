"""One finding's own story: raised, explained, borne, resolved, raised again, with the words that
people gave; from our own events, which no projection lags behind."""

from typing import Any

from services.reporting.journal.kept_texts import kept_texts
from services.reporting.queries.findings import rule_title
from shared.contract.reporting import (
    FindingExplained,
    FindingRaised,
    FindingWaived,
    FindingWaiverProposed,
    FindingWaiverRevoked,
)
from shared.errors import Unknown
from shared.eventstore.store import EventStore

TOLD = (FindingWaiverProposed, FindingWaived, FindingWaiverRevoked)


async def story(store: EventStore, org_id: str, finding_id: str) -> dict[str, Any]:
    """What was said of a finding, oldest first, and the version of its stream: what is decided of
    it rests on that. Raises Unknown `unknown-finding`."""
    found = await store.load(FindingRaised.STREAM.named(org_id=org_id, finding_id=finding_id))
    raised = [each for each in found.events if isinstance(each, FindingRaised)]
    if not raised:
        raise Unknown("unknown-finding", f"no finding {finding_id} was raised")
    digests = [digest for each in found.events if (digest := getattr(each, "note_sha256", None))]
    words = await kept_texts(store.pool, org_id, digests)
    steps = []
    for event, actor, event_id in zip(found.events, found.actors, found.ids, strict=True):
        step: dict[str, Any] = {
            "type": event.type_name(),
            "event_id": str(event_id),
            "occurred_on": event.occurred_on,
            "actor": actor,
        }
        if isinstance(event, TOLD):
            step["reason"] = event.reason
        if isinstance(event, FindingWaiverProposed | FindingWaived):
            step["ends_on"] = event.ends_on
        if isinstance(event, FindingExplained | FindingWaiverProposed):
            # None: what the event names is not kept here. An absence is told, never a text.
            step |= {"note_sha256": event.note_sha256, "words": words.get(event.note_sha256)}
        steps.append(step)
    last = raised[-1]
    return {
        "finding_id": finding_id,
        "version": found.version,
        "rule": last.rule,
        "title": rule_title(last.rule),
        "subject": last.subject,
        "severity": last.severity,
        "outcome": last.outcome,
        "period_from": last.period_from,
        "period_to": last.period_to,
        "first_raised_on": raised[0].occurred_on,
        "raised_times": len(raised),
        "steps": steps,
    }
