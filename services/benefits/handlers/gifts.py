"""Deliveries: issued to a whole roster or to one person, signed for, returned.

A delivery's stream is its own, so clerks who issue and sign at the same time never wait for each
other. Whoever issues also rests on the programme being as it was seen: `still_at`.
"""

from typing import Any

from services.benefits import streams
from services.benefits.commands.gifts import (
    IssueGift,
    IssueGiftAgain,
    IssueGiftsToRoster,
    ReturnGift,
    SignReceipts,
)
from services.benefits.domain import gifts, gifts_again, programmes, receipts
from services.benefits.domain.people import PersonStatus
from services.benefits.handlers import bulk
from services.benefits.handlers.programmes import programme_link
from services.benefits.queries import deliveries, people
from shared.contract.benefits import GiftIssued, GiftIssuedAgain
from shared.eventstore.existing_entry import telling_existing_entry
from shared.eventstore.guards import still_at
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.eventstore.write import one_stream, retry, state_of, today_of, write, write_knowing
from shared.replicas.members import merged_people, require_kept, require_known


async def issue_gifts_to_roster(
    store: EventStore, request: Request, command: IssueGiftsToRoster
) -> Reply:
    """One command and one transaction for the whole roster; a version stated is the programme's."""
    stream = streams.programme(request.org_id, command.programme_id)
    delivered = streams.gifts_of(request.org_id, command.programme_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        programme = state_of(programmes.evolve, found)
        statuses: dict[str, PersonStatus] = {}
        if programme is not None and programme.roster:
            as_of = programme.roster[0].as_of
            statuses = await people.statuses_on(store.pool, request.org_id, as_of)
        versions, received = await deliveries.versions(store.pool, delivered)
        merged = await merged_people(store.pool, request.org_id)
        issue = gifts.issue_gifts_to_roster(
            programme,
            command,
            request.org_id,
            today_of(store),
            statuses=statuses,
            received=received,
            merged=merged,
        )
        body = {
            "events": len(issue.people),
            "issued": len(issue.people),
            "excepted": len(command.except_person_ids),
            "link": programme_link(request.org_id, command.programme_id),
        }
        return await store.append(
            request,
            bulk.writes(issue, delivered, versions),
            Reply(201, body),
            [still_at(stream, found.version)],
        )

    return await retry(request, attempt)


async def issue_gift(store: EventStore, request: Request, command: IssueGift) -> Reply:
    """Issue to one known person, or to an outsider, whom nobody knows; a version stated is that of
    their delivery."""
    if command.capacity == "outsider":
        await require_known(store, request)
        merged = await merged_people(store.pool, request.org_id)
        require_kept([command.person_id], merged)
    else:
        await require_known(store, request, [command.person_id])
    programme = streams.programme(request.org_id, command.programme_id)
    stream = streams.gift(request.org_id, command.programme_id, command.person_id)

    async def attempt() -> Reply:
        found = await store.load_many([programme, stream])
        version = found[stream].version
        request.check_version(stream, version)
        with telling_existing_entry({stream: found[stream]}):
            events = gifts_again.issue_gift_or_again(
                state_of(gifts.evolve, found[stream]),
                command,
                request.org_id,
                today_of(store),
                programme=state_of(programmes.evolve, found[programme]),
            )
        issuing = Write(stream, version, events)
        return await store.append(
            request,
            [issuing],
            one_stream(issuing, **_told(events[0])),
            [still_at(programme, found[programme].version)],
        )

    return await retry(request, attempt)


def _told(event: GiftIssued | GiftIssuedAgain) -> dict[str, Any]:
    if isinstance(event, GiftIssuedAgain):
        return {"again": event.reason}
    return {"on_roster": event.on_roster}


async def issue_gift_again(store: EventStore, request: Request, command: IssueGiftAgain) -> Reply:
    """Record a second gift to the same person; a version stated is that of their delivery."""
    org_id = request.org_id
    programme = streams.programme(org_id, command.programme_id)

    async def look(_: Loaded) -> programmes.Programme | None:
        return state_of(programmes.evolve, await store.load(programme))

    return await write_knowing(
        store,
        request,
        streams.gift(org_id, command.programme_id, command.person_id),
        gifts.evolve,
        look=look,
        decide=lambda state, today, opened: gifts_again.issue_gift_again(
            state, command, org_id, today, programme=opened
        ),
    )


async def sign_receipts(store: EventStore, request: Request, command: SignReceipts) -> Reply:
    """Record signatures, each in its delivery's stream, all in one transaction."""
    delivered = streams.gifts_of(request.org_id, command.programme_id)
    await require_known(
        store,
        request,
        [one.signed_by or one.person_id for one in command.receipts],
        recorded={one.person_id for one in command.receipts},
    )

    async def attempt() -> Reply:
        names = [delivered.low + one.person_id for one in command.receipts]
        found = await store.load_many(names)
        states = {
            one.person_id: state_of(gifts.evolve, found[name])
            for one, name in zip(command.receipts, names, strict=True)
        }
        with telling_existing_entry(found):
            events = receipts.sign_receipts(states, command, request.org_id, today_of(store))
        body = {
            "events": len(events),
            "signed": len(events),
            "link": programme_link(request.org_id, command.programme_id),
        }
        writes = [
            Write(name, found[name].version, [event])
            for name, event in zip(names, events, strict=True)
        ]
        return await store.append(request, writes, Reply(201, body))

    return await retry(request, attempt)


async def return_gift(store: EventStore, request: Request, command: ReturnGift) -> Reply:
    """Record that a gift came back."""
    stream = streams.gift(request.org_id, command.programme_id, command.person_id)
    return await write(
        store,
        request,
        stream,
        gifts.evolve,
        lambda state, today: gifts.return_gift(state, command, request.org_id, today),
    )
