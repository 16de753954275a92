"""Commands about memberships: admissions in bulk, endings and dependants one by one."""

from services.members import streams
from services.members.commands.membership import (
    AdmissionRow,
    AdmitMembers,
    DeclareDependant,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    TransferOutMember,
)
from services.members.domain import dependants, membership, person
from services.members.domain.person import PersonEvent, Record
from services.members.handlers.bulk import append_rows, decide_rows
from services.members.handlers.context import Context, require_union
from services.members.handlers.person_ids import new_person_id
from services.members.queries import person_records
from services.members.queries.encryption import PersonRecord
from services.members.tables import Kept, dependant_record, rows_of
from shared.contract.members import DependantDeclared
from shared.eventstore.existing_entry import telling_existing_entry
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from shared.eventstore.withdrawn_before import withdrawn_before
from shared.eventstore.write import one_stream, retry, state_of, today_of, write


async def admit_members(context: Context, request: Request, command: AdmitMembers) -> Reply:
    """Admit staff as members."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    rows = [(row.person_id, row) for row in command.people]

    async def attempt() -> Reply:
        today = today_of(store)

        def decide(state: Record | None, _: str, row: AdmissionRow) -> list[PersonEvent]:
            return membership.admit_member(
                state, row, org_id, today, source_recorded_on=command.source_recorded_on
            )

        writes = await decide_rows(store, org_id, rows, decide, membership.ADMISSION_REFUSALS)
        link = f"/v1/{org_id}/roster?on={today}"
        return await append_rows(store, request, writes, "admitted", link)

    return await retry(request, attempt)


async def transfer_out_member(
    context: Context, request: Request, command: TransferOutMember
) -> Reply:
    """A membership moves to another union."""
    await require_union(context.store, request)
    org_id = request.org_id
    return await write(
        context.store,
        request,
        streams.person(org_id, command.person_id),
        person.evolve,
        lambda state, today: membership.transfer_out(state, command, org_id, today),
        also=rows_of,
    )


async def record_member_left(
    context: Context, request: Request, command: RecordMemberLeft
) -> Reply:
    """A membership ends."""
    await require_union(context.store, request)
    org_id = request.org_id
    return await write(
        context.store,
        request,
        streams.person(org_id, command.person_id),
        person.evolve,
        lambda state, today: membership.record_member_left(state, command, org_id, today),
        also=rows_of,
    )


async def record_member_retired(
    context: Context, request: Request, command: RecordMemberRetired
) -> Reply:
    """A member retires: the membership ends or is retained, a post still held ends."""
    await require_union(context.store, request)
    org_id = request.org_id
    return await write(
        context.store,
        request,
        streams.person(org_id, command.person_id),
        person.evolve,
        lambda state, today: membership.record_member_retired(state, command, org_id, today),
        also=rows_of,
    )


async def record_member_died(
    context: Context, request: Request, command: RecordMemberDied
) -> Reply:
    """A member died: membership and a post still held end."""
    await require_union(context.store, request)
    org_id = request.org_id
    return await write(
        context.store,
        request,
        streams.person(org_id, command.person_id),
        person.evolve,
        lambda state, today: membership.record_member_died(state, command, org_id, today),
        also=rows_of,
    )


async def declare_dependant(context: Context, request: Request, command: DeclareDependant) -> Reply:
    """Declare a member's dependant; the answer carries the id, ours when none was given."""
    store, cipher = context
    await require_union(store, request)
    org_id = request.org_id
    dependant_id = command.dependant_id or new_person_id()
    ciphertext = cipher.encrypt(org_id, dependant_id, PersonRecord(command.name, None))
    record = dependant_record(org_id, Kept(dependant_id, None, ciphertext))
    stream = streams.person(org_id, command.person_id)
    theirs = streams.person(org_id, dependant_id)

    async def attempt() -> Reply:
        loaded = await store.load_many([stream, theirs])
        found = loaded[stream]
        request.check_version(stream, found.version)
        same = await _of_that_name(context, org_id, command, found)
        with telling_existing_entry({stream: found}):
            events = dependants.declare_dependant(
                state_of(person.evolve, found),
                command,
                org_id,
                today_of(store),
                dependant_id=dependant_id,
                dependant=state_of(person.evolve, loaded[theirs]),
                same=same,
            )
        if request.unless_withdrawn:
            await _not_withdrawn(context, org_id, command, stream, found)
        declaring = Write(stream, found.version, events)
        reply = one_stream(declaring, dependant_id=dependant_id)
        return await store.append(request, [declaring], reply, [*rows_of([declaring]), record])

    return await retry(request, attempt)


async def _not_withdrawn(
    context: Context, org_id: str, command: DeclareDependant, stream: str, found: Loaded
) -> None:
    """Each declaration makes an id of its own: what was taken back is known by name, relation and
    day. Raises Conflict `withdrawn-before`."""
    told = (command.relation, command.declared_on)
    gone = {
        event.dependant_id: version
        for version, event in found.said_not_to_be()
        if isinstance(event, DependantDeclared) and (event.relation, event.occurred_on) == told
    }
    names = await person_records.names_held(context.store.pool, context.cipher, org_id, list(gone))
    for dependant_id, version in gone.items():
        if names.get(dependant_id) == command.name:
            raise withdrawn_before(f"{stream}@{version}")


async def _of_that_name(
    context: Context, org_id: str, command: DeclareDependant, found: Loaded
) -> DependantDeclared | None:
    """Who of that name the member declared before, where the command makes a new person: a list
    sent again would make one more each time."""
    if command.dependant_id is not None:
        return None
    declared = [each for each in found.effective if isinstance(each, DependantDeclared)]
    ids = [each.dependant_id for each in declared]
    names = await person_records.names_held(context.store.pool, context.cipher, org_id, ids)
    return next((each for each in declared if names.get(each.dependant_id) == command.name), None)
