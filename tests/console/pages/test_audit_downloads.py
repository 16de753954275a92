"""Verdicts, rolls and differences are taken away whole, signed, with what they are of on top."""

import csv
import io
from typing import Any

import pytest

from services.console.console import Console
from tests.console.answers import EVENT_ID, HEAD, UNION, VERDICT, figure
from tests.console.conftest import Services, browser, session

EVIL = "＝HYPERLINK(1)"
COUNT = {
    "day": "2022-09-01", "portions": 542, "people": 542, "roster_count": 530, "members": 530,
    "not_members": 12, "unserved": 0, "movements": {"joined": 15, "left": 1}, "title": EVIL,
}  # fmt: skip
PERSON = {"person_id": "p-1", "category": "recipient_only", "was_member": False, "deliveries": 1,
          "portions": 1, "signed": 1, "issued_on": "2022-09-08"}  # fmt: skip
LINE = {
    "change": "went", "list": "gift", "subject": "p-1", "occurred_on": "2022-09-08",
    "quantity": 2, "amount_fen": 30050, "because": None,
    "event": {"event_id": EVENT_ID, "type": "guildhall.benefits.GiftIssued.v1", "log_index": 9},
}  # fmt: skip


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    verdict = {**VERDICT, "period_from": "2022-01-01", "period_to": "2022-12-31", "sentence": EVIL}
    services.answers |= {
        f"{UNION}/verdicts": {**HEAD, "rules_version": "r1", "verdicts": [verdict]},
        f"{UNION}/rosters": {**HEAD, "counts": [COUNT]},
        f"{UNION}/reconciliation/mid": {"title": "中秋", "people": [PERSON], "next": None},
        f"{UNION}/figures/gift/difference": {**figure(), "changed": 1, "lines": [LINE]},
    }


async def taken(console: Console, path: str) -> list[list[str]]:
    async with browser(console, session()) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_verdicts_say_which_rules_judged_and_are_no_formula(console: Console) -> None:
    rows = await taken(console, "/tjtc/2022/verdicts.csv?outcome=fail")
    head = dict(row for row in rows if len(row) == 2)
    assert head["规则集"] == "r1" and head["筛选"] == "不合规" and head["截至"] == "日志 12685"
    assert head["期间"] == "2022-01-01..2022-12-31" and head["封存于"] == "2022-12-31 08:32"
    assert rows[-1][2] == "不合规" and rows[-1][7] == f"'{EVIL}"
    assert (await taken(console, "/tjtc/2022/verdicts.csv?outcome=pass"))[-2] == []


async def test_rolls_say_what_moved_them_signed(console: Console) -> None:
    rows = await taken(console, "/tjtc/2022/rolls.csv")
    assert rows[-1][:3] == [f"'{EVIL}", "2022-09-01", "542"]
    found = dict(zip(rows[-2], rows[-1], strict=True))
    assert (found["新入会"], found["退会"], found["会籍转入"]) == ("15", "-1", "")


async def test_a_roster_is_taken_whole_or_one_way_of_it(
    console: Console, services: Services
) -> None:
    rows = await taken(console, "/tjtc/2022/programmes/mid/roster.csv")
    asked = [r.url.params["category"] for r in services.asked if "reconciliation" in r.url.path]
    assert asked == ["both", "roster_only", "recipient_only"] and len(rows[-3:]) == 3
    rows = await taken(console, "/tjtc/2022/programmes/mid/roster.csv?category=twice")
    assert ["筛选", "领两次"] in rows and rows[-1][2] == "非会员"


async def test_differences_are_signed_and_need_a_time_to_compare_with(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        assert (await client.get("/tjtc/2022/differences.csv")).status_code == 422
    rows = await taken(console, "/tjtc/2022/differences.csv?compare=100")
    assert ["对照", "日志 100"] in rows and rows[-2] == ["中秋节慰问品", "份", "542", "542", "0"]
    rows = await taken(console, "/tjtc/2022/figures/gift/difference.csv?compare=100")
    assert rows[-1][:6] == ["少了", "gift", "p-1", "2022-09-08", "-2", "-300.5"]


@pytest.mark.parametrize("name", ["verdicts", "rolls", "programmes/mid/roster", "differences"])
async def test_each_is_a_workbook_too(console: Console, name: str) -> None:
    async with browser(console, session()) as client:
        book = await client.get(f"/tjtc/2022/{name}.xlsx?compare=100")
    assert book.content.startswith(b"PK")
    headers: Any = book.headers
    assert headers["content-disposition"].endswith('-12685.xlsx"')
