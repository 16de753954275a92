"""The union's yearly statistics (统计年报): what is counted of it and of every union under it, as
the tree was on the period's last day.

The items are those under which the yearly statistics are published; the form's own numbering of
tables and lines is not public, and none is invented. An item that no event states is unknown.
"""

from datetime import datetime
from typing import Any, NamedTuple

from services.reporting.figures import BY_NAME
from services.reporting.figures.gifts import OCCASIONS
from services.reporting.projections.narratives import Narrative
from services.reporting.projections.unions import Union
from services.reporting.queries.figures import Value, values_listed
from services.reporting.queries.knowledge import Period
from services.reporting.queries.provability import source_checks, with_proof
from services.reporting.queries.tree import tree_on
from services.reporting.reports.material import SEALED
from shared.contract.reporting import ReportKind
from shared.errors import Conflict

UNIONS_MAX = 200
"""A tree of more is asked for by its parts."""


class Item(NamedTuple):
    """One line of the statistics: its title and the figure it is (None: no event type states it).
    `declared` is the field of a union's own declaration that is told where no event counts it."""

    title: str
    figure: str | None = None
    declared: str | None = None


def _benefit(title: str, persons: str, amount: str) -> tuple[Item, Item]:
    return Item(f"{title}人数", persons), Item(f"{title}金额", amount)


GIFTS = {
    **{name: f"gift_{name}" for name in OCCASIONS},
    "front_line": "front_line_gifts",
    "birthday": "birthday_cakes",
}
CLAIMS = {
    "hospital": "住院慰问金", "serious_illness": "大病慰问金", "bereavement": "亲属去世慰问金",
    "marriage": "结婚慰问金", "birth": "生育慰问金", "retirement": "退休慰问金",
}  # fmt: skip


def _gifts() -> tuple[Item, ...]:
    found: list[Item] = []
    for occasion, title in OCCASIONS.items():
        name = GIFTS[occasion]
        persons = name if name in BY_NAME else f"{name}_members"
        if persons in BY_NAME and f"{name}_amount" in BY_NAME:
            found += _benefit(f"{title}慰问品领取", persons, f"{name}_amount")
    return tuple(found)


SECTIONS: dict[str, tuple[Item, ...]] = {
    "职工与会员": (
        Item("职工", "staff_in_post", "staff_declared"),
        Item("其中女职工", "women_staff_in_post", "women_staff_declared"),
        Item("会员", "members_on_roll"),
        Item("其中女会员", "women_members_on_roll"),
        Item("新入会", "members_joined_new"),
        Item("会籍转入", "members_transferred_in"),
        Item("会籍转出", "members_transferred_out"),
        Item("退休", "members_retired"),
        Item("其中未保留会籍", "members_retired_off_roll"),
    ),
    "组织与民主管理": (
        Item("工会委员会成立日期"),
        Item("经费审查委员会成立日期"),
        Item("女职工委员会成立日期"),
        Item("会员代表大会", "members_congress_sessions"),
        Item("职工代表大会", "staff_congress_sessions"),
        Item("职工代表大会到会代表", "staff_congress_delegates_present"),
        Item("其中女代表"),
        Item("通过决议", "resolutions_passed"),
    ),
    "活动": (
        Item("举办活动", "activities_held"),
        Item("参加活动", "attendances"),
    ),
    "慰问与补助": (
        *_gifts(),
        *(
            item
            for kind, title in CLAIMS.items()
            for item in _benefit(title, f"claim_{kind}_paid", f"claim_{kind}_paid_amount")
        ),
        *_benefit("困难补助", "claim_hardship_paid", "claim_hardship_paid_amount"),
    ),
    "保障": (
        Item("女职工安康保险参保", "ankang_insured"),
        Item("大病保险参保", "serious_illness_insured"),
    ),
    "经费": (
        Item("收入", "income_received"),
        Item("其中会费", "dues_received"),
        Item("本级支出", "own_expenditure_paid"),
        Item("其中工会经费", "union_funds_paid"),
        Item("其中关爱基金", "care_fund_paid"),
    ),
    "审查": (Item("经费审查次数"),),
}
ITEMS = tuple(item for items in SECTIONS.values() for item in items)
FIGURES = tuple(BY_NAME[name] for name in dict.fromkeys(i.figure for i in ITEMS if i.figure))


class OfUnion(NamedTuple):
    """One union of the tree with its figures; `level` is how far it is below the one asked for."""

    union: Union
    level: int
    values: dict[str, Value]

    def stated(self, item: Item) -> int | None:
        """What its events state of an item, in the figure's unit; None where none does: where there
        is no event, or none of them says an amount."""
        if item.figure is None:
            return None
        value = self.values[item.figure]
        silent = value.without_amount if value.figure.measure == "amount_fen" else 0
        return value.value if value.lines > silent else None

    def declared(self, item: Item) -> int | None:
        """What the union declared of it, where no event counts it."""
        if item.declared is None or self.stated(item) is not None:
            return None
        found: int | None = getattr(self.union, item.declared)
        return found


class Statistics(NamedTuple):
    """Everything the statistics say; `as_of` is what was asked for. They have no narratives."""

    org_id: str
    period: Period
    at: int
    as_of: str | None
    sealed_at: datetime | None
    epoch: int
    unions: list[OfUnion]
    narratives: tuple[Narrative, ...] = ()

    @property
    def kind(self) -> ReportKind:
        """Which report it is."""
        return "statistics"

    @property
    def own(self) -> OfUnion:
        """The union that is asked for."""
        return self.unions[0]

    @property
    def union(self) -> Union | None:
        """Its registration, if it has one."""
        return self.own.union if self.own.union.name else None

    @property
    def values(self) -> dict[str, Value]:
        """Its own figures that some event states: the numbers of its report."""
        return {name: value for name, value in self.own.values.items() if value.lines}


async def collect(
    connection: Any, org_id: str, period: Period, at: int, as_of: str | None
) -> Statistics:
    """Read it all, each number counted from its list. Raises Conflict `report-too-large`."""
    placed = await tree_on(connection, org_id, period.last, at)
    if len(placed) > UNIONS_MAX:
        raise Conflict(
            "report-too-large",
            f"{len(placed)} unions are under {org_id}, one report takes {UNIONS_MAX}: ask for the"
            " unions below it one by one",
        )
    unions = []
    for each in placed:
        name = each.union.org_id
        values = await values_listed(connection, name, period, at, FIGURES)
        checks = await source_checks(connection, name)
        unions.append(OfUnion(each.union, each.level, with_proof(values, checks)))
    sealed = await connection.fetchrow(SEALED, at)
    return Statistics(org_id, period, at, as_of, sealed["sealed_at"], sealed["epoch"], unions)
