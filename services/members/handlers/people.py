"""Commands about people: posts and memberships, in bulk or one by one."""

import base64
import secrets

from services.members.commands import (
    AdmissionRow,
    AdmitMembers,
    DeclareDependant,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    RecordStaffLeft,
    RegisterStaff,
    StaffLeavingRow,
    StaffRow,
    TransferOutMember,
)
from services.members.domain import membership, staff
from services.members.domain.person import Person, PersonEvent
from services.members.handlers.rows import decide_rows
from services.members.handlers.streams import (
    Context,
    append,
    deciding_again,
    load_known,
    one_stream,
    person_stream,
)
from services.members.queries import people
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write

MemberCommand = TransferOutMember | RecordMemberLeft | RecordMemberRetired | RecordMemberDied


async def register_staff(context: Context, request: Request, command: RegisterStaff) -> Reply:
    """Register people in post; names and numbers go, sealed, to the person records alone."""
    rows = [(row.person_id or new_person_id(), row) for row in command.people]

    async def attempt() -> Reply:
        known = await load_known(context, request, (person_id for person_id, _ in rows))
        holders = await people.holders(
            context.store.pool,
            context.sealer,
            request.org_id,
            [row.employee_no for row in command.people],
        )

        def decide(state: Person, person_id: str, row: StaffRow) -> list[PersonEvent]:
            events = staff.register_staff(
                state,
                row,
                request.org_id,
                context.today(),
                person_id=person_id,
                employee_no_taken=holders.get(row.employee_no, person_id) != person_id,
                source_recorded_on=command.source_recorded_on,
            )
            holders[row.employee_no] = person_id
            return events

        writes = decide_rows(request.org_id, known, rows, decide)
        kept = people.kept(context.sealer, request.org_id, dict(rows))
        reply = _counted("registered", writes, f"/v1/{request.org_id}/staff?on={context.today()}")
        return await append(context, request, writes, reply, [kept])

    return await deciding_again(request, attempt)


async def record_staff_left(context: Context, request: Request, command: RecordStaffLeft) -> Reply:
    """End labour relations."""

    def decide(state: Person, _: str, row: StaffLeavingRow) -> list[PersonEvent]:
        return staff.record_staff_left(
            state,
            row,
            request.org_id,
            context.today(),
            source_recorded_on=command.source_recorded_on,
        )

    async def attempt() -> Reply:
        rows = [(row.person_id, row) for row in command.people]
        known = await load_known(context, request, (person_id for person_id, _ in rows))
        writes = decide_rows(request.org_id, known, rows, decide)
        reply = _counted("left", writes, f"/v1/{request.org_id}/staff?on={context.today()}")
        return await append(context, request, writes, reply)

    return await deciding_again(request, attempt)


async def admit_members(context: Context, request: Request, command: AdmitMembers) -> Reply:
    """Admit staff as members."""

    def decide(state: Person, _: str, row: AdmissionRow) -> list[PersonEvent]:
        return membership.admit_member(
            state,
            row,
            request.org_id,
            context.today(),
            source_recorded_on=command.source_recorded_on,
        )

    async def attempt() -> Reply:
        rows = [(row.person_id, row) for row in command.people]
        known = await load_known(context, request, (person_id for person_id, _ in rows))
        writes = decide_rows(request.org_id, known, rows, decide)
        reply = _counted("admitted", writes, f"/v1/{request.org_id}/roster?on={context.today()}")
        return await append(context, request, writes, reply)

    return await deciding_again(request, attempt)


async def record_on_member(context: Context, request: Request, command: MemberCommand) -> Reply:
    """A membership moves, ends or is retained: the command's own decision, on one stream."""

    async def attempt() -> Reply:
        known = await load_known(context, request, [command.person_id])
        stream = person_stream(request.org_id, command.person_id)
        request.check_version(stream, known.versions[stream])
        decide = membership.DECISIONS[type(command)]
        events = decide(known.people[command.person_id], command, request.org_id, context.today())
        write = Write(stream, known.versions[stream], events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def declare_dependant(context: Context, request: Request, command: DeclareDependant) -> Reply:
    """Declare a member's dependant; the answer carries the id, ours when none was given."""
    dependant_id = command.dependant_id or new_person_id()

    async def attempt() -> Reply:
        known = await load_known(context, request, [command.person_id])
        stream = person_stream(request.org_id, command.person_id)
        request.check_version(stream, known.versions[stream])
        events = membership.declare_dependant(
            known.people[command.person_id],
            command,
            request.org_id,
            context.today(),
            dependant_id=dependant_id,
        )
        write = Write(stream, known.versions[stream], events)
        kept = people.kept_dependant(context.sealer, request.org_id, dependant_id, command.name)
        reply = one_stream(write, dependant_id=dependant_id)
        return await append(context, request, [write], reply, [kept])

    return await deciding_again(request, attempt)


def new_person_id() -> str:
    """An opaque id of 80 random bits: nothing about a person can be read from it."""
    return "p-" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def _counted(what: str, writes: list[Write], link: str) -> Reply:
    events = sum(len(write.events) for write in writes)
    return Reply(201, {"events": events, what: len(writes), "link": link})
