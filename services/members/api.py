"""What `members` accepts and answers: commands with their roles, refusal titles, queries."""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

from services.members.commands import affiliation as asked_of_affiliation
from services.members.commands import asking
from services.members.commands import membership as asked_of_membership
from services.members.commands import merging as asked_of_merging
from services.members.commands import organisation as asked_of_organisation
from services.members.commands import staff as asked_of_staff
from services.members.handlers import (
    affiliation,
    membership,
    merging,
    organisation,
    staff,
    withdrawals,
)
from services.members.queries import documents, person_records, rosters
from services.members.queries.documents import Deposit
from services.members.queries.person_records import Inquiry, require_purpose
from shared.contract.envelope import Actor
from shared.decider.withdrawal import WithdrawEntries
from shared.errors import Invalid, Unknown
from shared.http.access import of_union
from shared.http.app import CommandApi, Route
from shared.http.pages import PAGE_MAX, AskedDate, Cursor, Limit, page

CLERK = ("clerk",)
CHAIR = ("chair",)

COMMANDS: dict[str, Route] = {
    "register-organisation": Route(
        asked_of_organisation.RegisterOrganisation,
        ("operator",),
        organisation.register_organisation,
    ),
    "correct-organisation": Route(
        asked_of_organisation.CorrectOrganisation,
        ("operator",),
        organisation.correct_organisation,
    ),
    "declare-staff-count": Route(
        asked_of_organisation.DeclareStaffCount,
        ("clerk", "chair"),
        organisation.declare_staff_count,
    ),
    "register-staff": Route(asked_of_staff.RegisterStaff, CLERK, staff.register_staff),
    "record-staff-left": Route(asked_of_staff.RecordStaffLeft, CLERK, staff.record_staff_left),
    "change-department": Route(asked_of_staff.ChangeDepartment, CLERK, staff.change_department),
    "change-member": Route(asked_of_staff.ChangeMember, CLERK, staff.change_member),
    "merge-members": Route(asked_of_merging.MergeMembers, CHAIR, merging.merge_members),
    "unmerge-members": Route(asked_of_merging.UnmergeMembers, CHAIR, merging.unmerge_members),
    "admit-members": Route(asked_of_membership.AdmitMembers, CLERK, membership.admit_members),
    "transfer-out-member": Route(
        asked_of_membership.TransferOutMember, CLERK, membership.transfer_out_member
    ),
    "record-member-left": Route(
        asked_of_membership.RecordMemberLeft, CLERK, membership.record_member_left
    ),
    "record-member-retired": Route(
        asked_of_membership.RecordMemberRetired, CLERK, membership.record_member_retired
    ),
    "record-member-died": Route(
        asked_of_membership.RecordMemberDied, CLERK, membership.record_member_died
    ),
    "declare-dependant": Route(
        asked_of_membership.DeclareDependant, CLERK, membership.declare_dependant
    ),
    "start-affiliation-transfer": Route(
        asked_of_affiliation.StartAffiliationTransfer, CHAIR, affiliation.start_transfer
    ),
    "record-handover-prepared": Route(
        asked_of_affiliation.RecordHandoverPrepared, ("clerk", "chair"), affiliation.record_prepared
    ),
    "complete-affiliation-transfer": Route(
        asked_of_affiliation.CompleteAffiliationTransfer, CHAIR, affiliation.complete_transfer
    ),
    "withdraw-entries": Route(WithdrawEntries, ("clerk", "chair"), withdrawals.withdraw_entries),
}

REFUSALS: dict[str, str] = {
    "org-id-invalid": "工会编号不合规",
    "organisation-exists": "该工会已登记",
    "record-unreadable": "该人员的档案无法解密，请联系管理员",
    "parent-is-below": "上级工会不能是本工会或其下级",
    "parent-moved-since": "上级工会已因转隶变更，不能更正",
    "women-exceed-staff": "女职工人数多于职工人数",
    "staff-count-declared": "该日职工人数已申报，数字相同",
    "unknown-person": "未登记该人员",
    "person-died": "该人员已去世",
    "recorded-before": "已登记，与本次所填相同",
    "already-staff": "该人员已在职",
    "number-was-anothers": "该工号原属已离职的另一人",
    "registered-before-left": "入职日期早于上次离职日期",
    "employee-no-taken": "工号已属于他人",
    "not-staff": "该人员已不在职",
    "left-before-staff": "离职日期早于入职日期",
    "merged-with-self": "同一档案不能与自己合并",
    "merged-already": "该档案已合并",
    "not-merged": "该档案未曾合并",
    "entered-since": "合并后该档案另有登记，请先撤回",
    "unmerged-before-merge": "撤销合并日期早于合并日期",
    "same-department": "该人员当日已在该部门",
    "department-told-that-day": "该人员当日已登记另一部门，有误请先撤回",
    "department-before-staff": "部门变动日期早于入职日期",
    "department-differs": "部门与登记不同",
    "nothing-changes": "与登记内容相同，无须更正",
    "from-org-not-meant": "转出工会填写有误",
    "already-a-member": "该人员已是会员",
    "never-a-member": "该人员从未入会，不能重新入会",
    "rejoin-only": "该人员曾是会员，只能重新入会",
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
    "document-type": "文件须是 PDF、JPEG 或 PNG",
    "unknown-document": "没有留存这份文件",
    "document-altered": "留存的文件与登记的校验值不符，不予显示",
    "purpose-not-yours": "你的角色不能为这个用途查看姓名或文件",
}
"""Titles of the refusals this context adds; the codes are part of the contract."""


READERS = ("clerk", "auditor", "approver", "chair")
OF_READERS = [of_union(*READERS)]
Clerk = Annotated[Actor, of_union("clerk")]
NameReader = Annotated[Actor, of_union(*READERS, "cashier")]
DocumentReader = Annotated[Actor, of_union(*READERS)]


def add_routes(app: FastAPI, api: CommandApi) -> None:
    """The context's queries, and what no address may hold; lists are pages by key."""
    _organisation_routes(app, api)
    _roster_routes(app, api)
    _record_routes(app, api)
    _document_routes(app, api)
    _duplicate_routes(app, api)
    _disclosure_routes(app, api)


async def _union(api: CommandApi, org_id: str) -> dict[str, Any]:
    """The union as it stands. Raises Unknown `unknown-union`."""
    union = await rosters.union(api.store.pool, org_id)
    if union is None:
        raise Unknown("unknown-union", f"no union {org_id} is registered")
    return union


def _organisation_routes(app: FastAPI, api: CommandApi) -> None:
    @app.get("/v1/{org_id}/organisation", tags=["queries"], dependencies=OF_READERS)
    async def organisation_now(org_id: str) -> dict[str, Any]:
        """The union as it stands. Roles: clerk, auditor, approver, chair."""
        return await _union(api, org_id)

    @app.get("/v1/{org_id}/membership-account", tags=["queries"], dependencies=OF_READERS)
    async def membership_account(
        org_id: str,
        first: Annotated[AskedDate, Query(alias="from")],
        last: Annotated[AskedDate, Query(alias="to")],
    ) -> dict[str, Any]:
        """Opening, what began and ended, closing, in 名. Roles: clerk, auditor, approver, chair."""
        await _union(api, org_id)
        if first > last:
            raise Invalid("period-reversed", f"{first} is after {last}")
        account = await rosters.membership_account(api.store.pool, org_id, first, last)
        return {"from": first, "to": last, **account}


def _roster_routes(app: FastAPI, api: CommandApi) -> None:
    pool = api.store.pool

    @app.get("/v1/{org_id}/roster", tags=["queries"], dependencies=OF_READERS)
    async def roster(
        org_id: str,
        on: AskedDate,
        cursor: Cursor = "",
        limit: Limit = PAGE_MAX,
    ) -> dict[str, Any]:
        """The members at the end of a day. Roles: clerk, auditor, approver, chair."""
        await _union(api, org_id)
        found = await rosters.members_on(pool, org_id, on, cursor, limit)
        return {"on": on, **page(found, limit, "person_id")}

    @app.get("/v1/{org_id}/staff", tags=["queries"], dependencies=OF_READERS)
    async def staff_on(
        org_id: str,
        on: AskedDate,
        cursor: Cursor = "",
        limit: Limit = PAGE_MAX,
    ) -> dict[str, Any]:
        """The people in post on a day. Roles: clerk, auditor, approver, chair."""
        await _union(api, org_id)
        found = await rosters.staff_on(pool, org_id, on, cursor, limit)
        return {"on": on, **page(found, limit, "person_id")}


def _record_routes(app: FastAPI, api: CommandApi) -> None:
    pool, cipher = api.store.pool, api.context.cipher

    @app.post("/v1/{org_id}/people/lookup", tags=["person records"])
    async def lookup(org_id: str, question: asking.LookUp, actor: Clerk) -> dict[str, Any]:
        """Person ids by employee number; recorded as a disclosure. `unreadable`: numbers whose
        record was changed or is under another key. Role: clerk."""
        inquiry = Inquiry(actor, org_id, question.purpose, api.store.clock())
        found, unreadable = await person_records.person_ids(
            pool, cipher, inquiry, question.employee_nos
        )
        return {
            "people": [{"employee_no": no, "person_id": found[no]} for no in found],
            "unknown": [
                no for no in question.employee_nos if no not in found and no not in unreadable
            ],
            "unreadable": unreadable,
        }

    @app.post("/v1/{org_id}/people/names", tags=["person records"])
    async def names(org_id: str, question: asking.AskNames, actor: NameReader) -> dict[str, Any]:
        """Names by person id; recorded as a disclosure. Roles: clerk, auditor; for what they decide
        or pay, approver, chair, cashier. Refuses purpose-not-yours."""
        require_purpose(actor, question.purpose)
        inquiry = Inquiry(actor, org_id, question.purpose, api.store.clock())
        found, unreadable = await person_records.names(pool, cipher, inquiry, question.person_ids)
        return {
            "people": [{"person_id": each, "name": found[each]} for each in found],
            "unknown": [
                each for each in question.person_ids if each not in found and each not in unreadable
            ],
            "unreadable": unreadable,
        }

    @app.post("/v1/{org_id}/people/masks", tags=["person records"])
    async def masks(org_id: str, question: asking.AskMasks, _: NameReader) -> dict[str, Any]:
        """What stands for names, as 石*婷; no name is disclosed. Roles: as for names."""
        found = await person_records.masks(pool, cipher, org_id, question.person_ids)
        return {"people": [{"person_id": each, "mask": found[each]} for each in found]}


def _document_routes(app: FastAPI, api: CommandApi) -> None:
    pool, cipher = api.store.pool, api.context.cipher

    @app.post("/v1/{org_id}/documents", tags=["person records"])
    async def keep(org_id: str, command: asking.KeepDocument, actor: Clerk) -> dict[str, Any]:
        """Keep a document. Refuses document-type, unknown-person."""
        deposit = Deposit(actor, org_id, command.person_id, api.store.clock())
        kept = await documents.keep(pool, cipher, deposit, command.content)
        return {"sha256": kept.sha256, "media_type": kept.media_type, "size": len(kept.content)}

    @app.post("/v1/{org_id}/documents/read", tags=["person records"])
    async def read(org_id: str, question: asking.ReadDocument, actor: DocumentReader) -> Response:
        """A document as it was kept, recorded as a disclosure. Refuses purpose-not-yours,
        unknown-document, document-altered."""
        require_purpose(actor, question.purpose)
        inquiry = Inquiry(actor, org_id, question.purpose, api.store.clock())
        kept = await documents.read(pool, cipher, inquiry, question.person_id, question.sha256)
        return Response(kept.content, media_type=kept.media_type)


def _duplicate_routes(app: FastAPI, api: CommandApi) -> None:
    pool, cipher = api.store.pool, api.context.cipher

    @app.get("/v1/{org_id}/people/duplicates", tags=["person records"])
    async def duplicates(org_id: str, purpose: asking.Purpose, actor: Clerk) -> dict[str, Any]:
        """People who may have two records: of one name, gender and month of birth. Nobody is named;
        the question is recorded as a disclosure. Role: clerk."""
        inquiry = Inquiry(actor, org_id, purpose, api.store.clock())
        return {"candidates": await person_records.duplicates(pool, cipher, inquiry)}


def _disclosure_routes(app: FastAPI, api: CommandApi) -> None:
    @app.get(
        "/v1/{org_id}/disclosures",
        tags=["person records"],
        dependencies=[of_union("auditor", "chair")],
    )
    async def disclosures(
        org_id: str,
        cursor: Annotated[
            int, Query(ge=0, lt=2**63, description="the `next` of the page before")
        ] = 0,
        limit: Limit = PAGE_MAX,
    ) -> dict[str, Any]:
        """Who was told what, when and what for. Roles: auditor, chair."""
        found = await person_records.disclosures(api.store.pool, org_id, cursor, limit)
        return page(found, limit, "disclosure_id")
