"""What the demo prints: the report's numbers and sentences, the rosters, the findings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from guildhall.demo.figures import Compared
from guildhall.output import Output

SEVERITIES = {"block": "禁止", "high": "高", "medium": "中", "low": "低", "info": "提示"}
OUTCOMES = {"fail": "不合规", "indeterminate": "无法判定"}
MOVEMENTS = {
    "joined": "新入会",
    "transferred_in": "转入",
    "rejoined": "重新入会",
    "left": "离会",
    "transferred_out": "转出",
    "died": "去世",
    "retired": "退休未保留",
}
PLANS = {"serious_illness": "大病保险", "ankang": "安康保险"}
SECTIONS = ("民主管理", ")职工福利", "各项活动")
"""Headings of the report whose sentences bear the 14 numbers."""
CAPACITIES = {"member": "会员", "staff": "职工", "retiree": "退休", "dependant": "家属"}
OUTSIDERS_SHOWN = 20
FOOTNOTE = re.compile(r"\[\^[^\]]+\]※?")


def show_figures(output: Output, compared: Sequence[Compared]) -> None:
    """The 14 numbers: what the report prints, what the log gives, what the list adds up to."""
    output.table(
        ("行", "报告所说", ">报告", "日志中的指标", ">日志", ">清单事件", "单位", "相符"),
        (
            (
                f"L{one.printed.line}",
                one.printed.says,
                one.printed.number,
                one.printed.figure,
                "—" if one.found is None else one.found,
                len(one.explained.events),
                one.printed.unit,
                "✓" if one.equal else "✗",
            )
            for one in compared
        ),
        title="报告的 14 个数字，与日志截至 2022-12-15 所知",
    )


def show_report(output: Output, markdown: str) -> None:
    """The report's own sentences on congresses, benefits and activities, as the log writes them."""
    for line in sections(markdown, SECTIONS):
        output.say(FOOTNOTE.sub("", line))
    output.say("")


def sections(markdown: str, wanted: Sequence[str]) -> list[str]:
    """The lines of a Markdown text under headings that contain one of `wanted`."""
    kept: list[str] = []
    wanted_part, depth = False, 0
    for line in markdown.splitlines():
        level = len(line) - len(line.lstrip("#"))
        heading = bool(level) and line[level : level + 1] == " "
        if heading and not (wanted_part and level > depth):
            wanted_part, depth = any(word in line for word in wanted), level
        if wanted_part and line.strip():
            kept.append(line)
    return kept


def show_rosters(output: Output, counts: Sequence[Mapping[str, Any]], org: str) -> None:
    """Each count beside the roster of its own day, and what changed the roster between."""
    output.table(
        (
            "日期",
            "项目",
            ">领取人",
            ">份数",
            ">当日会员",
            ">未领",
            ">其后入会",
            ">非会员",
            "名册变动(自上一行)",
            "相符",
        ),
        (
            (
                one["day"],
                PLANS.get(one["about"]) or one["title"] or one["id"],
                one["people"],
                one["portions"],
                one["members"],
                one["unserved"],
                one["joined_since"],
                one["not_members"],
                _moved(one["movements"]),
                "✓" if one["agrees"] else "✗",
            )
            for one in counts
        ),
        title=f"517、511、542 各自当日的会员名册({org})",
    )


def show_outsiders(output: Output, found: Mapping[str, Any]) -> None:
    """Who received without standing on the roster, person by person, with the event that says so.

    People are pseudonyms here; members alone can tell the auditor a name, for a stated purpose.
    """
    people = [one for one in found["people"] if one["category"] == "recipient_only"]
    output.table(
        ("领取人", "身份", "发放日", "发放当日", ">份数", "事件"),
        (
            (
                one["person_id"],
                CAPACITIES.get(one["capacity"], one["capacity"]),
                one["issued_on"],
                "会员" if one["was_member"] else "非会员",
                one["portions"],
                one["events"][0],
            )
            for one in people[:OUTSIDERS_SHOWN]
        ),
        title=f"{found['title']}：领取而不在名册的 {len(people)} 人",
    )


def show_verdicts(output: Output, verdicts: Sequence[Mapping[str, Any]], org: str) -> None:
    """What the rules do not pass, gravest first, each with its clause."""
    ranks = list(SEVERITIES)
    open_ = [one for one in verdicts if one["outcome"] in OUTCOMES]
    open_.sort(
        key=lambda one: (
            one["outcome"] != "fail",
            ranks.index(one["severity"] or "info"),
            one["rule"],
            one["subject"],
        )
    )
    output.table(
        ("规则", "对象", "结论", "程度", "原因", "依据", ">证据"),
        (
            (
                one["rule"],
                one["subject"],
                OUTCOMES[one["outcome"]],
                SEVERITIES.get(one["severity"] or "", ""),
                one["sentence"],
                one["clause"],
                len(one["evidence"]),
            )
            for one in open_
        ),
        title=f"审计疑点({org})：{len(open_)} 项，另有 {len(verdicts) - len(open_)} 项通过或不适用",
    )


def show_timings(output: Output, timings: Mapping[str, tuple[str, float]]) -> None:
    """Measured seconds of each part."""
    output.table(
        ("步骤", "内容", ">秒"),
        ((name, what, f"{seconds:.1f}") for name, (what, seconds) in timings.items()),
        title="用时(实测)",
    )


def _moved(movements: Mapping[str, int]) -> str:
    return " ".join(f"{MOVEMENTS[name]}{n}" for name, n in movements.items() if n)
