"""Insurance: a policy, and the people under it, in one transaction."""

from services.benefits.commands.insurance import BuyPolicy, InsurePeople
from services.benefits.domain import decide, fold, streams
from services.benefits.domain.alike import Alike, Recipient
from services.benefits.domain.insurance import evolve
from services.benefits.domain.people import Standing, capacity_in
from services.benefits.handlers import bulk
from services.benefits.handlers.deciding import deciding_again, still_counting, today_of, write
from services.benefits.handlers.known import require_caught_up, require_known
from services.benefits.queries import deliveries, known
from shared.contract.benefits import MemberInsured
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def buy_policy(store: EventStore, request: Request, command: BuyPolicy) -> Reply:
    """Record a policy in a known union."""
    await require_known(store, request)
    stream = streams.policy(request.org_id, command.policy_id)
    return await write(store, request, stream, evolve, command)


async def insure_people(store: EventStore, request: Request, command: InsurePeople) -> Reply:
    """Cover people; of two who insure at once, neither overlooks whom the other insured."""
    await require_known(store, request, [one.person_id for one in command.people or ()])
    if command.people is None:
        await require_caught_up(store, request)
    stream = streams.policy(request.org_id, command.policy_id)
    covers = streams.insured_under(request.org_id, command.policy_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        versions, insured = await deliveries.versions(store.pool, covers)
        cover: Alike[MemberInsured] = decide(
            fold(evolve, found.events),
            command,
            request.org_id,
            today_of(store),
            belonging=await _belonging(store, request.org_id, command),
            insured=insured,
        )
        body = {
            "events": len(cover.people),
            "insured": len(cover.people),
            "link": f"/v1/{request.org_id}/policies/{command.policy_id}",
        }
        after = len(insured) + len(cover.people)
        return await store.append(
            request,
            bulk.writes(cover, covers, versions),
            Reply(201, body),
            [still_counting(stream, covers, MemberInsured, after)],
        )

    return await deciding_again(request, attempt)


async def _belonging(store: EventStore, org_id: str, command: InsurePeople) -> list[Recipient]:
    """Who is in the population on the day, each in the capacity they have in it."""
    if command.population is None:
        return []
    people = await known.belonging(store.pool, org_id, command.population, command.insured_on)
    standings = await known.standings(store.pool, org_id, command.insured_on)
    found = []
    for person_id in people:
        capacity = capacity_in(command.population, standings.get(person_id, Standing()))
        assert capacity is not None, f"{person_id} belongs to {command.population}"
        found.append(Recipient(person_id, capacity))
    return found
