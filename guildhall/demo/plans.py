"""What the year was to bring, what the next one is to bring, and the two problems reported."""

from datetime import date
from typing import Any

from guildhall.demo.script import Script, instant

SET_ON_2022, SET_ON_2023 = date(2022, 1, 13), date(2022, 12, 13)
PLAN_2022 = (
    ("p22-congress", "rights", "适时召开教代会", "2022-12-31",
     ("meeting-jdh-2022-1", "meeting-jdh-2022-2")),
    ("p22-rules", "basics", "完善工会各项制度", "2022-12-31",
     ("regulation-staff-congress-rules", "regulation-members-congress-rules",
      "regulation-union-funds-rules")),
    ("p22-health-check", "welfare", "组织教职工体检", "2022-09-30", ("check-health-check-2022",)),
    ("p22-womens-day", "activities", "庆三八健身操微视频评比", "2022-03-31",
     ("activity-womens-day-video-2022",)),
    ("p22-holidays", "welfare", "做好节日慰问", "2022-10-31", ()),
    ("p22-members-congress", "basics", "召开第三次会员代表大会", "2022-12-31", None),
)  # fmt: skip
"""Each with the streams that show it was done; None: not done."""

PLAN_2023 = (
    ("p23-website", "basics", "继续完善教工之家网页"),
    ("p23-rules", "basics", "继续完善健全各项制度"),
    ("p23-survey", "basics", "继续完善职工满意度调查机制"),
    ("p23-congress", "rights", "适时召开职代会"),
    ("p23-hardship", "rights", "健全完善教职工帮扶体系"),
    ("p23-rights-channel", "rights", "建立健全工会维权维稳通道"),
    ("p23-summer", "welfare", "继续完成“暑期送凉爽”后续工作"),
    ("p23-transfer", "welfare", "做好学院转隶后工会会员转接相关工作"),
    ("p23-benefits", "welfare", "做好职工常规福利工作"),
    ("p23-near-retirement", "welfare", "做好临退休职工慰问工作"),
    ("p23-study", "activities", "以学习贯彻党的二十大为主题开展学习"),
    ("p23-campus-culture", "activities", "开展系列校园文化活动"),
    ("p23-lectures", "activities", "开展劳模宣讲,开设法律维权、健康知识等系列课堂"),
    ("p23-health-lectures", "activities", "组织健康知识讲座等相关活动"),
    ("p23-clubs", "activities", "组织职工参加社团活动"),
    ("p23-ad-hoc", "activities", "配合上级工会组织和同级行政部门做好临时工作"),
)
ISSUES = (
    ("transfer-unfinished", "因政策原因工会会员关系转隶仍未完成", date(2022, 11, 30)),
    ("third-members-congress", "工会第三次会员代表大会仍在筹备", date(2022, 12, 1)),
)


def add_plans(script: Script) -> None:
    """Plan items of both years and the problems; two items are done after the report."""
    for number, (item_id, section, title, due_on, evidence) in enumerate(PLAN_2022):
        item = {"item_id": item_id, "section": section, "title": title, "due_on": due_on}
        at = f"15:{number:02d}"
        _set(script, SET_ON_2022, at, plan_year=2022, **item)
        if evidence is not None:
            done_on = date(2022, 12, 12) if evidence else date(2022, 12, 23)
            _complete(script, done_on, at, item_id, [f"{script.org}/{each}" for each in evidence])
    for number, (item_id, section, title) in enumerate(PLAN_2023):
        item = {"item_id": item_id, "section": section, "title": title}
        _set(script, SET_ON_2023, f"15:{number:02d}", plan_year=2023, **item)
    _complete(script, date(2022, 12, 30), "15:30", "p23-summer", [])
    for issue_id, title, raised_on in ISSUES:
        body = {"issue_id": issue_id, "title": title, "raised_on": raised_on}
        script.command("chair", instant(raised_on, "15:40"), "events/raise-issue", **body)


def _set(script: Script, on: date, at: str, **item: Any) -> None:
    script.command("clerk", instant(on, at), "events/set-plan-item", set_on=on, **item)


def _complete(script: Script, on: date, at: str, item_id: str, evidence: list[str]) -> None:
    body = {"item_id": item_id, "evidence": evidence, "done_on": on}
    script.command("clerk", instant(on, at), "events/complete-plan-item", **body)
