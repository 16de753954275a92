"""Files about people: staff in post, members admitted, and who left."""

from collections.abc import Sequence
from typing import Any

from guildhall.imports.cells import (
    a_date,
    a_department,
    a_department_if_known,
    a_month,
    a_name,
    employee_no,
    one_of,
    org_id,
)
from guildhall.imports.kinds import Column, Kind, Row, Stage, bulk, each, present

EMPLOYEE = Column("person_id", ("工号", "职工号", "人员编号", "employee_no"), employee_no)
"""Who it is, by the unit's own number; a person id stands there once it is looked up."""

DEPARTMENT = Column(
    "department",
    (
        "部门", "所在部门", "所属部门", "工作部门", "部门名称", "二级单位", "科室", "所在科室",
        "处室", "分会", "所属分会", "分工会", "所属分工会", "工会小组", "所属工会小组",
        "department",
    ),
    a_department_if_known,
    required=False,
)  # fmt: skip
"""Where somebody is on the day of the row, or by now: offices write one column, by many names."""

NEW = ("新部门", "变动后部门", "现部门", "调入部门")

CHANGES = {"调动": "moved", "更名": "renamed", "部门更名": "renamed", "补登": "first_told",
    "更正": "corrected"}  # fmt: skip
"""Why another department is told."""

GENDERS = {"女": "female", "男": "male"}
JOINS = {
    "新入会": "new",
    "会籍转入": "transferred_in",
    "转入": "transferred_in",
    "重新入会": "rejoined",
}
LEAVES = {
    "会籍转出": "transferred_out", "调出": "transferred_out", "离职": "left_unit",
    "退会": "resigned", "退休(保留会籍)": "retired_retained", "退休": "retired_retained",
    "退休(不保留会籍)": "retired", "去世": "died", "离职(非会员)": "staff_left",
}  # fmt: skip
"""How somebody leaves. 退会 ends the membership alone; 离职(非会员) the post alone."""

RELATIVES = {"配偶": "spouse", "子女": "child", "父母": "parent"}

ENDS_THE_POST = {
    "transferred_out": "transferred",
    "left_unit": "resigned",
    "staff_left": "resigned",
}
"""Ways of leaving after which the post has to be ended too; retiring and dying end it itself."""


def _staff(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        fields = ("person_id", "employee_no", "name", "gender", "birth_month", "registered_on")
        return {"people": [present(row.values, *fields, "department") for row in rows]}

    return [bulk("members", "register-staff", rows, body)]


def _members(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        fields = ("person_id", "joined_on", "kind", "from_org", "department")
        return {"people": [present(row.values, *fields) for row in rows]}

    return [bulk("members", "admit-members", rows, body)]


def _departments(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        people = [present(row.values, "person_id", "department", "changed_on") for row in rows]
        return {"people": people, "reason": rows[0].values["reason"]}

    return [bulk("members", "change-department", rows, body, by=("reason",))]


def _leavers(rows: Sequence[Row]) -> list[Stage]:
    how: dict[str, list[Row]] = {}
    for row in rows:
        how.setdefault(row.values["how"], []).append(row)
    retired = [*how.get("retired_retained", []), *how.get("retired", [])]
    left = [*how.get("left_unit", []), *how.get("resigned", [])]
    memberships: Stage = [
        *each("members", "transfer-out-member", how.get("transferred_out", []), _transferred),
        *each("members", "record-member-left", left, _left),
        *each("members", "record-member-retired", retired, _retired),
        *each("members", "record-member-died", how.get("died", []), _died),
    ]
    posts = [row for row in rows if row.values["how"] in ENDS_THE_POST]
    return [memberships, bulk("members", "record-staff-left", posts, _posts_ended)]


def _transferred(row: Row) -> dict[str, Any]:
    return {
        **present(row.values, "person_id", "to_org"),
        "transferred_on": row.values["left_on"],
    }


def _left(row: Row) -> dict[str, Any]:
    return {**present(row.values, "person_id", "left_on"), "reason": row.values["how"]}


def _retired(row: Row) -> dict[str, Any]:
    return {
        "person_id": row.values["person_id"],
        "retired_on": row.values["left_on"],
        "membership_retained": row.values["how"] == "retired_retained",
    }


def _died(row: Row) -> dict[str, Any]:
    return {"person_id": row.values["person_id"], "died_on": row.values["left_on"]}


def _posts_ended(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "people": [
            {
                **present(row.values, "person_id", "left_on"),
                "reason": ENDS_THE_POST[row.values["how"]],
            }
            for row in rows
        ]
    }


def _dependants(rows: Sequence[Row]) -> list[Stage]:
    def body(row: Row) -> dict[str, Any]:
        return present(row.values, "person_id", "name", "relation", "declared_on")

    return [each("members", "declare-dependant", rows, body)]


STAFF = Kind(
    name="staff",
    title="人员名册",
    key=("employee_no",),
    commands=_staff,
    told_as={"occurred_on": "registered_on"},
    new_people="employee_no",
    columns=(
        EMPLOYEE._replace(field="employee_no"),
        Column("name", ("姓名", "name"), a_name),
        Column("gender", ("性别", "gender"), one_of(GENDERS)),
        Column("birth_month", ("出生月份", "出生年月", "出生日期", "birth_month"), a_month),
        Column("registered_on", ("入职日期", "到校日期", "参加工作日期", "registered_on"), a_date),
        DEPARTMENT,
    ),
)
MEMBERS = Kind(
    name="members",
    title="会员名册",
    key=("person_id",),
    commands=_members,
    people=("person_id",),
    told_as={"occurred_on": "joined_on"},
    purpose="membership_transfer",
    columns=(
        EMPLOYEE,
        Column("joined_on", ("入会日期", "joined_on"), a_date),
        Column("kind", ("入会方式", "kind"), one_of(JOINS)),
        Column("from_org", ("原工会编号", "原工会", "from_org"), org_id, required=False),
        DEPARTMENT,
    ),
)
DEPARTMENTS = Kind(
    name="departments",
    title="部门变动表",
    key=("changed_on", "person_id"),
    commands=_departments,
    people=("person_id",),
    told_as={"occurred_on": "changed_on"},
    columns=(
        EMPLOYEE,
        Column("department", (*NEW, *DEPARTMENT.headings), a_department),
        Column("changed_on", ("变动日期", "调动日期", "起始日期", "changed_on"), a_date),
        Column("reason", ("变动原因", "reason"), one_of(CHANGES), required=False, default="moved"),
    ),
)
LEAVERS = Kind(
    name="leavers",
    title="人员离开登记表",
    key=("person_id",),
    commands=_leavers,
    people=("person_id",),
    told_as={"occurred_on": "left_on", "reason": "how", "membership_retained": "how"},
    purpose="membership_transfer",
    columns=(
        EMPLOYEE,
        Column("how", ("离开方式", "变动方式", "how"), one_of(LEAVES)),
        Column("left_on", ("离开日期", "变动日期", "left_on"), a_date),
        Column("to_org", ("转入工会编号", "转入工会", "to_org"), org_id, required=False),
    ),
)
DEPENDANTS = Kind(
    name="dependants",
    title="家属登记表",
    key=("name", "person_id"),
    commands=_dependants,
    people=("person_id",),
    columns=(
        EMPLOYEE,
        Column("name", ("家属姓名", "name"), a_name),
        Column("relation", ("与职工关系", "关系", "relation"), one_of(RELATIVES)),
        Column("declared_on", ("登记日期", "declared_on"), a_date),
    ),
)
PEOPLE_KINDS = (STAFF, MEMBERS, DEPARTMENTS, LEAVERS, DEPENDANTS)
