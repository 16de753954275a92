"""The report's tables: all figures, why the counts differ, the membership account, findings."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from services.reporting.figures.gifts import OCCASIONS
from services.reporting.queries.membership import MOVEMENTS
from services.reporting.queries.rosters import DatedCount
from services.reporting.reports.document import (
    Block,
    Bulleted,
    Fen,
    Heading,
    Paragraph,
    Table,
)
from services.reporting.reports.material import Material
from services.reporting.reports.prose import Notes, plain, provability

MOVEMENT_NAMES = {
    "joined": "新入会",
    "transferred_in": "转入",
    "rejoined": "重新入会",
    "left": "退会",
    "transferred_out": "转出",
    "died": "去世",
    "retired": "退休(未保留会籍)",
}
MOVEMENT_FIGURES = {
    "joined": "members_joined_new",
    "transferred_in": "members_transferred_in",
    "rejoined": "members_rejoined",
    "left": "members_left",
    "transferred_out": "members_transferred_out",
    "died": "members_died",
    "retired": "members_retired_off_roll",
}
COUNT_NAMES = {
    "serious_illness": "大病保险",
    **{occasion: f"{title}慰问品" for occasion, title in OCCASIONS.items()},
}
SEVERITIES = {"block": "阻断", "high": "高", "medium": "中", "low": "低", "info": "提示"}
OUTCOMES = {"fail": "不合规", "indeterminate": "无法判定"}
STATES = {"open": "未处理", "explained": "已说明", "resolved": "已消除", "waived": "已豁免"}


def figures_table(material: Material, notes: Notes) -> Iterator[Block]:
    """Every figure with its unit and whether its completeness can be proven."""
    yield Heading(1, "附件1 指标表")
    yield table(
        ("指标", "名称", "数值", "单位", "事件数", "完整性", "说明"),
        (
            (
                f"`{name}`",
                value.figure.title,
                Fen(value.value) if value.figure.measure == "amount_fen" else value.value,
                value.figure.unit,
                value.lines,
                provability(value),
                ";".join(value.notes_on_the_number),
            )
            for name, value in material.values.items()
        ),
        (9, 9, 4, 3, 3, 4, 6),
    )
    yield from _unproven(material)


def _unproven(material: Material) -> Iterator[Block]:
    """Why figures cannot be proven complete, each reason once."""
    reasons = Counter(value.unproven for value in material.values.values() if not value.provable)
    told = tuple(
        f"{number}项指标完整性不可证明:{plain(';'.join(reason) or '来源不为其记录编号')}。"
        for reason, number in reasons.items()
    )
    if told:
        yield Bulleted(told)


def counts_table(material: Material, notes: Notes) -> Iterator[Block]:
    """517, 511 and 542, each against the roll of its day, and what moved the roll between."""
    yield Heading(1, "附件2 各项人数与名册核对")
    if material.counts:
        yield from _against_the_roll(material)
    else:
        yield Paragraph("日志中没有面向全体会员的发放或参保记录。")
    if material.reconciliations:
        yield Paragraph("冻结名册与领取人:")
        yield _rosters(material)


def _against_the_roll(material: Material) -> Iterator[Block]:
    yield table(
        (
            "项目",
            "名册日",
            "领取/参保(名)",
            "份数",
            "当日会员",
            "会员未领",
            "其后入会",
            "非会员",
            "核对",
        ),
        (
            (
                COUNT_NAMES[count.about],
                count.day,
                count.people,
                count.portions,
                count.members,
                count.unserved,
                count.joined_since,
                count.not_members,
                "与当日名册相符" if count.agrees else "**不相符**",
            )
            for count in material.counts
        ),
        (5, 5, 4, 3, 4, 4, 4, 3, 5),
    )
    yield Bulleted(tuple(_between(material.counts)))


def _rosters(material: Material) -> Table:
    """Each frozen roster against who received."""
    return table(
        (
            "项目",
            "名册人数",
            "名册完整",
            "在册并领取",
            "在册未领",
            "领取不在册",
            "其中非会员",
            "重复领取",
        ),
        (
            (
                plain(found.programme.title or found.programme.programme_id),
                found.programme.roster_count,
                "是" if found.roster_complete else "否" if found.programme.frozen else "无名册",
                found.counts["both"],
                found.counts["roster_only"],
                found.counts["recipient_only"],
                found.counts["recipient_only_non_members"],
                found.counts["twice"],
            )
            for found in material.reconciliations
        ),
    )


def _between(counts: Sequence[DatedCount]) -> Iterator[str]:
    for before, count in itertools.pairwise(counts):
        moved = [
            f"{MOVEMENT_NAMES[column]}{number}名"
            for column, number in count.movements.items()
            if number
        ]
        yield (
            f"{before.day}至{count.day}:会员由{before.members}名变为{count.members}名"
            f"({','.join(moved) or '无变动'})。"
        )
    for count in counts:
        if not count.agrees:
            yield (
                f"{COUNT_NAMES[count.about]}({count.day}):{count.people}名 = 当日会员"
                f"{count.members} - 未领{count.unserved} + 其后入会{count.joined_since} + "
                f"非会员{count.not_members};{count.portions}份中超出人数的"
                f"{count.portions - count.people}份。"
            )


def account_table(material: Material, notes: Notes) -> Iterator[Block]:
    """The membership account of the period."""
    account = material.account
    yield Heading(1, "附件3 会籍账")
    yield table(
        ("期初会员", *MOVEMENT_NAMES.values(), "期末会员"),
        [
            (
                account.opening,
                *(
                    notes.cited(account.totals[column], MOVEMENT_FIGURES[column])
                    for column in MOVEMENTS
                ),
                notes.cited(account.closing, "members_on_roll"),
            )
        ],
    )
    open_day = account.first_open_day
    yield Paragraph(
        "每一日均平衡:期初 + 新入会 + 转入 + 重新入会 - 退会 - 转出 - 去世 - 退休(未保留会籍)"
        " = 期末。"
        if open_day is None
        else f"**不平衡:自{open_day}起名册与变动事件不一致。**"
    )


def findings_table(material: Material, notes: Notes) -> Iterator[Block]:
    """Findings on the period, gravest first."""
    yield Heading(1, "附件4 审计疑点")
    if material.findings:
        yield table(
            ("级别", "规则", "事项", "结论", "理由", "条款", "状态", "编号"),
            (
                (
                    SEVERITIES[shown.finding.severity],
                    plain(shown.title),
                    plain(shown.finding.subject),
                    OUTCOMES[shown.finding.outcome],
                    plain(shown.sentence),
                    plain(shown.finding.clause),
                    STATES[shown.finding.state],
                    f"`{shown.finding.finding_id}`",
                )
                for shown in material.findings
            ),
            (2, 5, 6, 3, 6, 7, 3, 5),
        )
    else:
        yield Paragraph("没有疑点。")
    yield Paragraph(f"已判定至 log\\_index {material.judged_to};其后的事件待判定。")


def table(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], widths: tuple[int, ...] = ()
) -> Table:
    return Table(
        tuple(headings),
        tuple(
            tuple(cell if isinstance(cell, int | Fen | None) else str(cell) for cell in row)
            for row in rows
        ),
        widths,
    )
