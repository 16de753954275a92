"""Every kind of file becomes commands that the services' own models accept."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.headings import known_headings
from guildhall.imports.kinds import Kind
from guildhall.imports.submission import WITHDRAWN
from guildhall.imports.upload import import_file
from guildhall.imports.what_to_do import TO_DO
from services.benefits.api import COMMANDS as BENEFITS
from services.benefits.api import REFUSALS as BENEFITS_REFUSALS
from services.events.api import COMMANDS as EVENTS
from services.events.api import REFUSALS as EVENTS_REFUSALS
from services.members.api import COMMANDS as MEMBERS
from services.members.api import REFUSALS as MEMBERS_REFUSALS
from shared.http.problems import TITLES
from tests.guildhall.imports.recording_client import RecordingClient, write_csv

ROUTES = {
    **{f"members/{name}": route for name, route in MEMBERS.items()},
    **{f"benefits/{name}": route for name, route in BENEFITS.items()},
    **{f"events/{name}": route for name, route in EVENTS.items()},
}
ROWS: dict[str, tuple[str, list[str]]] = {
    "staff": ("工号,姓名,性别,出生年月,入职日期", ["0012,王利,女,1985-03,2009年8月1日"]),
    "members": (
        "工号,姓名,入会日期,入会方式,原工会编号",
        ["0012,王利,2009-9-1,新入会,", "0013,李明,2022-5-16,会籍转入,tjjt"],
    ),
    "leavers": (
        "工号,姓名,离开方式,离开日期,转入工会编号",
        ["1,甲,会籍转出,2022-2-15,tjjt", "2,乙,离职,2022-2-28,", "3,丙,退休（保留会籍）,2022-3-31,",
         "4,丁,去世,2022-4-1,", "5,戊,退会,2022-4-1,", "6,己,离职(非会员),2022-4-1,",
         "7,庚,退休(不保留会籍),2022-4-1,"],
    ),
    "receipts": (
        "项目编号,工号,签收日期,代签人工号",
        ["spring-2022,1,2022-1-20,", "spring-2022,2,2022-1-20,1"],
    ),
    "gifts": (
        "项目编号,工号,身份,份数,发放日期,名册外原因",
        ["mid-autumn-2022,1,职工,,2022-9-8,余份", "mid-autumn-2022,2,会员,2,2022-9-8,"],
    ),
    "claims": (
        "申请编号,工号,身份,申请类型,与职工关系,事由编号,申请金额（元）,发生日期,申请日期",
        ["zy-1,1,会员,住院,,case-1,\"2,000.00\",2022-2-17,2022-2-22",
         "ss-1,2,职工,丧事,父母,case-2,1000,2022-2-17,2022-2-22"],
    ),
    "insured": ("保单编号,工号,姓名,身份,参保日期", ["ankang-2022,1,王利,职工,2022-4-11"]),
    "budget": (
        "年度,科目,金额(元),批准日期,审议机构,金额为估计",
        ["2022年,职工活动-集体福利,600000,2022-1-12,\"committee,superior\",是",
         "2022年,维权-送温暖,90000,2022-1-12,\"committee,superior\",是"],
    ),
    "income": ("收入编号,收入来源,经费来源,金额,到账日期", ["sr-1,会费,工会经费,21500,2022-1-10"]),
    "payment-requests": (
        "凭证编号,申请日期,金额(元),经费来源,付款方,预算科目,事项编号,金额为估计",
        ["zf-1,2022-1-25,258500.00,工会经费,本级工会,职工活动-集体福利,tjtc/programme-spring-2022,是"],
    ),
    "payments": ("凭证编号,付款日期,会议纪要编号", ["zf-1,2022-1-25,wyh-2022-01"]),
    "departments": (
        "工号,新部门,变动日期,变动原因", ["1,财务处,2022-3-1,", "2,教务处(教学科),2022-3-1,更名"]
    ),
    "dependants": (
        "工号,家属姓名,与职工关系,登记日期", ["1,王小明,子女,2022-3-1", "1,李红,配偶,2022-3-1"]
    ),
    "procurements": (
        "采购编号,采购名称,采购方式,单一来源情形,供应商,金额(元),经费来源,公示开始,公示结束,会议纪要编号,"
        "决定日期,合同日期,合同金额(元)",
        ["cg-1,中秋慰问品,询价,,某公司,50000,工会经费,,,wyh-1,2022-8-1,2022-8-10,49000",
         "cg-2,春节慰问品,单一来源,唯一供应商,某公司,,工会经费,2022-1-3,2022-1-10,,2022-1-11,,"],
    ),
    "activities": (
        "活动编号,活动名称,活动类别,主办单位,线上,活动日期,计划日期,场次,举办日期",
        ["lh-1,春日联谊,联谊,本级工会,否,2022-4-1,2022-3-1,,2022-4-1",
         "lh-1,春日联谊,联谊,本级工会,否,2022-4-1,2022-3-1,2,2022-4-2",
         "jz-1,健康讲座,讲座,市总工会,是,2022-5-1,2022-4-1,,"],
    ),
    "attendance": ("活动编号,场次,工号,签到日期", ["lh-1,,1,2022-4-1", "lh-1,2,1,2022-4-2"]),
    "meetings": (
        "会议编号,会议类别,会议名称,会议日期,应到人数,通知日期,召开日期,实到人数",
        ["jdh-1,教代会,四届二次教代会,2022-3-1,60人,2022-2-20,2022-3-1,55",
         "wyh-1,工会委员会,第一次委员会,2022-1-10,7,2022-1-5,,"],
    ),
    "plan-items": (
        "计划编号,年度,板块,事项,完成期限,制定日期,完成日期,佐证",
        ["jh-1,2022年,职工福利,春节慰问,2022-2-1,2022-1-5,2022-1-25,tjtc/programme-spring-2022",
         "jh-2,2022,基础建设,换届,,2022-1-5,,"],
    ),
}  # fmt: skip
"""A file of each kind: headings, and rows that show every way to fill them in."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
async def test_what_a_kind_sends_is_what_the_service_takes(kind: Kind, tmp_path: Path) -> None:
    headings, rows = ROWS[kind.name]
    file = write_csv(tmp_path / "a.csv", "\n".join([headings, *rows, ""]))
    client = RecordingClient([str(n) for n in range(10)] + ["0012", "0013"])
    outcome = await import_file(client, kind, file)
    assert outcome.complete, outcome.bad
    assert client.sent
    for name, body, _key in client.sent:
        ROUTES[name].command.model_validate_json(_json(body))
        assert kind.role in ROUTES[name].roles, f"{kind.role} may not send {name}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_what_to_do_is_said_for_every_kind_and_for_refusals_that_there_are(kind: Kind) -> None:
    codes = TO_DO[kind.name].keys() - {"differs"}
    own = MEMBERS_REFUSALS.keys() | BENEFITS_REFUSALS.keys() | EVENTS_REFUSALS.keys()
    assert codes <= own | {WITHDRAWN} <= own | TITLES.keys()
    assert "differs" in TO_DO[kind.name]
    assert set(kind.told_as.values()) <= {column.field for column in kind.columns}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_no_heading_of_a_kind_means_two_columns(kind: Kind) -> None:
    assert len(known_headings(kind)) == sum(len(set(column.headings)) for column in kind.columns)


def _json(body: Any) -> bytes:
    import orjson  # noqa: PLC0415

    return orjson.dumps(body)
