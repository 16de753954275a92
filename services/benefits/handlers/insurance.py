"""Insurance: a policy, and the people under it, in one transaction."""

from collections.abc import Container

from services.benefits import streams
from services.benefits.commands.insurance import BuyPolicy, EndCover, InsurePeople
from services.benefits.domain import insurance
from services.benefits.domain.bulk_event import Recipient
from services.benefits.domain.people import PersonStatus, capacity_in
from services.benefits.handlers import bulk
from services.benefits.handlers.guards import still_counting
from services.benefits.queries import deliveries, people
from services.benefits.streams import Range
from shared.contract.benefits import MemberInsured
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import retry, state_of, today_of, write
from shared.replicas.members import require_caught_up, require_known


async def buy_policy(store: EventStore, request: Request, command: BuyPolicy) -> Reply:
    """Record a policy in a known union."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.policy(org_id, command.policy_id),
        insurance.evolve,
        lambda state, today: insurance.buy_policy(state, command, org_id, today),
    )


async def insure_people(store: EventStore, request: Request, command: InsurePeople) -> Reply:
    """Cover people; of two who insure at once, neither overlooks whom the other insured."""
    await require_known(store, request, [one.person_id for one in command.people or ()])
    if command.people is None:
        await require_caught_up(store, request)
    org_id = request.org_id
    stream = streams.policy(org_id, command.policy_id)
    covers = streams.insured_under(org_id, command.policy_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        ever = await deliveries.count_of(store.pool, covers, MemberInsured.type_name())
        versions, insured = await deliveries.versions(store.pool, covers)
        cover = insurance.insure_people(
            state_of(insurance.evolve, found),
            command,
            org_id,
            today_of(store),
            belonging=await _belonging(store, org_id, command),
            insured=insured,
            covered=await _covered(store, covers, command, versions),
        )
        body = {
            "events": len(cover.people),
            "insured": len(cover.people),
            "link": f"/v1/{org_id}/policies/{command.policy_id}",
        }
        guard = still_counting(stream, covers, MemberInsured, ever + len(cover.people))
        writes = bulk.writes(cover, covers, versions)
        return await store.append(request, writes, Reply(201, body), [guard])

    return await retry(request, attempt)


async def _covered(
    store: EventStore, covers: Range, command: InsurePeople, ever: Container[str]
) -> dict[str, MemberInsured]:
    """How those of the people listed are covered, or last were, but by what never was."""
    names = {
        covers.low + one.person_id: one.person_id
        for one in command.people or ()
        if one.person_id in ever
    }
    found = await store.load_many(list(names)) if names else {}
    covered = {}
    for stream, loaded in found.items():
        never = {version for version, _ in loaded.said_not_to_be()}
        said = [
            event
            for version, event in enumerate(loaded.events, start=1)
            if isinstance(event, MemberInsured) and version not in never
        ]
        if said:
            covered[names[stream]] = said[-1]
    return covered


async def end_cover(store: EventStore, request: Request, command: EndCover) -> Reply:
    """End a person's cover, or say that it never was."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.insured(org_id, command.policy_id, command.person_id),
        insurance.evolve,
        lambda state, today: insurance.end_cover(state, command, org_id, today),
    )


async def _belonging(store: EventStore, org_id: str, command: InsurePeople) -> list[Recipient]:
    """Who is in the population on the day, each in the capacity they have in it."""
    if command.population is None:
        return []
    persons = await people.belonging(store.pool, org_id, command.population, command.insured_on)
    statuses = await people.statuses_on(store.pool, org_id, command.insured_on)
    found = []
    for person_id in persons:
        capacity = capacity_in(command.population, statuses.get(person_id, PersonStatus()))
        assert capacity is not None, f"{person_id} belongs to {command.population}"
        found.append(Recipient(person_id, capacity))
    return found
