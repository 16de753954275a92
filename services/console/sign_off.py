"""What the sign-off sheet (签领表) says: of what, a line for each person, three signatures."""

from datetime import datetime
from typing import Any, NamedTuple

from services.console.console import Visit
from services.console.rendering import translated
from services.console.tables import Cell, as_xlsx


class Sheet(NamedTuple):
    """A programme, its lines by person, the names that members told; `whole`: no line is missing.
    A person whose name is not known has none: the line says so."""

    programme: dict[str, Any]
    lines: list[dict[str, Any]]
    names: dict[str, str]
    whole: bool


def xlsx_sheet(visit: Visit, sheet: Sheet) -> bytes:
    """The sheet as a workbook."""
    say = translated(visit.http)
    scope = visit.scope
    assert scope is not None
    rows: list[list[Cell]] = [
        [number, name, line["person_id"], line["quantity"], "", line["signed_on"] or ""]
        for number, name, line in _numbered(visit, sheet)
    ]
    part = "" if sheet.whole else say("清单太长，只列了一部分。")
    about = [
        (say("工会"), scope.known["name"] or scope.org),
        (say("项目"), sheet.programme["title"]),
        (say("人数"), f"{len(sheet.lines)} {part}".strip()),
        (say("声明"), say("本表所列物品已发给本人或代签人，签名属实。")),
        *_simulated(visit),
    ]
    signatures: list[list[Cell]] = [[], [say("经办人"), "", say("证明人"), "", say("审批人"), ""]]
    return as_xlsx(about, _heads(visit), [*rows, *signatures])


def pdf_sheet(visit: Visit, sheet: Sheet, printed_at: datetime) -> dict[str, Any]:
    """The sheet as sign_off.typ is given it."""
    say = translated(visit.http)
    scope = visit.scope
    assert scope is not None
    roster = sheet.programme["roster"]
    people, portions = len(sheet.lines), sum(line["quantity"] for line in sheet.lines)
    total = say("合计 %(people)s 名，%(portions)s 份", people=people, portions=portions)
    if not sheet.whole:
        total += f" {say('清单太长，只列了一部分。')}"
    declaration = say("声明：本表所列物品已发给本人或代签人，签名属实。")
    return {
        "title": say("签领表"),
        "heading": say("签领表"),
        "union": scope.known["name"] or scope.org,
        "about": [
            [say("项目"), sheet.programme["title"],
             say("名册日期"), roster["as_of"] if roster else "—"],
            [say("人数"), say("%(count)s 名", count=people),
             say("份数"), say("%(count)s 份", count=portions)],
            *([heading, text, "", ""] for heading, text in _simulated(visit)),
        ],
        "heads": _heads(visit),
        "rows": [
            [str(number), name, line["person_id"], str(line["quantity"]), "",
             line["signed_on"] or ""]
            for number, name, line in _numbered(visit, sheet)
        ],
        "total": total,
        "declaration": declaration + say("〓 处的字，字库里没有，手写补上。"),
        "signatures": [say("经办人"), say("证明人"), say("审批人")],
        "signed-on": say("日期"),
        "of-page": say("第"),
        "printed_at": int(printed_at.timestamp()),
    }  # fmt: skip


def _simulated(visit: Visit) -> list[tuple[str, str]]:
    """What a sheet of a simulated union says of it; nothing of a real one."""
    say = translated(visit.http)
    if visit.scope is None or not visit.scope.known["simulated"]:
        return []
    return [(say("演示账"), say("按模拟时钟走，数据是编的，不是哪一家工会的账。"))]


def _heads(visit: Visit) -> list[str]:
    say = translated(visit.http)
    return [say("序号"), say("姓名"), say("编号"), say("份数"), say("签收"), say("签收日期")]


def _numbered(visit: Visit, sheet: Sheet) -> list[tuple[int, str, dict[str, Any]]]:
    say = translated(visit.http)
    unknown = say("（查不到姓名）")
    return [
        (number, sheet.names.get(line["person_id"], unknown), line)
        for number, line in enumerate(sheet.lines, start=1)
    ]
