"""The HTTP surface of the benefits context: commands, refusal titles, queries. No decisions."""

from typing import Any, Literal

from fastapi import FastAPI

from services.benefits import streams
from services.benefits.commands import claims as asked_of_claims
from services.benefits.commands import gifts as asked_of_gifts
from services.benefits.commands import insurance as asked_of_insurance
from services.benefits.commands import money as asked_of_money
from services.benefits.commands import procurement as asked_of_procurement
from services.benefits.commands import programmes as asked_of_programmes
from services.benefits.domain.people import require_readable
from services.benefits.domain.programmes import roster_sha256
from services.benefits.handlers import (
    claims,
    gifts,
    insurance,
    money,
    procurement,
    programmes,
    withdrawals,
)
from services.benefits.queries import claims as claims_read
from services.benefits.queries import deliveries, people
from services.benefits.queries import money as money_read
from services.benefits.queries import payments as payments_read
from services.benefits.queries import programmes as programmes_read
from shared.contract.values import Population
from shared.decider.withdrawal import WithdrawEntries
from shared.http.access import of_union
from shared.http.app import CommandApi, Route
from shared.http.pages import AskedDate, AskedYear, Cursor, Limit, page

CLERKS = ("clerk",)
APPROVERS = ("approver", "chair")
READERS = ("clerk", "approver", "chair", "cashier", "auditor")
OF_READERS = [of_union(*READERS)]

COMMANDS: dict[str, Route] = {
    "open-programme": Route(asked_of_programmes.OpenProgramme, CLERKS, programmes.open_programme),
    "rename-programme": Route(
        asked_of_programmes.RenameProgramme, CLERKS, programmes.rename_programme
    ),
    "freeze-roster": Route(asked_of_programmes.FreezeRoster, CLERKS, programmes.freeze_roster),
    "apply-for-portions": Route(
        asked_of_programmes.ApplyForPortions, CLERKS, programmes.apply_for_portions
    ),
    "receive-portions": Route(
        asked_of_programmes.ReceivePortions, CLERKS, programmes.receive_portions
    ),
    "close-programme": Route(
        asked_of_programmes.CloseProgramme, CLERKS, programmes.close_programme
    ),
    "issue-gifts-to-roster": Route(
        asked_of_gifts.IssueGiftsToRoster, CLERKS, gifts.issue_gifts_to_roster
    ),
    "issue-gift": Route(asked_of_gifts.IssueGift, CLERKS, gifts.issue_gift),
    "issue-gift-again": Route(asked_of_gifts.IssueGiftAgain, CLERKS, gifts.issue_gift_again),
    "sign-receipts": Route(asked_of_gifts.SignReceipts, CLERKS, gifts.sign_receipts),
    "return-gift": Route(asked_of_gifts.ReturnGift, CLERKS, gifts.return_gift),
    "file-claim": Route(asked_of_claims.FileClaim, CLERKS, claims.file_claim),
    "approve-claim": Route(asked_of_claims.ApproveClaim, APPROVERS, claims.approve_claim),
    "reject-claim": Route(asked_of_claims.RejectClaim, APPROVERS, claims.reject_claim),
    "withdraw-claim": Route(
        asked_of_claims.WithdrawClaim, ("clerk", *APPROVERS), claims.withdraw_claim
    ),
    "pay-claim": Route(asked_of_claims.PayClaim, ("cashier", "clerk"), claims.pay_claim),
    "reverse-claim": Route(asked_of_claims.ReverseClaim, APPROVERS, claims.reverse_claim),
    "buy-policy": Route(asked_of_insurance.BuyPolicy, CLERKS, insurance.buy_policy),
    "insure-people": Route(asked_of_insurance.InsurePeople, CLERKS, insurance.insure_people),
    "end-cover": Route(asked_of_insurance.EndCover, CLERKS, insurance.end_cover),
    "approve-budget": Route(asked_of_money.ApproveBudget, ("chair",), money.approve_budget),
    "adjust-budget": Route(asked_of_money.AdjustBudget, ("chair",), money.adjust_budget),
    "receive-income": Route(
        asked_of_money.ReceiveIncome, ("cashier", "clerk"), money.receive_income
    ),
    "correct-income": Route(asked_of_money.CorrectIncome, APPROVERS, money.correct_income),
    "request-expenditure": Route(
        asked_of_money.RequestExpenditure,
        ("clerk", "cashier", "approver", "chair"),
        money.request_expenditure,
    ),
    "pay-expenditure": Route(asked_of_money.PayExpenditure, APPROVERS, money.pay_expenditure),
    "reverse-expenditure": Route(
        asked_of_money.ReverseExpenditure, APPROVERS, money.reverse_expenditure
    ),
    "decide-procurement": Route(
        asked_of_procurement.DecideProcurement, APPROVERS, procurement.decide_procurement
    ),
    "sign-contract": Route(asked_of_procurement.SignContract, APPROVERS, procurement.sign_contract),
    "withdraw-entries": Route(
        WithdrawEntries, ("clerk", "cashier", *APPROVERS), withdrawals.withdraw_entries
    ),
}

REFUSALS: dict[str, str] = {
    "unknown-programme": "没有这个项目",
    "programme-exists": "项目编号已使用",
    "programme-closed": "项目已结束",
    "roster-frozen-already": "名册已冻结",
    "population-differs": "发放范围与项目不符",
    "people-needed": "该发放范围须列出人员名单",
    "roster-empty": "名册为空",
    "count-differs": "名册人数与预期不符",
    "roster-not-frozen": "名册尚未冻结",
    "not-on-roster": "例外人员不在名册内",
    "already-issued": "已发放，不能重复发放",
    "nobody-missing": "名册内人员均已发放",
    "capacity-unknown": "领取人身份不明，须逐人登记",
    "off-roster-reason-missing": "名册外发放须说明原因",
    "stands-on-roster": "该人员在名册内，无须说明原因",
    "not-issued": "尚未发放",
    "again-before-issue": "再次发放日期早于首次发放日期",
    "nothing-changes": "与登记内容相同，无须更正",
    "withdrawn-before-filed": "撤回日期早于申请日期",
    "not-insured": "该人员未参保",
    "ended-before-insured": "终止日期早于参保日期",
    "unknown-income": "没有这笔收入",
    "adjusted-before": "该笔收入已作调整，只能再作调整",
    "payment-not-paid": "该笔支出尚未支付",
    "payment-reversed": "该笔支出已全部冲销",
    "more-than-paid": "冲销金额超过支付金额",
    "part-is-adjustment": "部分冲销或退款须按发生日期入账",
    "already-signed": "已签收",
    "receipt-before-issue": "签收日期早于发放日期",
    "returned-already": "已退回",
    "returned-before-issue": "退回日期早于发放日期",
    "unknown-claim": "没有这个申请",
    "claim-exists": "申请编号已使用",
    "claimed-before": "同一事项已申请",
    "maker-is-approver": "经办人不能审批自己的申请",
    "claim-decided": "申请已办结或已审批",
    "more-than-asked": "批准金额超过申请金额",
    "claim-not-approved": "申请未获批准，不能支付",
    "claim-paid-already": "申请已支付",
    "approver-is-payer": "审批人不能支付",
    "claim-not-paid": "申请未支付，不能冲销",
    "reversed-before-paid": "冲销日期早于支付日期",
    "unknown-policy": "没有这份保单",
    "policy-exists": "保单编号已使用",
    "nobody-to-insure": "没有可参保人员",
    "already-insured": "已参保，不能重复参保",
    "more-than-due": "参保人数超过保单人数",
    "unknown-budget": "该年度没有预算",
    "budget-exists": "该年度预算已批准，只能调整",
    "income-exists": "该笔收入已入账",
    "payment-requested": "该笔支出已申请",
    "unknown-payment": "没有这笔支出申请",
    "payment-exists": "该笔支出已入账",
    "refers-elsewhere": "所指事项不属于本工会",
    "basis-missing": "单一来源采购须说明法定情形",
    "basis-not-meant": "该采购方式不适用单一来源情形",
    "procurement-exists": "采购编号已使用",
    "unknown-procurement": "该采购尚未决定",
    "contract-signed-already": "合同已签订",
    "supplier-differs": "供应商与采购决定不符",
}
"""Titles of this context's refusals. Chinese: a person reads them."""

ClaimState = Literal["filed", "approved", "rejected", "withdrawn", "paid", "reversed"]

PaymentState = Literal["requested", "paid", "reversed"]


def add_routes(app: FastAPI, api: CommandApi) -> None:
    """The context's queries; lists are pages by key (shared/http/pages.py)."""
    _programme_routes(app, api)
    _roster_routes(app, api)
    _claim_routes(app, api)
    _money_routes(app, api)


def _programme_routes(app: FastAPI, api: CommandApi) -> None:
    store = api.store

    @app.get("/v1/{org_id}/programmes", tags=["queries"], dependencies=OF_READERS)
    async def programmes_list(
        org_id: str, cursor: Cursor = "", limit: Limit = 50
    ) -> dict[str, Any]:
        """The union's programmes by id, without counts."""
        found = await programmes_read.page(store, org_id, cursor, limit)
        return page(found, limit, "programme_id")

    @app.get("/v1/{org_id}/programmes/{programme_id}", tags=["queries"], dependencies=OF_READERS)
    async def programme(org_id: str, programme_id: str) -> dict[str, Any]:
        """One programme: roster, people issued to, signed, returned, missed; portions (份)."""
        return await programmes_read.one(store, org_id, programme_id)

    @app.get(
        "/v1/{org_id}/programmes/{programme_id}/sheet", tags=["queries"], dependencies=OF_READERS
    )
    async def sheet(
        org_id: str,
        programme_id: str,
        cursor: Cursor = "",
        limit: Limit = 500,
    ) -> dict[str, Any]:
        """The sign-off sheet (签收表): the roster and whoever else received, by person id. Names
        are held by members alone."""
        found, _ = await programmes_read.load(store, org_id, programme_id)
        lines = await deliveries.sheet(
            store, streams.gifts_of(org_id, programme_id), found.person_ids(), cursor, limit
        )
        return page([line._asdict() for line in lines], limit, "person_id")


def _roster_routes(app: FastAPI, api: CommandApi) -> None:
    store = api.store

    @app.get("/v1/{org_id}/roster-preview", tags=["queries"], dependencies=OF_READERS)
    async def roster_preview(
        org_id: str, population: Population, as_of: AskedDate
    ) -> dict[str, Any]:
        """How many a roster frozen now would hold, and its hash: look before you freeze."""
        require_readable(population)
        persons = await people.belonging(store.pool, org_id, population, as_of)
        return {
            "population": population,
            "as_of": as_of,
            "count": len(persons),
            "sha256": roster_sha256(persons),
        }


def _claim_routes(app: FastAPI, api: CommandApi) -> None:
    pool = api.store.pool

    @app.get("/v1/{org_id}/claims", tags=["queries"], dependencies=OF_READERS)
    async def claims_list(
        org_id: str,
        state: ClaimState | None = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """The union's claims by id, in one state or in any; amounts in fen."""
        found = await claims_read.page(pool, org_id, state, cursor, limit)
        return page(found, limit, "claim_id")

    @app.get("/v1/{org_id}/claims/{claim_id}", tags=["queries"], dependencies=OF_READERS)
    async def claim(org_id: str, claim_id: str) -> dict[str, Any]:
        """One claim and its state, its documents by checksum, who filed and who approved it."""
        return await claims_read.one(api.store, org_id, claim_id)


def _money_routes(app: FastAPI, api: CommandApi) -> None:
    store = api.store

    @app.get("/v1/{org_id}/payments", tags=["queries"], dependencies=OF_READERS)
    async def payments_list(
        org_id: str,
        state: PaymentState | None = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """The union's payments by id: asked for and waiting, in the books, or with something of
        them taken back; amounts in fen."""
        found = await payments_read.page(store, org_id, state, cursor, limit)
        return page(found, limit, "payment_id")

    @app.get("/v1/{org_id}/payments/{payment_id}", tags=["queries"], dependencies=OF_READERS)
    async def payment(org_id: str, payment_id: str) -> dict[str, Any]:
        """One payment: who asked, who approved, what of it came back."""
        return await payments_read.one(store, org_id, payment_id)

    @app.get("/v1/{org_id}/policies/{policy_id}", tags=["queries"], dependencies=OF_READERS)
    async def policy(org_id: str, policy_id: str) -> dict[str, Any]:
        """One policy: people insured, against how many the insurer was told."""
        return await money_read.policy(store, org_id, policy_id)

    @app.get("/v1/{org_id}/budgets/{budget_year}", tags=["queries"], dependencies=OF_READERS)
    async def budget(org_id: str, budget_year: AskedYear) -> dict[str, Any]:
        """A year's budget as adjusted so far, in fen."""
        return await money_read.budget(store, org_id, budget_year)
