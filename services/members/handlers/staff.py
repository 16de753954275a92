"""Commands about posts: bulk commands, each row on its person's stream."""

from collections.abc import Sequence

from services.members import streams
from services.members.commands.staff import (
    ChangeDepartment,
    ChangeMember,
    DepartmentRow,
    RecordStaffLeft,
    RegisterStaff,
    StaffLeavingRow,
    StaffRow,
)
from services.members.domain import person, staff
from services.members.domain.person import PersonEvent, Record
from services.members.handlers.bulk import append_rows, decide_rows
from services.members.handlers.context import Context, require_union
from services.members.handlers.person_ids import new_person_id
from services.members.queries import person_records
from services.members.queries.encryption import PersonRecord
from services.members.tables import Kept, records, renaming, rows_of
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, Write
from shared.eventstore.write import retry, today_of, write_knowing


async def register_staff(context: Context, request: Request, command: RegisterStaff) -> Reply:
    """Register people in post; names and numbers go, encrypted, to the person records alone."""
    store, cipher = context
    await require_union(store, request)
    org_id = request.org_id
    rows = [(row.person_id or new_person_id(), row) for row in command.people]
    numbers = [row.employee_no for row in command.people]
    returning = [row.person_id for row in command.people if row.person_id is not None]

    async def attempt() -> Reply:
        today = today_of(store)
        holders = await person_records.holders(store.pool, cipher, org_id, numbers)
        names = await person_records.names_held(store.pool, cipher, org_id, returning)

        def decide(state: Record | None, person_id: str, row: StaffRow) -> list[PersonEvent]:
            events = staff.register_staff(
                state,
                row,
                org_id,
                today,
                person_id=person_id,
                employee_no_taken=holders.get(row.employee_no, person_id) != person_id,
                renamed=names.get(person_id, row.name) != row.name,
                source_recorded_on=command.source_recorded_on,
            )
            holders[row.employee_no] = person_id
            return events

        writes = await decide_rows(store, org_id, rows, decide, staff.REGISTRATION_REFUSALS)
        kept = [_kept(context, org_id, person_id, row) for person_id, row in dict(rows).items()]
        link = f"/v1/{org_id}/staff?on={today}"
        return await append_rows(
            store, request, writes, "registered", link, also=[records(org_id, kept)]
        )

    return await retry(request, attempt)


async def record_staff_left(context: Context, request: Request, command: RecordStaffLeft) -> Reply:
    """End labour relations."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    rows = [(row.person_id, row) for row in command.people]

    async def attempt() -> Reply:
        today = today_of(store)

        def decide(state: Record | None, _: str, row: StaffLeavingRow) -> list[PersonEvent]:
            return staff.record_staff_left(
                state, row, org_id, today, source_recorded_on=command.source_recorded_on
            )

        writes = await decide_rows(store, org_id, rows, decide, staff.LEAVING_REFUSALS)
        return await append_rows(store, request, writes, "left", f"/v1/{org_id}/staff?on={today}")

    return await retry(request, attempt)


async def change_department(context: Context, request: Request, command: ChangeDepartment) -> Reply:
    """People belong to another department."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    rows = [(row.person_id, row) for row in command.people]

    async def attempt() -> Reply:
        today = today_of(store)

        def decide(state: Record | None, _: str, row: DepartmentRow) -> list[PersonEvent]:
            return staff.change_department(
                state,
                row,
                org_id,
                today,
                reason=command.reason,
                source_recorded_on=command.source_recorded_on,
            )

        writes = await decide_rows(store, org_id, rows, decide, staff.DEPARTMENT_REFUSALS)
        link = f"/v1/{org_id}/staff?on={today}"
        return await append_rows(store, request, writes, "changed", link)

    return await retry(request, attempt)


def _kept(context: Context, org_id: str, person_id: str, row: StaffRow) -> Kept:
    record = PersonRecord(row.name, row.employee_no)
    return Kept(
        person_id,
        context.cipher.number_hash(org_id, row.employee_no),
        context.cipher.encrypt(org_id, person_id, record),
    )


async def change_member(context: Context, request: Request, command: ChangeMember) -> Reply:
    """Correct what is registered of a person; a name in the person records alone."""
    store, cipher = context
    await require_union(store, request)
    org_id, person_id, name = request.org_id, command.person_id, command.name

    async def held(_: Loaded) -> PersonRecord | None:
        """The record that gets another name."""
        if name is None:
            return None
        record = await person_records.record_of(store.pool, cipher, org_id, person_id)
        return record if record is not None and record.name != name else None

    def kept(writes: Sequence[Write], record: PersonRecord | None) -> list[Also]:
        if record is None or name is None:
            return rows_of(writes)
        ciphertext = cipher.encrypt(org_id, person_id, record._replace(name=name))
        return [*rows_of(writes), renaming(org_id, Kept(person_id, None, ciphertext))]

    return await write_knowing(
        store,
        request,
        streams.person(org_id, person_id),
        person.evolve,
        look=held,
        decide=lambda state, today, record: staff.change_member(
            state, command, org_id, today, renamed=record is not None
        ),
        also=kept,
    )
