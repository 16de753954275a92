"""What `members` accepts and answers: commands with their roles, refusal titles, queries."""

from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query
from pydantic import Field

from services.members.commands import (
    ROWS_MAX,
    AdmitMembers,
    CompleteAffiliationTransfer,
    DeclareDependant,
    DeclareStaffCount,
    EmployeeNo,
    RecordHandoverPrepared,
    RecordMemberDied,
    RecordMemberLeft,
    RecordMemberRetired,
    RecordStaffLeft,
    RegisterOrganisation,
    RegisterStaff,
    StartAffiliationTransfer,
    TransferOutMember,
)
from services.members.handlers import affiliation, organisation, people
from services.members.queries import people as person_records
from services.members.queries import rosters
from services.members.queries.people import Inquiry, Purpose
from shared.contract.values import PersonId
from shared.decider.command import Command
from shared.errors import Invalid, Unknown
from shared.http.app import CommandApi, Route

CLERK = ("clerk",)
CHAIR = ("chair",)

COMMANDS: dict[str, Route] = {
    "register-organisation": Route(
        RegisterOrganisation, ("operator",), organisation.register_organisation
    ),
    "declare-staff-count": Route(
        DeclareStaffCount, ("clerk", "chair"), organisation.declare_staff_count
    ),
    "register-staff": Route(RegisterStaff, CLERK, people.register_staff),
    "record-staff-left": Route(RecordStaffLeft, CLERK, people.record_staff_left),
    "admit-members": Route(AdmitMembers, CLERK, people.admit_members),
    "transfer-out-member": Route(TransferOutMember, CLERK, people.record_on_member),
    "record-member-left": Route(RecordMemberLeft, CLERK, people.record_on_member),
    "record-member-retired": Route(RecordMemberRetired, CLERK, people.record_on_member),
    "record-member-died": Route(RecordMemberDied, CLERK, people.record_on_member),
    "declare-dependant": Route(DeclareDependant, CLERK, people.declare_dependant),
    "start-affiliation-transfer": Route(
        StartAffiliationTransfer, CHAIR, affiliation.start_transfer
    ),
    "record-handover-prepared": Route(
        RecordHandoverPrepared, ("clerk", "chair"), affiliation.record_prepared
    ),
    "complete-affiliation-transfer": Route(
        CompleteAffiliationTransfer, CHAIR, affiliation.complete_transfer
    ),
}

REFUSALS: dict[str, str] = {
    "org-id-invalid": "工会编号不合规",
    "organisation-exists": "该工会已登记",
    "parent-is-below": "上级工会不能是本工会或其下级",
    "women-exceed-staff": "女职工人数多于职工人数",
    "staff-count-declared": "该日职工人数已申报,数字相同",
    "unknown-person": "未登记该人员",
    "person-died": "该人员已去世",
    "already-staff": "该人员已在职",
    "registered-before-left": "入职日期早于上次离职日期",
    "employee-no-taken": "工号已属于他人",
    "not-staff": "该人员已不在职",
    "left-before-staff": "离职日期早于入职日期",
    "from-org-not-meant": "转出工会填写有误",
    "already-a-member": "该人员已是会员",
    "never-a-member": "该人员从未入会,不能重新入会",
    "rejoin-only": "该人员曾是会员,只能重新入会",
    "joined-before-staff": "入会日期早于入职日期",
    "joined-before-ended": "入会日期早于上次会籍终止日期",
    "to-org-is-own": "转入工会不能是本工会",
    "not-a-member": "该人员不是会员",
    "ended-before-joined": "会籍终止日期早于入会日期",
    "already-retired": "该会员已退休",
    "dependant-is-self": "家属不能是本人",
    "dependant-declared": "该家属已登记",
    "transfer-under-way": "已有转隶正在办理",
    "not-the-parent": "转出的上级工会与登记不符",
    "same-parent": "转入与转出的上级工会相同",
    "no-transfer": "没有正在办理的转隶",
    "before-transfer": "日期早于转隶开始日期",
    "more-than-members": "已备会员材料数多于会员人数",
    "period-reversed": "起始日期晚于截止日期",
}
"""Titles of the refusals this context adds; the codes are part of the contract."""


class LookUp(Command):
    """Which people hold these employee numbers, and what the answer is for."""

    employee_nos: Annotated[tuple[EmployeeNo, ...], Field(min_length=1, max_length=ROWS_MAX)]
    purpose: Purpose


class AskNames(Command):
    """What these people are called, and what the answer is for."""

    person_ids: Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=ROWS_MAX)]
    purpose: Purpose


Authorization = Annotated[str | None, Header()]
Limit = Annotated[int, Query(ge=1, le=ROWS_MAX)]
ROSTER_READERS = ("clerk", "auditor", "approver", "chair")


def add_queries(app: FastAPI, api: CommandApi) -> None:
    """The GET routes, and the two questions too long for an address."""
    _add_rosters(app, api)
    _add_person_records(app, api)


def _add_rosters(app: FastAPI, api: CommandApi) -> None:
    pool = api.store.pool

    async def reader(authorization: str | None, org_id: str) -> dict[str, Any]:
        await api.actor(authorization, org_id, *ROSTER_READERS)
        union = await rosters.union(pool, org_id)
        if union is None:
            raise Unknown("unknown-union", f"no union {org_id} is registered")
        return union

    @app.get("/v1/{org_id}/organisation", tags=["queries"])
    async def organisation_now(org_id: str, authorization: Authorization = None) -> dict[str, Any]:
        """The union as it stands. Roles: clerk, auditor, approver, chair."""
        return await reader(authorization, org_id)

    @app.get("/v1/{org_id}/roster", tags=["queries"])
    async def roster(
        org_id: str,
        on: date,
        cursor: PersonId | None = None,
        limit: Limit = ROWS_MAX,
        authorization: Authorization = None,
    ) -> dict[str, Any]:
        """The members at the end of a day. Roles: clerk, auditor, approver, chair."""
        await reader(authorization, org_id)
        found = await rosters.members_on(pool, org_id, on, rosters.Page(cursor or "", limit))
        return {"on": on, "members": found, "next_cursor": _next(found, limit)}

    @app.get("/v1/{org_id}/staff", tags=["queries"])
    async def staff(
        org_id: str,
        on: date,
        cursor: PersonId | None = None,
        limit: Limit = ROWS_MAX,
        authorization: Authorization = None,
    ) -> dict[str, Any]:
        """The people in post on a day. Roles: clerk, auditor, approver, chair."""
        await reader(authorization, org_id)
        found = await rosters.staff_on(pool, org_id, on, rosters.Page(cursor or "", limit))
        return {"on": on, "staff": found, "next_cursor": _next(found, limit)}

    @app.get("/v1/{org_id}/membership-account", tags=["queries"])
    async def membership_account(
        org_id: str,
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
        authorization: Authorization = None,
    ) -> dict[str, Any]:
        """Opening, what began and ended, closing, in 名. Roles: clerk, auditor, approver, chair."""
        await reader(authorization, org_id)
        if first > last:
            raise Invalid("period-reversed", f"{first} is after {last}")
        account = await rosters.membership_account(pool, org_id, first, last)
        return {"from": first, "to": last, **account}


def _add_person_records(app: FastAPI, api: CommandApi) -> None:
    pool, sealer = api.store.pool, api.context.sealer

    @app.post("/v1/{org_id}/people/lookup", tags=["person records"])
    async def lookup(
        org_id: str, question: LookUp, authorization: Authorization = None
    ) -> dict[str, Any]:
        """Person ids by employee number; recorded as a disclosure. Role: clerk."""
        actor = await api.actor(authorization, org_id, "clerk")
        inquiry = Inquiry(actor, org_id, question.purpose, api.store.clock())
        found = await person_records.person_ids(pool, sealer, inquiry, question.employee_nos)
        return {
            "people": [{"employee_no": no, "person_id": found[no]} for no in found],
            "unknown": [no for no in question.employee_nos if no not in found],
        }

    @app.post("/v1/{org_id}/people/names", tags=["person records"])
    async def names(
        org_id: str, question: AskNames, authorization: Authorization = None
    ) -> dict[str, Any]:
        """Names by person id; recorded as a disclosure. Roles: clerk, auditor."""
        actor = await api.actor(authorization, org_id, "clerk", "auditor")
        inquiry = Inquiry(actor, org_id, question.purpose, api.store.clock())
        found = await person_records.names(pool, sealer, inquiry, question.person_ids)
        return {
            "people": [{"person_id": each, "name": found[each]} for each in found],
            "unknown": [each for each in question.person_ids if each not in found],
        }

    @app.get("/v1/{org_id}/disclosures", tags=["person records"])
    async def disclosures(
        org_id: str,
        cursor: Annotated[int, Query(ge=0)] = 0,
        limit: Limit = ROWS_MAX,
        authorization: Authorization = None,
    ) -> dict[str, Any]:
        """Who was told what, when and what for. Roles: auditor, chair."""
        await api.actor(authorization, org_id, "auditor", "chair")
        found = await person_records.disclosures(pool, org_id, cursor, limit)
        following = found[-1]["disclosure_id"] if len(found) == limit else None
        return {"disclosures": found, "next_cursor": following}


def _next(found: list[dict[str, Any]], limit: int) -> str | None:
    return found[-1]["person_id"] if len(found) == limit else None
