"""The rows of an office's sheet that are no entries, and the reason each is passed over for.

A row is passed over for what it is, never for what it lacks: who has no number but a name is an
entry that is refused.
"""

import re
from typing import NamedTuple

from guildhall.imports.cells import BLANK, Cell, CellError, plain
from guildhall.imports.headings import Headed, again
from guildhall.imports.kinds import Kind
from guildhall.imports.worksheet import SeenRow

REASONS: dict[str, str] = {
    "title": "标题",
    "headings": "表头",
    "total": "合计",
    "footer": "制表、签字或说明",
    "serial": "只有序号",
    "section": "分组名",
    "hidden": "隐藏行，未读",
    "sheet-unread": "所在工作表没有本类表头，未读",
}
"""Every reason, and how it reads."""

TOTAL = re.compile(r".{0,8}?((?:合计|总计|小计|累计|(?<!公)共计)(?![划财量算])|总人数|总金额)")
"""Not 综合计划处, nor 公共计算机教研室: those are departments."""
FOOTER = re.compile(
    r"(制表|填表|填报|审核|审批|复核|核对|经办|经手|负责|分管|主管|领导|工会主席|主席|单位负责|部门负责|"
    r"发放|保管|财务|会计|出纳|制单|联系|领取|验收|证明|签领|签收)(单位|部门|工会|主席|领导|负责|主管)*"
    r"(人|者|员|电话|签字|签名|签章|盖章|日期|时间|意见)*\s*([:：(_]|\s|$)"
    r"|(单位|部门|工会|盖章|公章|签字|签名|签章|日期|时间|填表日期|打印日期|电话)[^:：]{0,8}[:：]"
    r"|(注|备注|说明|填写说明|附注|附|注意|提示)\s*\d*\s*[:：]"
    r"|第?\s*\d+\s*页.{0,12}$|共\s*\d+\s*页|[\s_]*年\s*月\s*日|以下空白|（?以下无正文）?"
)
DATED_OR_SEALED = re.compile(
    r"[(]?(盖章|公章|签字|签章)[)]?|\d{4}年\d{1,2}月\d{1,2}日|[〇零一二三四五六七八九]{4}年.{1,3}月.{1,3}日"
)
CONTINUED = re.compile(r"[(]?续表?[)]?\d*$|接上页|.{0,30}[(]续[表)]?[)]?$")
SECTION = re.compile(
    r"[(]?[一二三四五六七八九十]{1,3}[)、.．]|第[一二三四五六七八九十\d]+(部分|类|组|批)"
)
POSTS = frozenset({"财务", "会计", "出纳", "领导", "主席", "工会主席", "保管", "主管", "财务科"})
"""Where somebody works, or beside whose name somebody signs: the rest of the row tells."""

SERIALS = frozenset({"序号", "序", "编号", "号", "行号", "no", "no.", "序列", "项次", "#", ""})


class Passed(NamedTuple):
    """A row that is no entry, and why; `sheet` is named where a file has several."""

    sheet: str
    number: int
    reason: str


def why_passed(row: SeenRow, headed: Headed, kind: Kind, *, identified: bool) -> str | None:
    """The reason for passing over a row below the headings, or None: it is an entry. `identified`:
    it says whom or what it is about."""
    if row.hidden:
        return "hidden"
    if identified:
        return "total" if _counted(row, headed, kind) else None
    if again(row, headed):
        return "headings"
    own = {at: cell for at, cell in sorted(row.cells.items()) if at not in row.filled}
    if _only_serial(own, headed):
        return "serial"
    first = next((cell.text for cell in own.values() if not _numeric(cell)), "")
    text = plain(first)
    joined = "".join(text.split())
    entry = _lacks_its_number_alone(row, own, headed, kind)
    if TOTAL.fullmatch(joined) or (TOTAL.match(joined) and not entry):
        return "total"
    if (FOOTER.match(text) or FOOTER.match(joined)) and not entry:
        return "footer"
    if len(own) == 1 and (
        CONTINUED.fullmatch(joined)
        or any(cell.text == first for above in headed.above for cell in above.cells.values())
    ):
        return "title"
    if len(own) == 1 and DATED_OR_SEALED.fullmatch(joined):
        return "footer"
    if len(own) == 1 and SECTION.match(joined):
        return "section"
    return None


def identified(row: SeenRow, headed: Headed, kind: Kind) -> bool:
    """Whether the row says whom or what it is about, by the last field of its key."""
    column = next(each for each in kind.columns if each.field == kind.key[-1])
    at = headed.fields.get(column.field)
    cell = BLANK if at is None else row.cells.get(at, BLANK)
    if cell.flaw or not cell.text:
        return cell.flaw not in {None, "formula", "error-value"}
    try:
        column.read(cell.text)
    except CellError:
        return False
    return True


def _lacks_its_number_alone(row: SeenRow, own: dict[int, Cell], headed: Headed, kind: Kind) -> bool:
    """Whether a row has all that an entry has but the number, though it begins as a footer might:
    somebody of the department 财务 (no colon, no place to sign), whose number was forgotten."""
    if any(mark in plain(cell.text) for cell in own.values() for mark in ":_"):
        return False
    needed = [
        headed.fields[column.field]
        for column in kind.columns
        if column.required and column.field != kind.key[-1] and column.field in headed.fields
    ]
    if needed:
        return all(row.cells.get(at, BLANK) != BLANK for at in needed)
    posts = [cell for cell in own.values() if "".join(plain(cell.text).split()) in POSTS]
    return len(posts) == 1 and any(headed.texts.get(at, "").endswith("姓名") for at in own)


def _counted(row: SeenRow, headed: Headed, kind: Kind) -> bool:
    """Whether a row is a sum though a number stands where one is read: it begins with 合计, and
    lacks something that every entry has."""
    first = row.cells[min(row.cells)].text
    if not first or not TOTAL.fullmatch("".join(first.split())):
        return False
    needed = [column.field for column in kind.columns if column.required]
    return any(
        not row.cells.get(headed.fields[field], BLANK).text
        for field in needed
        if field in headed.fields
    )


def _only_serial(own: dict[int, Cell], headed: Headed) -> bool:
    """Whether a row has nothing but its number: a line of the form that nobody filled in."""
    read = set(headed.fields.values())
    return all(
        at not in read
        and (headed.texts.get(at, "").lower() in SERIALS)
        and (_numeric(cell) or cell.flaw == "formula")
        for at, cell in own.items()
    )


def _numeric(cell: Cell) -> bool:
    return bool(re.fullmatch(r"[\d.,]+", plain(cell.text)))
