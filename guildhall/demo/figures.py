"""The report's 14 numbers beside the log's. The numbers stand here, to compare, and nowhere else:
nothing that is entered or counted reads this table."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.demo.queries import Explained, Queries


class Printed(NamedTuple):
    """One number of the report: its line in the text, what it says, and the figure it should be.

    `each`: the number is what every event of the figure's list bears (the worth of a birth gift),
    not their sum.
    """

    line: int
    says: str
    number: int
    unit: str
    figure: str
    each: bool = False


PRINTED: tuple[Printed, ...] = (
    Printed(8, "组织教代会", 2, "次", "staff_congress_sessions"),
    Printed(12, "春节为会员发放节日慰问品", 517, "名", "gift_spring_festival_members"),
    Printed(13, "夏季送凉爽申请慰问品", 80, "份", "summer_portions_applied"),
    Printed(15, "女教工安康保险", 319, "名", "ankang_insured_women"),
    Printed(15, "全体会员大病保险", 511, "名", "serious_illness_insured_members"),
    Printed(16, "退休教职工慰问品", 12, "名", "gift_retirement"),
    Printed(17, "结婚会员慰问品", 8, "名", "gift_marriage"),
    Printed(18, "生育会员慰问品", 4, "名", "gift_birth"),
    Printed(18, "生育慰问品价值(每名)", 1000, "元", "gift_birth_amount", each=True),
    Printed(19, "因病住院发放关爱基金", 6, "名", "claim_hospital_paid"),
    Printed(20, "亲属去世慰问金", 8, "名", "claim_bereavement_paid"),
    Printed(21, "新会员会籍转接", 33, "名", "members_admitted"),
    Printed(22, "中秋节慰问品", 542, "份", "gift_mid_autumn_portions"),
    Printed(24, "市总线上联谊活动", 2, "次", "matchmaking_sessions"),
)


class Compared(NamedTuple):
    """A number of the report beside the log's, and whether its list adds up to it."""

    printed: Printed
    found: int | None
    explained: Explained

    @property
    def equal(self) -> bool:
        """Whether the log says what the report says, by a list that adds up."""
        return self.found == self.printed.number and self.explained.adds_up


async def compare(queries: Queries) -> list[Compared]:
    """Every printed number beside the log's, each counted from its own list."""
    return list(await asyncio.gather(*(_compared(queries, printed) for printed in PRINTED)))


async def _compared(queries: Queries, printed: Printed) -> Compared:
    explained = await queries.explain(printed.figure)
    if not printed.each:
        return Compared(printed, explained.value, explained)
    return Compared(printed, worth_of_each(explained.events), explained)


def worth_of_each(events: Sequence[Mapping[str, Any]]) -> int | None:
    """What each listed event is worth, in 元; None where they differ or do not say."""
    amounts = {event["amount_fen"] for event in events}
    amount = amounts.pop() if len(amounts) == 1 else None
    return None if amount is None or amount % 100 else amount // 100
