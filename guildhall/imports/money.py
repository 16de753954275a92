"""Files about money: the year's budget, what came in, what was paid. Amounts are written in 元."""

from collections.abc import Sequence
from typing import Any

from guildhall.imports.cells import (
    a_date,
    a_title,
    a_year,
    fen,
    one_of,
    slug,
    slugs,
    stream,
    yes_or_no,
)
from guildhall.imports.kinds import Column, Kind, Row, Stage, bulk, each, present

FUNDS = {
    "工会经费": "union_funds",
    "关爱基金": "care_fund",
    "上级拨付": "superior_grant",
    "行政": "administration",
    "专项": "special",
}
PAYERS = {"本级工会": "own", "上级工会": "superior", "行政": "administration"}
SOURCES = {
    "会费": "dues",
    "拨缴经费": "allocation",
    "上级补助": "superior_subsidy",
    "行政补助": "administrative_subsidy",
    "捐赠": "donation",
    "利息": "interest",
    "其他": "other",
}
LINES = {
    "职工活动-教育": "staff_activity.education", "职工活动-文体": "staff_activity.culture",
    "职工活动-宣传": "staff_activity.publicity", "职工活动-集体福利": "staff_activity.welfare",
    "职工活动-其他": "staff_activity.other", "维权-困难帮扶": "rights.hardship",
    "维权-送温暖": "rights.warmth", "维权-其他": "rights.other", "业务-培训": "business.training",
    "业务-会议": "business.meetings", "业务-专项": "business.special",
    "业务-其他": "business.other", "资本性支出": "capital", "其他支出": "other",
}  # fmt: skip

AMOUNT = Column("amount_fen", ("金额(元)", "金额", "amount_fen"), fen)
FUND = Column("fund", ("经费来源", "fund"), one_of(FUNDS))
LINE = Column("budget_line", ("预算科目", "科目", "budget_line"), one_of(LINES))
ASSUMED = Column(
    "amount_assumed", ("金额为估计", "amount_assumed"), yes_or_no, required=False, default=False
)


def _budget(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        shared = ("budget_year", "approved_on", "approved_by", "amount_assumed")
        return {
            **present(rows[0].values, *shared),
            "lines": [present(row.values, "budget_line", "amount_fen") for row in rows],
        }

    return [bulk("benefits", "approve-budget", rows, body, by=("budget_year", "approved_on"))]


def _income(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        fields = ("income_id", "source", "fund", "amount_fen", "amount_assumed", "received_on")
        return present(row.values, *fields)

    return [each("benefits", "receive-income", rows, body)]


def _payments(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        return present(row.values, "payment_id", "decision_ref", "paid_on")

    return [each("benefits", "pay-expenditure", rows, body)]


def _requests(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        fields = ("payment_id", "fund", "payer", "budget_line", "amount_fen", "amount_assumed")
        return present(row.values, *fields, "refers_to", "requested_on")

    return [each("benefits", "request-expenditure", rows, body)]


def _procurements(rows: Sequence[Row]) -> list[Stage]:
    def decided(row: Row) -> dict[str, Any]:
        fields = ("procurement_id", "title", "method", "basis", "supplier", "amount_fen", "fund")
        return present(
            row.values, *fields, "notice_from", "notice_to", "decision_ref", "decided_on"
        )

    def signed(row: Row) -> dict[str, Any]:
        contract = present(row.values, "procurement_id", "supplier", "signed_on")
        if "contract_fen" in row.values:
            contract["amount_fen"] = row.values["contract_fen"]
        return contract

    contracted = [row for row in rows if "signed_on" in row.values]
    return [
        each("benefits", "decide-procurement", rows, decided),
        each("benefits", "sign-contract", contracted, signed),
    ]


BUDGET = Kind(
    name="budget",
    title="经费预算表",
    key=("budget_year", "budget_line"),
    commands=_budget,
    told_as={"occurred_on": "approved_on", "lines": "amount_fen"},
    role="chair",
    columns=(
        Column("budget_year", ("年度", "预算年度", "budget_year"), a_year),
        LINE,
        AMOUNT,
        Column("approved_on", ("批准日期", "approved_on"), a_date),
        Column("approved_by", ("审议机构", "approved_by"), slugs),
        ASSUMED,
    ),
)
INCOME = Kind(
    name="income",
    title="收入登记表",
    key=("income_id",),
    commands=_income,
    told_as={"occurred_on": "received_on"},
    role="cashier",
    columns=(
        Column("income_id", ("收入编号", "income_id"), slug),
        Column("source", ("收入来源", "source"), one_of(SOURCES)),
        FUND,
        AMOUNT,
        Column("received_on", ("到账日期", "received_on"), a_date),
        ASSUMED,
    ),
)
PAYMENT = Column("payment_id", ("凭证编号", "支付编号", "payment_id"), slug)
PAYMENT_REQUESTS = Kind(
    name="payment-requests",
    title="支出申请表",
    key=("payment_id",),
    commands=_requests,
    told_as={"occurred_on": "requested_on"},
    role="clerk",
    columns=(
        PAYMENT,
        Column("requested_on", ("申请日期", "requested_on"), a_date),
        AMOUNT,
        FUND,
        Column("payer", ("付款方", "payer"), one_of(PAYERS)),
        LINE,
        Column("refers_to", ("事项编号", "refers_to"), stream, required=False),
        ASSUMED,
    ),
)
PAYMENTS = Kind(
    name="payments",
    title="支出审批登记表",
    key=("payment_id",),
    commands=_payments,
    told_as={"occurred_on": "paid_on"},
    role="approver",
    columns=(
        PAYMENT,
        Column("paid_on", ("付款日期", "支付日期", "paid_on"), a_date),
        Column("decision_ref", ("会议纪要编号", "decision_ref"), slug, required=False),
    ),
)
METHODS = {
    "公开招标": "open_tender", "邀请招标": "invited_tender", "竞争性谈判": "negotiation",
    "询价": "inquiry", "单一来源": "single_source", "直接采购": "direct",
}  # fmt: skip
BASES = {"唯一供应商": "only_supplier", "紧急采购": "emergency", "原供应商续购": "follow_on"}
"""政府采购法 art. 31 (1), (2), (3)."""

PROCUREMENTS = Kind(
    name="procurements",
    title="采购登记表",
    key=("procurement_id",),
    commands=_procurements,
    role="approver",
    together=(("notice_from", "notice_to"),),
    told_as={
        "occurred_on": "decided_on",
        "contract-signed-already/occurred_on": "signed_on",
        "contract-signed-already/amount_fen": "contract_fen",
    },
    columns=(
        Column("procurement_id", ("采购编号", "procurement_id"), slug),
        Column("title", ("采购名称", "title"), a_title),
        Column("method", ("采购方式", "method"), one_of(METHODS)),
        Column("basis", ("单一来源情形", "basis"), one_of(BASES), required=False),
        Column("supplier", ("供应商", "supplier"), a_title),
        AMOUNT._replace(required=False),
        FUND,
        Column("notice_from", ("公示开始", "notice_from"), a_date, required=False),
        Column("notice_to", ("公示结束", "notice_to"), a_date, required=False),
        Column("decision_ref", ("会议纪要编号", "decision_ref"), slug, required=False),
        Column("decided_on", ("决定日期", "decided_on"), a_date),
        Column("signed_on", ("合同日期", "signed_on"), a_date, required=False),
        Column("contract_fen", ("合同金额(元)", "合同金额", "contract_fen"), fen, required=False),
    ),
)
MONEY_KINDS = (BUDGET, INCOME, PAYMENT_REQUESTS, PAYMENTS, PROCUREMENTS)
