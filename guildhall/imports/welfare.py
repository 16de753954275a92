"""Files about benefits: gifts handed over, sign-off sheets (签收表), claims and insured people."""

from collections.abc import Sequence
from typing import Any

from guildhall.imports.cells import a_count, a_date, fen, one_of, slug
from guildhall.imports.kinds import Column, Kind, Row, Stage, bulk, each, present
from guildhall.imports.people import EMPLOYEE

CAPACITIES = {
    "会员": "member",
    "职工": "staff",
    "教职工": "staff",
    "退休": "retiree",
    "退休人员": "retiree",
    "家属": "dependant",
}
OFF_ROSTER = {
    "名册冻结前": "before_roster",
    "名册冻结后入会": "joined_after_roster",
    "名册漏列": "left_off_by_mistake",
    "非会员": "not_a_member",
    "余份": "spare_portion",
    "其他": "other",
}
CLAIMS = {
    "住院": "hospital", "大病": "serious_illness", "丧事": "bereavement", "困难": "hardship",
    "结婚": "marriage", "生育": "birth", "退休": "retirement",
}  # fmt: skip
RELATIONS = {
    "本人": "self",
    "配偶": "spouse",
    "父母": "parent",
    "子女": "child",
    "配偶父母": "parent_in_law",
}

PROGRAMME = Column("programme_id", ("项目编号", "programme_id"), slug)
CAPACITY = Column("capacity", ("身份", "capacity"), one_of(CAPACITIES))


def _receipts(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        return {
            "programme_id": rows[0].values["programme_id"],
            "receipts": [
                present(row.values, "person_id", "signed_by", "signed_on") for row in rows
            ],
        }

    return [bulk("benefits", "sign-receipts", rows, body, by=("programme_id",))]


def _gifts(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        fields = ("programme_id", "person_id", "capacity", "quantity", "issued_on")
        return present(row.values, *fields, "off_roster_reason")

    return [each("benefits", "issue-gift", rows, body)]


def _claims(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        fields = ("claim_id", "kind", "person_id", "capacity", "case_id", "relation", "asked_fen")
        return present(row.values, *fields, "happened_on", "filed_on")

    return [each("benefits", "file-claim", rows, body)]


def _insured(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        return {
            **present(rows[0].values, "policy_id", "insured_on"),
            "people": [present(row.values, "person_id", "capacity") for row in rows],
        }

    return [bulk("benefits", "insure-people", rows, body, by=("policy_id", "insured_on"))]


RECEIPTS = Kind(
    name="receipts",
    title="签收表",
    key=("programme_id", "person_id"),
    commands=_receipts,
    people=("person_id", "signed_by"),
    purpose="sign_off_sheet",
    told_as={"occurred_on": "signed_on"},
    columns=(
        PROGRAMME,
        EMPLOYEE,
        Column("signed_on", ("签收日期", "领取日期", "signed_on"), a_date),
        Column(
            "signed_by", ("代签人工号", "代领人工号", "signed_by"), EMPLOYEE.read, required=False
        ),
    ),
)
GIFTS = Kind(
    name="gifts",
    title="慰问品发放表",
    key=("programme_id", "person_id"),
    commands=_gifts,
    people=("person_id",),
    purpose="sign_off_sheet",
    told_as={"occurred_on": "issued_on"},
    columns=(
        PROGRAMME,
        EMPLOYEE,
        CAPACITY,
        Column("quantity", ("份数", "数量", "quantity"), a_count, required=False, default=1),
        Column("issued_on", ("发放日期", "issued_on"), a_date),
        Column(
            "off_roster_reason",
            ("名册外原因", "off_roster_reason"),
            one_of(OFF_ROSTER),
            required=False,
        ),
    ),
)
CLAIM_LIST = Kind(
    name="claims",
    title="慰问补助申请表",
    key=("claim_id",),
    commands=_claims,
    people=("person_id",),
    purpose="claim_handling",
    told_as={"occurred_on": "filed_on"},
    columns=(
        Column("claim_id", ("申请编号", "claim_id"), slug),
        EMPLOYEE,
        CAPACITY,
        Column("kind", ("申请类型", "kind"), one_of(CLAIMS)),
        Column(
            "relation", ("与职工关系", "亲属关系", "relation"), one_of(RELATIONS), required=False
        ),
        Column("case_id", ("事由编号", "case_id"), slug),
        Column("asked_fen", ("申请金额(元)", "申请金额", "asked_fen"), fen),
        Column("happened_on", ("发生日期", "happened_on"), a_date),
        Column("filed_on", ("申请日期", "filed_on"), a_date),
    ),
)
INSURED = Kind(
    name="insured",
    title="参保名单",
    key=("policy_id", "person_id"),
    commands=_insured,
    people=("person_id",),
    told_as={"occurred_on": "insured_on"},
    columns=(
        Column("policy_id", ("保单编号", "policy_id"), slug),
        EMPLOYEE,
        CAPACITY,
        Column("insured_on", ("参保日期", "insured_on"), a_date),
    ),
)
WELFARE_KINDS = (RECEIPTS, GIFTS, CLAIM_LIST, INSURED)
