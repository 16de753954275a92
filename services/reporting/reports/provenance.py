"""What the report was written from, and by whom: its last annex of its own."""

from collections.abc import Iterator
from datetime import UTC

from services.reporting.reports.document import UNPROVEN_MARK, Block, Heading, Paragraph
from services.reporting.reports.material import Material
from services.reporting.reports.prose import Notes, plain
from services.reporting.reports.statistics import Statistics
from services.reporting.reports.tables import table
from services.reporting.rules import RULES_VERSION
from shared.contract.values import SHANGHAI

SECTION_NAMES = {
    "guidance": "政治引领",
    "front_line": "防控与志愿服务",
    "organisation": "组织建设和民主管理",
    "welfare": "职工福利",
    "activities": "各项活动",
    "other": "其他方面",
    "problems": "存在问题",
    "plan": "规划",
}


def provenance(material: Material, notes: Notes) -> Iterator[Block]:
    """The annex that says what this text was written from."""
    yield Heading(1, "附件5 出处")
    yield from written_from(material)


def written_from(material: Material | Statistics) -> Iterator[Block]:
    """What a text was written from: the same question gives the same bytes."""
    sealed = material.sealed_at
    yield table(
        ("项", "值"),
        (
            ("知悉至(known_at, log_index)", material.at),
            ("所问时点(as_of)", plain(material.as_of or "当时全部已知")),
            (
                "该时点封存于",
                "-" if sealed is None else sealed.astimezone(UTC).astimezone(SHANGHAI).isoformat(),
            ),
            ("期间", f"{material.period.first} 至 {material.period.last}"),
            ("规则集版本", f"`{RULES_VERSION}`"),
            ("日志纪元(epoch)", material.epoch),
            ("数据", _data(material)),
        ),
        (4, 7),
    )
    yield from _narratives(material)
    yield Paragraph(
        f"带“{UNPROVEN_MARK}”的数字完整性不可证明。任一数字的事件清单:`guildhall explain 指标 --org"
        f" {material.org_id} --from {material.period.first} --to {material.period.last}"
        f" --as-of {material.at}`。"
    )


def _narratives(material: Material | Statistics) -> Iterator[Block]:
    """Who wrote what no number says, and who approved it."""
    if material.narratives:
        yield Paragraph("叙述文字的撰写与审定:")
        yield table(
            ("章节", "撰写", "撰写日", "审定", "审定日", "SHA-256"),
            (
                (
                    SECTION_NAMES[each.section],
                    plain(each.written_by),
                    each.written_on,
                    plain(each.approved_by or ""),
                    each.approved_on,
                    f"`{each.text_sha256[:16]}`",
                )
                for each in material.narratives
                if each.approved_by is not None
            ),
        )


def _data(material: Material | Statistics) -> str:
    if material.union is None:
        return "工会未登记"
    return "模拟" if material.union.simulated else "实际"
