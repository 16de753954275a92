"""Files about what takes place and what is planned: activities, attendance, meetings, the plan."""

from collections.abc import Sequence
from typing import Any

from guildhall.imports.cells import (
    a_count,
    a_date,
    a_title,
    a_year,
    count_from_0,
    one_of,
    slug,
    streams,
    yes_or_no,
)
from guildhall.imports.kinds import Column, Kind, Row, Stage, bulk, each, present
from guildhall.imports.people import EMPLOYEE

ACTIVITIES = {
    "联谊": "matchmaking", "文艺": "culture", "文化": "culture", "比赛": "contest",
    "竞赛": "contest", "讲座": "lecture", "体育": "sport", "春秋游": "outing", "社团": "club",
    "培训": "training", "其他": "other",
}  # fmt: skip
ORGANISERS = {"本级工会": "own", "市总工会": "city_union", "集团工会": "group_union"}
MEETINGS = {
    "教代会": "staff_congress",
    "会员代表大会": "members_congress",
    "工会委员会": "committee",
    "经审委员会": "audit_committee",
}
SECTIONS = {
    "基础建设": "basics",
    "维权维稳": "rights",
    "职工福利": "welfare",
    "职工活动": "activities",
}

ACTIVITY = Column("activity_id", ("活动编号", "activity_id"), slug)
SESSION = Column("session", ("场次", "session"), a_count, required=False, default=1)


def _activities(rows: Sequence[Row]) -> list[Stage]:
    def planned(row: Row) -> dict[str, Any]:
        fields = ("activity_id", "title", "kind", "organiser", "online")
        return present(row.values, *fields, "planned_for", "planned_on")

    def held(row: Row) -> dict[str, Any]:
        return present(row.values, "activity_id", "session", "held_on")

    took_place = [row for row in rows if "held_on" in row.values]
    return [
        each("events", "plan-activity", rows, planned),
        each("events", "hold-activity", took_place, held),
    ]


def _attendance(rows: Sequence[Row]) -> list[Stage]:
    def body(rows: Sequence[Row]) -> dict[str, Any]:
        shared = present(rows[0].values, "activity_id", "session", "attended_on")
        return {**shared, "person_ids": [row.values["person_id"] for row in rows]}

    by = ("activity_id", "session", "attended_on")
    return [bulk("events", "record-attendance", rows, body, by=by)]


def _meetings(rows: Sequence[Row]) -> list[Stage]:
    def convened(row: Row) -> dict[str, Any]:
        fields = ("meeting_id", "kind", "title", "convened_for", "delegates_due", "convened_on")
        return present(row.values, *fields)

    def met(row: Row) -> dict[str, Any]:
        return present(row.values, "meeting_id", "delegates_present", "held_on")

    took_place = [row for row in rows if "held_on" in row.values]
    return [
        each("events", "convene-meeting", rows, convened),
        each("events", "hold-congress", took_place, met),
    ]


def _plan_items(rows: Sequence[Row]) -> list[Stage]:
    def planned(row: Row) -> dict[str, Any]:
        return present(row.values, "item_id", "plan_year", "section", "title", "due_on", "set_on")

    def done(row: Row) -> dict[str, Any]:
        return present(row.values, "item_id", "evidence", "done_on")

    finished = [row for row in rows if "done_on" in row.values]
    return [
        each("events", "set-plan-item", rows, planned),
        each("events", "complete-plan-item", finished, done),
    ]


ACTIVITY_LIST = Kind(
    name="activities",
    title="活动登记表",
    key=("session", "activity_id"),
    commands=_activities,
    columns=(
        ACTIVITY,
        Column("title", ("活动名称", "title"), a_title),
        Column("kind", ("活动类别", "kind"), one_of(ACTIVITIES)),
        Column("organiser", ("主办单位", "organiser"), one_of(ORGANISERS)),
        Column("online", ("线上", "是否线上", "online"), yes_or_no, required=False, default=False),
        Column("planned_for", ("活动日期", "planned_for"), a_date),
        Column("planned_on", ("计划日期", "planned_on"), a_date),
        SESSION,
        Column("held_on", ("举办日期", "held_on"), a_date, required=False),
    ),
)
ATTENDANCE = Kind(
    name="attendance",
    title="活动签到表",
    key=("activity_id", "session", "person_id"),
    commands=_attendance,
    people=("person_id",),
    purpose="sign_off_sheet",
    columns=(
        ACTIVITY,
        SESSION,
        EMPLOYEE,
        Column("attended_on", ("参加日期", "签到日期", "attended_on"), a_date),
    ),
)
MEETING_LIST = Kind(
    name="meetings",
    title="会议登记表",
    key=("meeting_id",),
    commands=_meetings,
    together=(("held_on", "delegates_present"),),
    columns=(
        Column("meeting_id", ("会议编号", "meeting_id"), slug),
        Column("kind", ("会议类别", "kind"), one_of(MEETINGS)),
        Column("title", ("会议名称", "title"), a_title),
        Column("convened_for", ("会议日期", "convened_for"), a_date),
        Column("delegates_due", ("应到人数", "应到代表", "delegates_due"), a_count),
        Column("convened_on", ("通知日期", "convened_on"), a_date),
        Column("held_on", ("召开日期", "held_on"), a_date, required=False),
        Column(
            "delegates_present",
            ("实到人数", "到会代表", "delegates_present"),
            count_from_0,
            required=False,
        ),
    ),
)
PLAN_ITEMS = Kind(
    name="plan-items",
    title="工作计划表",
    key=("item_id",),
    commands=_plan_items,
    columns=(
        Column("item_id", ("计划编号", "item_id"), slug),
        Column("plan_year", ("年度", "plan_year"), a_year),
        Column("section", ("板块", "section"), one_of(SECTIONS)),
        Column("title", ("事项", "title"), a_title),
        Column("due_on", ("完成期限", "due_on"), a_date, required=False),
        Column("set_on", ("制定日期", "set_on"), a_date),
        Column("done_on", ("完成日期", "done_on"), a_date, required=False),
        Column("evidence", ("佐证", "evidence"), streams, required=False),
    ),
)
OCCASION_KINDS = (ACTIVITY_LIST, ATTENDANCE, MEETING_LIST, PLAN_ITEMS)
