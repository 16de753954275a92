"""Figures of gifts (慰问品). Units stay apart: 名 distinct recipients, 份 portions, 元 their worth.

What was handed over is not spending: the books are `ExpenditurePaid` alone.
"""

from typing import get_args

from services.reporting.figures.definition import (
    Counted,
    Dropped,
    Effect,
    Figure,
    Rules,
    of_stream,
    once,
    stream_line,
)
from services.reporting.journal.record import Entry
from shared.contract.benefits import (
    GiftApplied,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceived,
    GiftReturned,
    ProgrammeClosed,
    worth_fen,
)
from shared.contract.values import HOLIDAYS, Capacity

CAPACITIES: tuple[str, ...] = get_args(Capacity)
WORKERS = ("member", "staff")
"""职工、教职工 who are in post: whether or not they joined the union."""
RETIRED_WORKERS = (*WORKERS, "retiree")
OTHER_CAPACITIES = tuple(capacity for capacity in CAPACITIES if capacity != "member")

OCCASIONS: dict[str, str] = {
    "new_year": "元旦", "spring_festival": "春节", "qingming": "清明节", "labour_day": "劳动节",
    "dragon_boat": "端午节", "mid_autumn": "中秋节", "national_day": "国庆节",
    "front_line": "一线教职工", "summer_cooling": "夏季送凉爽", "birthday": "生日蛋糕",
    "marriage": "结婚", "birth": "生育", "retirement": "退休", "womens_day": "三八妇女节",
    "other": "其他",
}  # fmt: skip
"""Every occasion's Chinese name, as titles and the report use it."""

HOLIDAY_LINES = {"spring_festival": 12, "mid_autumn": 22}
"""The festivals the 2022 report counts, and its lines."""


def gifts(occasion: str, capacities: tuple[str, ...] = CAPACITIES) -> tuple[str, ...]:
    """The lists of gifts issued for an occasion to people in these capacities."""
    return tuple(f"gift.{occasion}.{capacity}" for capacity in capacities)


def _issued(event: GiftIssued, entry: Entry) -> tuple[Effect, ...]:
    amount = worth_fen(event)
    name = f"gift.{event.occasion}.{event.capacity}"
    who, quantity = event.person_id, event.quantity
    return (stream_line(name, "gift", who, event, entry, quantity=quantity, amount_fen=amount),)


def _again(event: GiftIssuedAgain, entry: Entry) -> tuple[Effect, ...]:
    # A second gift adds portions and worth; the person is one.
    name = f"gift.{event.occasion}.{event.capacity}"
    second = once(
        name, event.person_id, event, entry, quantity=event.quantity, amount_fen=event.amount_fen
    )
    return (second, once("gift_again", event.person_id, event, entry, quantity=event.quantity))


def _returned(event: GiftReturned, entry: Entry) -> tuple[Effect, ...]:
    dropped = Dropped(of_stream("gift", entry))
    if event.reason == "entered_in_error":
        return (dropped,)  # it never was handed out, so it did not come back
    return (dropped, once("gift_returned", event.person_id, event, entry))


def _applied(event: GiftApplied, entry: Entry) -> tuple[Effect, ...]:
    name = f"applied.{event.occasion}"
    return (once(name, event.programme_id, event, entry, quantity=event.quantity),)


def _received(event: GiftReceived, entry: Entry) -> tuple[Effect, ...]:
    name = f"received.{event.occasion}"
    return (once(name, event.programme_id, event, entry, quantity=event.quantity),)


def _closed(event: ProgrammeClosed, entry: Entry) -> tuple[Effect, ...]:
    name = f"missed.{event.occasion or 'unstated'}"
    return tuple(
        Counted(name, of_stream("missed", entry, person), person, event.occurred_on)
        for person in event.missed
    )


GIFT_RULES: Rules = {
    GiftIssued: _issued,
    GiftIssuedAgain: _again,
    GiftReturned: _returned,
    GiftApplied: _applied,
    GiftReceived: _received,
    ProgrammeClosed: _closed,
}


def _holiday(occasion: str) -> tuple[Figure, ...]:
    """A festival: members served, others served, portions and their worth, each its own figure."""
    name, title = f"gift_{occasion}", f"{OCCASIONS[occasion]}慰问品"
    members, others = gifts(occasion, ("member",)), gifts(occasion, OTHER_CAPACITIES)
    line = HOLIDAY_LINES.get(occasion, 0)
    return (
        Figure(f"{name}_members", f"{title}领取会员", "名", "persons", members, report_line=line),
        Figure(f"{name}_others", f"{title}领取非会员", "名", "persons", others),
        Figure(f"{name}_portions", title, "份", "quantity", gifts(occasion), report_line=line),
        Figure(f"{name}_amount", f"{title}价值", "元", "amount_fen", gifts(occasion)),
    )


def _served(name: str, occasion: str, title: str, report_line: int = 0) -> tuple[Figure, ...]:
    """Any other occasion: people served, and the worth of what they received."""
    lists, members = gifts(occasion), gifts(occasion, ("member",))
    workers = gifts(occasion, RETIRED_WORKERS if occasion == "retirement" else WORKERS)
    return (
        Figure(name, title, "名", "persons", lists, report_line=report_line),
        Figure(f"{name}_members", f"{title}领取会员", "名", "persons", members),
        Figure(f"{name}_workers", f"{title}领取职工", "名", "persons", workers),
        Figure(
            f"{name}_amount",
            f"{title}价值",
            "元",
            "amount_fen",
            lists,
            # The one amount the report states.
            report_line=report_line if occasion == "birth" else 0,
        ),
    )


def _portions(family: str, what: str) -> tuple[Figure, ...]:
    """Portions asked of, or received from, the union above: of the summer, and of any occasion."""
    summer, every = (f"{family}.summer_cooling",), tuple(f"{family}.{name}" for name in OCCASIONS)
    title = f"夏季送凉爽慰问品{what}"
    return (
        Figure(f"summer_portions_{family}", title, "份", "quantity", summer, report_line=13),
        Figure(f"portions_{family}", f"上级慰问品{what}", "份", "quantity", every),
    )


GIFT_FIGURES: tuple[Figure, ...] = (
    *(figure for occasion in OCCASIONS if occasion in HOLIDAYS for figure in _holiday(occasion)),
    *_served("front_line_gifts", "front_line", "一线教职工慰问品", 11),
    *_portions("applied", "申请"),
    *_portions("received", "到位"),
    Figure(
        "summer_portions_issued", "夏季送凉爽慰问品发放", "份", "quantity",
        gifts("summer_cooling"), report_line=13,
    ),
    *_served("gift_summer_cooling", "summer_cooling", "夏季送凉爽慰问品"),
    *_served("birthday_cakes", "birthday", "生日蛋糕", 14),
    Figure(
        "birthday_missed", "生日蛋糕未领会员", "名", "persons", ("missed.birthday",),
        report_line=14,
    ),
    *_served("gift_retirement", "retirement", "退休教职工慰问品", 16),
    *_served("gift_marriage", "marriage", "结婚会员慰问品", 17),
    *_served("gift_birth", "birth", "生育会员慰问品", 18),
    Figure(
        "gift_birth_members_amount", "生育会员慰问品会员所领价值", "元", "amount_fen",
        gifts("birth", ("member",)),
    ),
    *_served("gift_womens_day", "womens_day", "三八妇女节慰问品"),
    *_served("gift_other", "other", "其他慰问品"),
    Figure("gifts_issued_again", "重复发放慰问品", "次", "count", ("gift_again",)),
    Figure("gifts_returned", "慰问品退回", "次", "count", ("gift_returned",)),
    Figure(
        "gifts_missed", "名册内未领慰问品", "人次", "count",
        tuple(f"missed.{occasion}" for occasion in (*OCCASIONS, "unstated")),
    ),
)  # fmt: skip
