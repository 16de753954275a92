"""The yearly statistics: of a tree as it was, and what no event states is unknown, never zero."""

import re
from datetime import date
from typing import Any

import asyncpg
import msgspec
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.knowledge import Period
from services.reporting.reports import kinds
from services.reporting.reports.layout import laid_out
from services.reporting.reports.markdown import markdown
from services.reporting.reports.press import Press
from services.reporting.reports.statistics import ITEMS
from shared.contract.reporting import Format
from shared.errors import Conflict
from tests.examples.members import (
    member_joined,
    organisation_registered,
    staff_count_declared,
    staff_registered,
)
from tests.reporting.comparisons import compared
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.reports.conftest import NOTE, YEAR
from tests.reporting.year import gift, person, staffed, union

ABOVE, BESIDE = "city-union", "other-school"


def registered(name: str, under: str | None) -> Any:
    return organisation_registered(
        org_id=name, parent_org_id=under, name=f"{name}工会", occurred_on="2000-01-01",
        simulated=True,
    )  # fmt: skip


async def written(pool: asyncpg.Pool, org: str = ORG, period: Period = YEAR) -> Any:
    async with pool.acquire() as connection:
        at = await last_index(connection)
        return await kinds.collect(connection, "statistics", org, period, at, None)


async def text_of(pool: asyncpg.Pool, org: str = ORG, period: Period = YEAR) -> str:
    return markdown(kinds.document_of(await written(pool, org, period)))


def line(text: str, item: str) -> list[str]:
    """The cells of an item's line in the tables of subjects."""
    found = next(row for row in text.splitlines() if row.startswith(f"| {item} |"))
    return [NOTE.sub("", cell).strip() for cell in found.strip("|").split("|")][1:]


async def test_what_no_event_states_is_unknown(pool: asyncpg.Pool, simulated: Ingest) -> None:
    await History()(union(), staffed(1, female=True)).told(simulated)
    await compared(pool)
    text = await text_of(pool)
    assert line(text, "职工") == ["名", "1", ""]
    assert line(text, "会员") == ["名", "不详", "没有这样的事件"]
    assert line(text, "收入") == ["元", "不详", "没有这样的事件"]
    assert line(text, "经费审查次数") == ["—", "不详", "日志的契约里没有记它的事件"]
    zeros = [row for row in text.splitlines() if re.search(r"\| 0 \|", row)]
    assert zeros == []


async def test_an_amount_that_no_gift_states_is_unknown_though_gifts_are_counted(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    unstated: dict[str, Any] = {"amount_fen": None, "unit_value_fen": None}
    given = gift("a", "summer_cooling", 1, "2022-07-01", **unstated)
    await History()(union(), given).told(simulated)
    await compared(pool)
    text = await text_of(pool)
    assert line(text, "夏季送凉爽慰问品领取人数")[1] == "1"
    assert line(text, "夏季送凉爽慰问品领取金额")[1:] == ["不详", "事件都没有载明金额"]


async def test_a_number_whose_source_was_not_found_complete_is_said_to_be_unproven(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    given = gift("a", "summer_cooling", 1, "2022-07-01")
    await History()(union(), staffed(1), given).told(simulated)
    assert line(await text_of(pool), "职工")[2] == "完整性不可证明", "compared with no source yet"
    await compared(pool, benefits="behind")
    text = await text_of(pool)
    assert line(text, "职工")[2] == ""
    assert line(text, "夏季送凉爽慰问品领取人数")[2] == "完整性不可证明"


async def test_what_is_declared_is_said_to_be(pool: asyncpg.Pool, simulated: Ingest) -> None:
    await History()(
        union(), staff_count_declared(occurred_on="2022-03-01", staff=40, women_staff=19)
    ).told(simulated)
    assert line(await text_of(pool), "职工") == ["名", "40", "申报数,不是名册数"]


@pytest.fixture
async def tree(simulated: Ingest) -> None:
    """A city union with two colleges; one of them counts its staff, the other its members."""
    await History()(
        registered(ABOVE, None), registered(ORG, ABOVE), registered(BESIDE, ABOVE),
        staffed(1), staffed(2, female=True),
        staff_registered(org_id=BESIDE, person_id=person(1), occurred_on="2015-09-01",
                         gender="female", birth_month=5),
        member_joined(org_id=BESIDE, person_id=person(1), occurred_on="2020-01-01", kind="new",
                      spell=1, from_org=None),
    ).told(simulated)  # fmt: skip


@pytest.mark.usefixtures("tree")
async def test_an_upper_unions_numbers_are_those_of_the_tree_and_say_what_is_missing(
    pool: asyncpg.Pool,
) -> None:
    assert line(await text_of(pool, ABOVE), "职工")[2] == "另有1家不详,未计入;2家完整性不可证明"
    await compared(pool)
    text = await text_of(pool, ABOVE)
    assert "它下面的2家工会" in text and "两家各计一次" in text
    assert line(text, "职工")[1] == "3" and line(text, "其中女职工")[1] == "2"
    assert line(text, "会员")[1:] == ["1", "另有2家不详,未计入"]
    assert "| city-union工会 | other-school工会 | tjtc工会 |" in text
    assert "| 职工 | 名 | 不详 | 1 | 2 |" in text
    early = Period(date(1990, 1, 1), date(1990, 12, 31))
    assert "没有登记在它下面的工会" in await text_of(pool, ABOVE, early)


@pytest.mark.usefixtures("tree")
async def test_the_workbook_has_the_lists_of_every_union(pool: asyncpg.Pool) -> None:
    found = await written(pool, ABOVE)
    async with pool.acquire() as connection:
        sheets = await kinds.sheets_of(connection, found)
    of_others = {each.name: len(each.lines) for each in sheets if "@" in each.name}
    assert of_others[f"staff_in_post@{ORG}"] == 2 and of_others[f"members_on_roll@{BESIDE}"] == 1


async def test_a_tree_that_is_too_large_is_refused(
    pool: asyncpg.Pool, simulated: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await History()(registered(ABOVE, None), registered(ORG, ABOVE)).told(simulated)
    monkeypatch.setattr("services.reporting.reports.statistics.UNIONS_MAX", 1)
    with pytest.raises(Conflict, match="report-too-large"):
        await written(pool, ABOVE)


async def test_every_number_is_its_figures_and_every_file_is_the_same_each_time(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await whole_year().told(simulated)
    found = await written(pool)
    for item in ITEMS:
        stated = found.own.stated(item)
        assert stated is None or stated == found.values[item.figure or ""].value, item.title
        assert item.figure is None or item.figure in BY_NAME
    document = kinds.document_of(found)
    formats: tuple[Format, ...] = ("md", "docx", "pdf")
    for format_ in formats:
        assert await Press().file(document, format_) == await Press().file(document, format_)
    layout = msgspec.to_builtins(laid_out(document))
    assert layout["notes-heading"] == "附件3 数字出处"
    assert layout["blocks"][0]["kind"] == "heading"
