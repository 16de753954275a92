"""What came before an event and after it: its own stream, and those of what it is about.

A stream holds what happened to one thing in order, so approval, receipt and correction of an event
stand beside it; of a gift, the programme and the person's membership tell whether it was due.
"""

from collections.abc import Sequence
from typing import Any

from services.reporting.journal.record import Entry
from services.reporting.projections.effective import Told, of_streams, withdrawn_by

ABOUT = (("programme_id", "programme"), ("person_id", "person"), ("policy_id", "policy"))
"""Fields that name what an event is about, and how the stream of that begins."""
OF_A_STREAM_MAX = 40
"""Entries told of one stream: the nearest. A roster may be frozen in many chunks."""


async def story_of(connection: Any, entry: Entry, at: int) -> dict[str, Any]:
    """The events around `entry` as known at `at`, by their days; how many its own stream has, and
    which of them it is. `counts` is False for those that were withdrawn or disowned."""
    own = entry.envelope.stream
    streams = list(dict.fromkeys([own, *_streams_about(entry)]))
    told = await of_streams(connection, streams)
    known = {name: [e for e in of if e.entry.log_index <= at] for name, of in told.items()}
    mine = [e.entry for e in known[own] if e.entry.envelope.source == entry.envelope.source]
    shown = [each for of in known.values() for each in _told(of, entry, at)]
    return {
        "in_stream": sum(1 for each in mine if each.log_index <= entry.log_index),
        "of_stream": len(mine),
        "story": sorted(shown, key=lambda each: (each["occurred_on"], each["log_index"])),
    }


def _streams_about(entry: Entry) -> list[str]:
    org = entry.envelope.org_id
    fields = ((getattr(entry.event, field, None), kind) for field, kind in ABOUT)
    return [f"{org}/{kind}-{named}" for named, kind in fields if isinstance(named, str)]


def _told(of_stream: Sequence[Told], entry: Entry, at: int) -> list[dict[str, Any]]:
    withdrawn = withdrawn_by(of_stream, at)
    near = sorted(of_stream, key=lambda each: abs(each.entry.log_index - entry.log_index))
    return [
        {
            "event_id": str(each.entry.envelope.event_id),
            "type": each.entry.envelope.type,
            "source": each.entry.envelope.source,
            "stream": each.entry.envelope.stream,
            "stream_version": each.entry.envelope.stream_version,
            "log_index": each.entry.log_index,
            "occurred_on": each.entry.event.occurred_on,
            "recorded_at": each.entry.envelope.recorded_at,
            "actor": each.entry.envelope.actor,
            "counts": each.counts(at) and each.entry.log_index not in withdrawn,
        }
        for each in near[:OF_A_STREAM_MAX]
    ]
