"""Entries of one stream are taken back: load, decide, append."""

from collections.abc import Awaitable, Callable, Sequence

from shared.contract.withdrawal import Withdrawal
from shared.decider.withdrawal import (
    Recorded,
    Rules,
    WithdrawEntries,
    entries_to_withdraw,
    taken_back,
)
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write
from shared.eventstore.write import one_stream, retry, today_of

AlsoOf = Callable[[Loaded, Sequence[Recorded]], Awaitable[Sequence[Also]]]
"""What goes into our own tables with it, and guards: (the stream, its entries taken back)."""


def recorded(found: Loaded) -> list[Recorded]:
    """What was read of a stream, entry by entry."""
    withdrawn = found.withdrawn
    told = zip(found.ids, found.events, found.actors, strict=True)
    return [
        Recorded(version, str(event_id), event, str(event_id) in withdrawn, actor)
        for version, (event_id, event, actor) in enumerate(told, start=1)
    ]


def left_of(found: Loaded, entries: Sequence[Recorded]) -> list[Recorded]:
    """What still stands in a stream once these entries are taken back."""
    gone = {entry.version for entry in entries}
    said = [each for each in recorded(found) if not isinstance(each.event, Withdrawal)]
    return [each for each in said if not each.withdrawn and each.version not in gone]


async def _nothing_else(_found: Loaded, _entries: Sequence[Recorded]) -> Sequence[Also]:
    return ()


async def withdraw(
    store: EventStore,
    request: Request,
    command: WithdrawEntries,
    rules: Rules,
    *,
    also: AlsoOf = _nothing_else,
) -> Reply:
    """Take back the entries that the command names, of a stream of the request's union.

    Raises the refusals of `entries_to_withdraw`, `also` and `retry`.
    """
    ours = command.stream.startswith(f"{request.org_id}/")

    async def attempt() -> Reply:
        found = await store.load(command.stream) if ours else Loaded([], 0)
        request.check_version(command.stream, found.version)
        entries = entries_to_withdraw(
            recorded(found), command, today_of(store), rules=rules, actor=request.actor
        )
        rows = await also(found, entries)
        events = [taken_back(entry, command) for entry in entries]
        appending = Write(command.stream, found.version, events)
        return await store.append(request, [appending], one_stream(appending), rows)

    return await retry(request, attempt)
