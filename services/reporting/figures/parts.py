"""Into which parts a figure falls: by department, gender, month or kind.

The parts of a figure are a division of its list: each line is in one of them, and of a figure of
persons each person is, by the first of their lines in the order of the list. So they add up to the
figure. What nobody told of a line is a part of its own (None), never left out.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from services.reporting.figures.activities import KINDS
from services.reporting.figures.claims_and_insurance import CLAIMS
from services.reporting.figures.definition import Figure
from services.reporting.figures.gifts import OCCASIONS

By = Literal["department", "gender", "month", "kind"]
BYS: tuple[By, ...] = get_args(By)
TITLES: Mapping[By, str] = {"department": "部门", "gender": "性别", "month": "月份", "kind": "类别"}
UNKNOWN: Mapping[By, str] = {
    "department": "部门不明",
    "gender": "性别不明",
    "month": "月份不明",
    "kind": "类别不明",
}
"""What the part is called of which nobody told."""

GENDERS = {"female": "女", "male": "男"}
ACTIVITIES = {
    "matchmaking": "联谊", "culture": "文娱", "contest": "评比", "lecture": "讲座", "sport": "体育",
    "outing": "春秋游", "club": "社团", "training": "培训", "other": "其他",
}  # fmt: skip
JOINS = {"new": "新入会", "transferred_in": "会籍转入", "rejoined": "重新入会"}
PLANS = {"ankang": "安康保险", "serious_illness": "大病保险"}
INCOMES = {
    "dues": "会费", "allocation": "拨缴经费", "superior_subsidy": "上级补助",
    "administrative_subsidy": "行政补助", "donation": "捐赠", "interest": "利息", "other": "其他",
}  # fmt: skip
FUNDS = {
    "union_funds": "工会经费", "care_fund": "关爱基金", "superior_grant": "上级拨付",
    "administration": "行政经费", "special": "专项经费", "unknown": "经费来源不明",
}  # fmt: skip


class Kinds(NamedTuple):
    """Of the lists of a family, which element of their name (from 1) tells the kind, and how each
    kind is called, in order."""

    element: int
    titles: Mapping[str, str]


OF_OCCASION = Kinds(2, {**OCCASIONS, "unstated": "未注明"})
KINDS_OF: Mapping[str, Kinds] = {
    "activity": Kinds(2, {kind: ACTIVITIES[kind] for kind in KINDS}),
    "joined": Kinds(2, JOINS),
    **dict.fromkeys(("gift", "missed", "applied", "received"), OF_OCCASION),
    **dict.fromkeys(
        ("claim", "claim_filed", "claim_approved", "claim_rejected", "claim_withdrawn",
         "claim_reversed"),
        Kinds(2, CLAIMS),
    ),
    **dict.fromkeys(("policy", "cover_ended", "insured"), Kinds(2, PLANS)),
    "income": Kinds(2, INCOMES),
    "spent": Kinds(3, FUNDS),
}  # fmt: skip
"""By the first element of a list's name."""

OF_PEOPLE = frozenset(
    {
        "joined", "roll", "post", "left", "transferred_out", "died", "retired", "gift",
        "gift_again", "gift_returned", "missed", "claim", "claim_filed", "claim_approved",
        "claim_rejected", "claim_withdrawn", "claim_reversed", "insured", "cover_ended",
        "registered", "attended", "volunteer",
    }
)  # fmt: skip
"""The families of lists whose lines are each about a person."""


def divisions_of(figure: Figure) -> tuple[By, ...]:
    """By what a figure may be divided: what is about people by department and gender; what happened
    in a period by month; what is in lists of several kinds by kind."""
    families = {name.partition(".")[0] for name in figure.lists}
    people: tuple[By, ...] = ("department", "gender") if families <= OF_PEOPLE else ()
    months: tuple[By, ...] = () if figure.stock else ("month",)
    kinds: tuple[By, ...] = ("kind",) if len(kinds_in(figure)) > 1 else ()
    return (*people, *months, *kinds)


def kinds_in(figure: Figure) -> dict[str, str]:
    """The kinds of a figure's lists with their titles, in order; none where a list has none."""
    families = {name.partition(".")[0] for name in figure.lists}
    if len(families) != 1 or (of := KINDS_OF.get(families.pop())) is None:
        return {}
    there = {name.split(".")[of.element - 1] for name in figure.lists}
    return {kind: title for kind, title in of.titles.items() if kind in there}


def title_of(by: By, part: str | None) -> str:
    """What a part is called. A department and a month are called what they are."""
    if part is None:
        return UNKNOWN[by]
    return GENDERS.get(part, part) if by == "gender" else part
