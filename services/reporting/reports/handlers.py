"""A person's commands about reports and narratives: load, decide, append, with what is kept beside
the events in the same transaction."""

from collections.abc import Mapping

from services.reporting.journal import kept_texts
from services.reporting.journal.clock import keep_time
from services.reporting.reports import issuing, narratives
from services.reporting.reports.archive import insert_files
from services.reporting.reports.commands import ApproveNarrative, WithdrawNarrative, WriteNarrative
from services.reporting.reports.issuing import Issued, Prepared, Replacing
from shared.contract.envelope import DomainEvent
from shared.contract.reporting import Format, NarrativeWritten, ReportIssued
from shared.eventstore.guards import span
from shared.eventstore.loaded import Loaded, event_of
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import retry, today_of, write, write_knowing

OF_UNION = """
SELECT stream, version, type, document FROM events WHERE stream >= $1 AND stream < $2
ORDER BY stream, version
"""


async def reports_of(store: EventStore, org_id: str) -> dict[str, Issued]:
    """A union's reports, from our own store: our projection may lag behind it."""
    said: dict[str, tuple[list[DomainEvent], int]] = {}
    for row in await store.pool.fetch(OF_UNION, *span(ReportIssued.STREAM, org_id)):
        events, _ = said.get(row["stream"], ([], 0))
        events.append(event_of(row["type"], row["document"]))
        said[row["stream"]] = events, row["version"]
    return issuing.folded(said)


async def issue_report(
    store: EventStore,
    request: Request,
    prepared: Prepared,
    files: Mapping[Format, bytes],
    replacing: Replacing | None = None,
) -> Reply:
    """Issue a report whose files are made. Raises what `issuing.issue` refuses, and `retry`."""
    await keep_time(store.pool, store)

    async def attempt() -> Reply:
        reports = await reports_of(store, request.org_id)
        writes = issuing.issue(reports, prepared, request.org_id, today_of(store), replacing)
        (issued,) = [each for w in writes for each in w.events if isinstance(each, ReportIssued)]
        told = {
            "stream": writes[-1].stream,
            "version": 1,
            "events": len(writes),
            "report_id": issued.report_id,
            "known_at": issued.known_at,
            "supersedes": issued.supersedes,
            "files": [each.model_dump() for each in issued.files],
        }
        kept = insert_files(request.org_id, issued.report_id, files)
        return await store.append(request, writes, Reply(201, told), [kept])

    return await retry(request, attempt)


async def write_narrative(store: EventStore, request: Request, command: WriteNarrative) -> Reply:
    """Write what a section says beside its numbers."""
    await keep_time(store.pool, store)
    text = narratives.text_of(command.paragraphs)
    name = narratives.narrative_id(
        command.kind, command.period_from, command.period_to, command.section
    )
    digest = kept_texts.checksum(text)
    return await write(
        store,
        request,
        _stream(request.org_id, name),
        narratives.evolve,
        lambda state, today: narratives.write_narrative(state, command, request.org_id, today),
        also=lambda _: [kept_texts.insert_text(request.org_id, text)],
        more=lambda _: {"narrative_id": name, "text_sha256": digest},
    )


async def approve_narrative(
    store: EventStore, request: Request, command: ApproveNarrative
) -> Reply:
    """Approve a narrative that somebody else wrote."""
    await keep_time(store.pool, store)

    async def look(found: Loaded) -> str | None:
        return found.actor_of(NarrativeWritten)

    return await write_knowing(
        store,
        request,
        _stream(request.org_id, command.narrative_id),
        narratives.evolve,
        look=look,
        decide=lambda state, today, author: narratives.approve_narrative(
            state, command, request.org_id, today, author=author, approver=request.actor.subject
        ),
    )


async def withdraw_narrative(
    store: EventStore, request: Request, command: WithdrawNarrative
) -> Reply:
    """Take a narrative out of the report."""
    await keep_time(store.pool, store)
    return await write(
        store,
        request,
        _stream(request.org_id, command.narrative_id),
        narratives.evolve,
        lambda state, today: narratives.withdraw_narrative(
            state, command.narrative_id, request.org_id, today
        ),
    )


def _stream(org_id: str, narrative_id: str) -> str:
    return NarrativeWritten.STREAM.named(org_id=org_id, narrative_id=narrative_id)
