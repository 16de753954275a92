"""A context's replica of which unions and people there are, as members says it.

Every event of members moves the replica's position in its stream, so that a caller who states one
(Guildhall-After) can be told to wait. Repeating an event, or hearing it late, changes nothing. A
context that needs more of members' facts adds reactions and tables of its own.
"""

from collections.abc import Collection, Mapping, Sequence

import asyncpg

from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.members import (
    EVENTS,
    DependantDeclared,
    MembersMerged,
    MembersUnmerged,
    OrganisationRegistered,
    StaffRegistered,
)
from shared.decider.row_refusals import refuse_rows, refused_row
from shared.errors import Conflict, ContractViolation, Invalid, NotPermitted, NotYet, Unknown
from shared.eventstore.request import Request
from shared.eventstore.store import Also, EventStore
from shared.replicas.apply import Reaction
from shared.replicas.refill import Progress, progress

TABLES = ("members_streams", "known_unions", "known_merges")
"""What every context's copy of members consists of."""

HEARD = """
INSERT INTO members_streams AS heard (stream, version) VALUES ($1, $2)
ON CONFLICT (stream) DO UPDATE SET version = greatest(heard.version, EXCLUDED.version)
"""
UNION_KNOWN = f"""
WITH heard AS ({HEARD})
INSERT INTO known_unions (org_id, simulated) VALUES ($3, $4) ON CONFLICT (org_id) DO NOTHING
"""
"""A union is registered once, and its clock is never another afterwards."""
MERGE_KNOWN = f"""
WITH heard AS ({HEARD})
INSERT INTO known_merges (version, org_id, person_id, kept_person_id) VALUES ($2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
UNKNOWN_PEOPLE = """
SELECT person_id, stream FROM unnest($1::text[], $2::text[]) AS named (person_id, stream)
WHERE NOT EXISTS (SELECT FROM members_streams AS heard WHERE heard.stream = named.stream)
"""
MERGED = """
SELECT person_id, kept_person_id FROM (
    SELECT DISTINCT ON (person_id) person_id, kept_person_id FROM known_merges
    WHERE org_id = $1 ORDER BY person_id, version DESC) AS last
WHERE kept_person_id IS NOT NULL
"""


def person_stream(org_id: str, person_id: str) -> str:
    """The stream of members that makes a person known."""
    return StaffRegistered.STREAM.named(org_id=org_id, person_id=person_id)


def when_anything_is_said(_event: DomainEvent, envelope: Envelope) -> Also:
    """The stream is known, up to this version; a person's stream makes the person known."""
    return Also(HEARD, [(envelope.stream, envelope.stream_version)])


def when_organisation_registered(event: OrganisationRegistered, envelope: Envelope) -> Also:
    """The union is known, and whether it runs on a simulated clock.

    Raises ContractViolation `attribute-invalid` where its registration was recorded by another
    clock: members registers no such union, which every real command would be refused for.
    """
    if event.simulated != envelope.simulated:
        raise ContractViolation(
            "attribute-invalid", f"a union with simulated {event.simulated}, by the other clock"
        )
    row = (envelope.stream, envelope.stream_version, event.org_id, event.simulated)
    return Also(UNION_KNOWN, [row])


def when_dependant_declared(event: DependantDeclared, envelope: Envelope) -> Also:
    """The dependant is known too. Version 0, for nothing of theirs was said."""
    dependant = (person_stream(event.org_id, event.dependant_id), 0)
    return Also(HEARD, [(envelope.stream, envelope.stream_version), dependant])


def when_merged(event: MembersMerged, envelope: Envelope) -> Also:
    """Of two records one is kept: whoever names the other is told so."""
    return _merge(event, envelope, event.kept_person_id)


def when_unmerged(event: MembersUnmerged, envelope: Envelope) -> Also:
    """They were no two records of one person."""
    return _merge(event, envelope, None)


def _merge(
    event: MembersMerged | MembersUnmerged, envelope: Envelope, kept_person_id: str | None
) -> Also:
    row = (
        envelope.stream,
        envelope.stream_version,
        event.org_id,
        event.person_id,
        kept_person_id,
    )
    return Also(MERGE_KNOWN, [row])


REACTIONS: dict[type[DomainEvent], Reaction] = {
    **dict.fromkeys(EVENTS, when_anything_is_said),
    OrganisationRegistered: when_organisation_registered,
    DependantDeclared: when_dependant_declared,
    MembersMerged: when_merged,
    MembersUnmerged: when_unmerged,
}


async def union_is_simulated(pool: asyncpg.Pool, org_id: str) -> bool | None:
    """Whether a union runs on a simulated clock; None where the replica does not know the union."""
    known: bool | None = await pool.fetchval(
        "SELECT simulated FROM known_unions WHERE org_id = $1", org_id
    )
    return known


async def unknown_people(pool: asyncpg.Pool, org_id: str, person_ids: Sequence[str]) -> set[str]:
    """Those of `person_ids` whom the replica does not know in this union, in any capacity."""
    streams = [person_stream(org_id, person_id) for person_id in person_ids]
    rows = await pool.fetch(UNKNOWN_PEOPLE, list(person_ids), streams)
    return {row["person_id"] for row in rows}


async def merged_people(pool: asyncpg.Pool, org_id: str) -> dict[str, str]:
    """Of each record of the union that was merged, the one that is kept in the end. They are few.

    Of a circle, which members makes none of, whom one comes to last.
    """
    rows = await pool.fetch(MERGED, org_id)
    into: dict[str, str] = {row["person_id"]: row["kept_person_id"] for row in rows}
    return {person: _kept(into, person) for person in into}


def _kept(into: Mapping[str, str], person_id: str) -> str:
    passed = {person_id}
    while (following := into.get(person_id)) is not None and following not in passed:
        passed.add(following)
        person_id = following
    return person_id


async def heard_version(pool: asyncpg.Pool, stream: str) -> int:
    """The version up to which the replica has heard one stream of members (0: nothing of it)."""
    return int(
        await pool.fetchval("SELECT version FROM members_streams WHERE stream = $1", stream) or 0
    )


async def require_known(
    store: EventStore,
    request: Request,
    person_ids: Sequence[str] = (),
    *,
    recorded: Collection[str] = (),
) -> None:
    """The union is known and on this service's clock, and so is everyone named, by the record that
    is kept. `recorded`: whom a fact that stands names; what follows it names them alike.

    Raises NotYet `members-behind` where something is not known and the replica has not heard the
    position the caller states, NotYet `copy-being-refilled` where the replica is being refilled;
    otherwise Unknown `unknown-union`, Invalid `unknown-member`, Conflict `merged-record`, whose
    `errors` say who is kept (`kept_person_id`). Raises NotPermitted
    `simulated-union-refused`: simulated and real facts never meet in one union. Raises Invalid
    `invalid-request` where Guildhall-After is not `stream@version`.
    """
    await _require_union(store, request)
    if not person_ids:
        return
    if await unknown_people(store.pool, request.org_id, person_ids):
        await _refuse_unknown(store, request, person_ids)
    merged = await merged_people(store.pool, request.org_id)
    require_kept(person_ids, {each: merged[each] for each in merged if each not in recorded})


def require_kept(person_ids: Sequence[str], merged: Mapping[str, str]) -> None:
    """Nobody of these has another record, which is kept. Raises Conflict `merged-record`."""
    rows = [
        refused_row(number, "merged-record", person_id=person_id, kept_person_id=merged[person_id])
        for number, person_id in enumerate(person_ids if merged else (), start=1)
        if person_id in merged
    ]
    refuse_rows(rows, {"merged-record": Conflict})


async def _refuse_unknown(store: EventStore, request: Request, person_ids: Sequence[str]) -> None:
    """Raises what `require_known` does where somebody is not known, once the copy has caught up."""
    await require_caught_up(store, request)
    refilled = await progress(store.pool, "members")
    unknown = await unknown_people(store.pool, request.org_id, person_ids)
    if unknown:
        _require_refilled(refilled)
    rows = [
        refused_row(number, "unknown-member", person_id=person_id)
        for number, person_id in enumerate(person_ids, start=1)
        if person_id in unknown
    ]
    refuse_rows(rows, {"unknown-member": Invalid})


async def _require_union(store: EventStore, request: Request) -> None:
    simulated = store.settled.get(request.org_id)
    if simulated is None:
        simulated = await union_is_simulated(store.pool, request.org_id)
    if simulated is None:
        await require_caught_up(store, request)
        refilled = await progress(store.pool, "members")
        # The replica may have heard of it since we looked.
        simulated = await union_is_simulated(store.pool, request.org_id)
        if simulated is None:
            _require_refilled(refilled)
    if simulated is None:
        raise Unknown("unknown-union", f"no union {request.org_id} is known here")
    store.settled[request.org_id] = simulated
    if simulated != request.simulated:
        raise NotPermitted(
            "simulated-union-refused",
            f"{request.org_id} is a {'simulated' if simulated else 'real'} union,"
            f" this service runs on a {'simulated' if request.simulated else 'real'} clock",
        )


def _require_refilled(refilled: Progress | None) -> None:
    """What is not known may be what a disowned event kept out: nobody is unknown for good. Raises
    NotYet `copy-being-refilled`. Asked before what is not known was looked up."""
    if refilled is not None:
        raise NotYet(
            "copy-being-refilled",
            f"our copy of members is refilled, {refilled.read} of {refilled.of} records are read"
            " anew: retry",
        )


async def require_caught_up(store: EventStore, request: Request) -> None:
    """The replica has heard every position the caller states: `stream@version`, commas between.

    Members' streams arrive in no common order, so a caller who wrote several states several.
    Raises NotYet `members-behind`; Invalid `invalid-request`.
    """
    for stream, version in request.stated_positions():
        heard = await heard_version(store.pool, stream)
        if heard < version:
            raise NotYet(
                "members-behind",
                f"our copy of members holds version {heard} of {stream}, you wrote {version}:"
                " retry",
            )
