"""The filters of a figure's list: what may be asked of its lines, and how that is said."""

from collections.abc import Callable, Mapping
from typing import Any

from services.console.console import Visit
from services.console.navigation import _

YES_NO = {"yes": _("是"), "no": _("否")}
KNOWN = {**YES_NO, "unknown": _("没有名册可核")}
FILTERS: dict[str, tuple[str, dict[str, str]]] = {
    "on_roster": (_("在册"), KNOWN),
    "signed": (_("签收"), {"yes": _("已签收"), "no": _("没签收"), "unknown": _("不是慰问品")}),
    "assumed": (_("金额"), {"yes": _("是假定"), "no": _("不是假定")}),
    "told_by": (_("来源"), {"own": _("自己的服务"), "outside": _("外部来源")}),
    "gender": (_("性别"), {"female": _("女"), "male": _("男"), "unknown": _("没有登记")}),
}
"""By name in the address: the title, and what may be chosen."""

KEPT = ("as_of", "compare", "list", "sort", "size")
"""What the form of the filters carries on."""
OF_GIFTS = ("on_roster", "signed")


def narrowing_of(visit: Visit) -> dict[str, str]:
    """The filters that an address names; what it names otherwise is none."""
    asked = {name: visit.given(name) for name in FILTERS}
    return {name: said for name, said in asked.items() if said in FILTERS[name][1]}


def choices_of_lines(answer: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, str]]]:
    """The filters that make sense of a figure's lines: only gifts have rosters and receipts."""
    gifts = any(each["list"].startswith("gift.") for each in answer["by_list"])
    return {name: each for name, each in FILTERS.items() if gifts or name not in OF_GIFTS}


def said_of(narrowed: Mapping[str, str], say: Callable[..., str]) -> str:
    """The filters in words, as a file's head has them."""
    return "；".join(
        f"{say(FILTERS[name][0])}：{say(FILTERS[name][1][said])}" for name, said in narrowed.items()
    )
