"""The yearly statistics as a document: a table for each subject, and one of each union."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time

from services.reporting.figures import BY_NAME
from services.reporting.reports.document import (
    Block,
    Bulleted,
    Closing,
    Document,
    Fen,
    FigureSheet,
    Heading,
    Note,
    Paragraph,
    Table,
    in_order,
)
from services.reporting.reports.prose import named, plain
from services.reporting.reports.provenance import written_from
from services.reporting.reports.statistics import SECTIONS, Item, OfUnion, Statistics
from services.reporting.reports.tables import table
from shared.contract.values import SHANGHAI

UNKNOWN = "不详"
COLUMNS_MAX = 5
"""How many unions stand side by side in one table."""
FORM = (
    "本表按工会统计年报公布的项目编列。统计年报的逐项表目没有公开的文本,所以不编表号、行号。"
    "查到的最近一份是2021年度基层工会调查表(表号nbjc,国统制〔2019〕107号,有效期至2022年8月);"
    "本期适用哪一份,须另行核对。",
    "统计年报的起止日不一定是公历年:期间由编报人选定,须与当期表式一致。",
    f"没有事件说明的项目写作“{UNKNOWN}”,不写零。",
)
NUMERALS = "一二三四五六七八九十"


def document_of(found: Statistics, sheets: tuple[FigureSheet, ...] = ()) -> Document:
    """The statistics, to be printed in any format; a workbook shows `sheets`."""
    blocks = list(_blocks(found))
    last = datetime.combine(found.period.last, time(), UTC)
    return Document(
        title=f"{plain(_name(found.own))}{named(found.period)}工会统计年报",
        union=plain(_name(found.own)),
        dated=(found.sealed_at or last).astimezone(UTC).replace(microsecond=0),
        known_at=found.at,
        blocks=tuple(blocks),
        notes=in_order(_notes(found), blocks),
        notes_heading="附件3 数字出处",
        sheets=sheets,
    )


def _name(of: OfUnion) -> str:
    return of.union.name or of.union.org_id


def _blocks(found: Statistics) -> Iterator[Block]:
    yield Heading(1, "一、填报范围")
    yield Paragraph(_scope(found))
    yield Bulleted(FORM)
    yield table(("封面项目", "填报"), _cover(found), (3, 7))
    for number, (title, items) in zip(NUMERALS[1:], SECTIONS.items(), strict=False):
        yield Heading(1, f"{number}、{title}")
        yield table(
            ("项目", "单位", "数值", "说明"),
            [_row(found, item) for item in items],
            (6, 2, 3, 6),
        )
    sealed = found.sealed_at
    day = sealed.astimezone(SHANGHAI).date() if sealed else found.period.last
    yield Closing(plain(_name(found.own)), day)
    yield from _by_union(found)
    yield Heading(1, "附件2 出处")
    yield from written_from(found)


def _scope(found: Statistics) -> str:
    below = len(found.unions) - 1
    first, last = found.period
    said = f"期间{first}至{last},按{last}的隶属关系,"
    if not below:
        return said + "没有登记在它下面的工会,只报本会。"
    return (
        said + f"本会和它下面的{below}家工会。数值是各会数字之和:同时属于两家的人,两家各计一次;"
        "各会的数字分列在附件1。下级工会的数字以后变动,由各会自己的疑点提示。"
    )


def _cover(found: Statistics) -> list[tuple[str, str]]:
    own = found.own.union
    name = plain(own.name) if own.name else UNKNOWN
    return [
        ("901 单位代码", f"{UNKNOWN}(日志中的标识:`{plain(own.org_id)}`)"),
        ("902 单位名称", name),
        ("903 行政区划代码", UNKNOWN),
        ("904 工会类型(单独、联合)", UNKNOWN),
    ]


def _row(found: Statistics, item: Item) -> tuple[str, str, str | int | Fen, str]:
    """A line: the sum of what is stated, and what is missing from it."""
    unit = BY_NAME[item.figure].unit if item.figure else "—"
    stated = [each for each in found.unions if each.stated(item) is not None]
    declared = [each for each in found.unions if each.declared(item) is not None]
    told = [*(each.stated(item) for each in stated), *(each.declared(item) for each in declared)]
    numbers = [number for number in told if number is not None]
    if not numbers:
        return item.title, unit, UNKNOWN, _why_unknown(found, item)
    unknown = len(found.unions) - len(numbers)
    notes = [f"{len(declared)}家为申报数"] if declared and len(found.unions) > 1 else []
    notes += ["申报数,不是名册数"] if declared and len(found.unions) == 1 else []
    notes += [f"另有{unknown}家{UNKNOWN},未计入"] if unknown else []
    if item.figure:
        own = found.own.values[item.figure]
        notes += own.notes_on_the_number if len(found.unions) == 1 else []
        unproven = sum(1 for each in stated if not each.values[item.figure].provable)
        alone = len(found.unions) == 1
        notes += ["完整性不可证明" if alone else f"{unproven}家完整性不可证明"] if unproven else []
    cited = f"[^{item.figure}]" if stated else ""
    return item.title, unit, _number(item, sum(numbers)), cited + ";".join(notes)


def _why_unknown(found: Statistics, item: Item) -> str:
    if item.figure is None:
        return "日志的契约里没有记它的事件"
    silent = any(each.values[item.figure].lines for each in found.unions)
    return "事件都没有载明金额" if silent else "没有这样的事件"


def _number(item: Item, value: int) -> int | Fen:
    money = item.figure is not None and BY_NAME[item.figure].measure == "amount_fen"
    return Fen(value) if money else value


def _by_union(found: Statistics) -> Iterator[Block]:
    yield Heading(1, "附件1 各会数字")
    items = [item for group in SECTIONS.values() for item in group if item.figure]
    for at in range(0, len(found.unions), COLUMNS_MAX):
        yield _side_by_side(items, found.unions[at : at + COLUMNS_MAX])


def _side_by_side(items: Iterable[Item], unions: Sequence[OfUnion]) -> Table:
    return table(
        ("项目", "单位", *(plain(_name(each)) for each in unions)),
        [
            (item.title, BY_NAME[item.figure or ""].unit, *(_cell(each, item) for each in unions))
            for item in items
        ],
        (5, 2, *(3 for _ in unions)),
    )


def _cell(of: OfUnion, item: Item) -> str | int | Fen:
    stated, declared = of.stated(item), of.declared(item)
    if stated is not None:
        return _number(item, stated)
    return UNKNOWN if declared is None else f"{declared}(申报)"


def _notes(found: Statistics) -> Iterator[Note]:
    """Of each number: which unions it is of, how many events, and how to ask for the list."""
    first, last = found.period
    for name in dict.fromkeys(i.figure for group in SECTIONS.values() for i in group if i.figure):
        figure = BY_NAME[name]
        of = [each for each in found.unions if each.values[name].lines]
        events = sum(each.values[name].lines for each in of)
        text = f"{figure.title}:{len(of)}家,{events}个事件"
        asked = of[0].union.org_id if len(of) == 1 else found.org_id
        scope = f"--org {asked} --from {first} --to {last} --as-of {found.at}"
        unproven = any(not each.values[name].provable for each in of)
        yield Note(name, text, f"guildhall explain {name} {scope}", unproven=unproven)
