"""517, 511, 542: the rolls and what moved between them; and one programme."""

from typing import Any

from services.console.console import Console
from services.console.pages.rolls import arithmetic
from tests.console.answers import EVENT_ID, HEAD, UNION
from tests.console.conftest import Services, browser, session

NOBODY = dict.fromkeys(
    ("joined", "transferred_in", "rejoined", "left", "transferred_out", "died", "retired"), 0
)


def count(title: str, roll: int, portions: int, **moved: int) -> dict[str, Any]:
    return {
        "kind": "programme", "id": title, "about": "mid_autumn", "title": title,
        "day": "2022-09-01", "roster_count": roll, "people": portions, "portions": portions,
        "members": roll, "unserved": 0, "not_members": portions - roll,
        "movements": {**NOBODY, **moved}, "agrees": portions == roll,
    }  # fmt: skip


SPRING = count("spring", 511, 511)
AUTUMN = count("autumn", 530, 542, joined=15, transferred_in=6, left=1, transferred_out=1)


def test_movements_add_up_to_the_next_roll_or_it_is_said() -> None:
    found = arithmetic(SPRING, AUTUMN)
    assert found["parts"] == [
        ("joined", 15), ("transferred_in", 6), ("left", -1), ("transferred_out", -1),
    ]  # fmt: skip
    assert (found["from"], found["to"], found["closes"]) == (511, 530, True)
    assert not arithmetic(SPRING, count("autumn", 531, 542, joined=1))["closes"]


async def test_the_odd_one_is_said_on_top(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/rosters"] = {**HEAD, "counts": [SPRING, AUTUMN]}
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/rolls")
    assert "名册核对：511、542" in answer.text
    assert "12 名领取人当日不是会员" in answer.text
    assert "不等于名册" not in answer.text


async def test_a_year_without_rolls_says_so(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/rosters"] = {**HEAD, "counts": []}
    async with browser(console, session()) as client:
        assert "没有按会员名册发放" in (await client.get("/tjtc/2022/rolls")).text


FOUND = {
    "org_id": "tjtc", "known_at": 12685, "programme_id": "autumn", "title": "2022年中秋节慰问",
    "occasion": "mid_autumn", "population": "members", "closed_on": None, "next": None,
    "roster": {"as_of": "2022-09-01", "count": 530, "sha256": "0" * 64, "complete": True},
    "counts": {"both": 530, "roster_only": 0, "recipient_only": 12, "twice": 0, "recipients": 542,
               "recipients_not_members": 12, "deliveries": 542, "portions": 542, "signed": 542},
    "people": [{"person_id": "p-2wtppi5qxr7gsmiy", "category": "recipient_only",
                "was_member": False, "portions": 1, "signed": 1, "issued_on": "2022-09-08",
                "events": [EVENT_ID]}],
}  # fmt: skip
PROGRAMME = "/tjtc/2022/programmes/autumn/roster"


async def test_a_programme_shows_the_four_ways_and_the_people(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/reconciliation/autumn"] = FOUND
    async with browser(console, session()) as client:
        answer = await client.get(PROGRAMME)
    assert "领取人：530 + 12 = 542" in answer.text
    assert "不平" not in answer.text
    assert "category=recipient_only" in answer.text


async def test_sums_that_do_not_close_and_a_roster_that_is_not_there_are_said(
    console: Console, services: Services
) -> None:
    odd = {**FOUND, "counts": {**FOUND["counts"], "both": 529}}  # type: ignore[dict-item]
    services.answers[f"{UNION}/reconciliation/autumn"] = odd
    async with browser(console, session()) as client:
        assert "不平" in (await client.get(PROGRAMME)).text
        services.answers[f"{UNION}/reconciliation/autumn"] = {**FOUND, "roster": None}
        assert "没有冻结的名册" in (await client.get(PROGRAMME)).text
