"""Programmes on pages: opened, issued, and the one sheet that prints names."""

import io
from typing import Any

import openpyxl
import orjson
import pytest

from services.console.console import Console
from services.console.event_words import CODES
from services.console.pages.office_programmes import CHOICES
from tests.console.answers import PROGRAMME, UNION
from tests.console.conftest import Services, browser, session

AT = "/tjtc/office/programmes"
ROSTER = {"as_of": "2022-09-01", "count": 2, "sha256": "x"}
FROZEN = {**PROGRAMME, "roster": ROSTER, "missed": 2}
KEY = "b" * 32
NEW = {
    "csrf": "csrf-1", "key": KEY, "programme_id": "spring-2023", "title": "2023年春节慰问",
    "occasion": "spring_festival", "population": "members", "payment_form": "goods",
    "fund": "union_funds", "payer": "own", "value": "300", "on": "2022-12-31",
}  # fmt: skip


def line(person: str) -> dict[str, Any]:
    return {"person_id": person, "quantity": 1, "signed_on": None}


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        f"{UNION}/programmes": {"items": [FROZEN], "next": None},
        f"{UNION}/programmes/mid-autumn": FROZEN,
        f"{UNION}/programmes/mid-autumn/sheet": {"items": [line("p-b"), line("p-a")], "next": None},
        f"{UNION}/open-programme": {"events": 1},
        f"{UNION}/issue-gifts-to-roster": {"events": 2},
        f"{UNION}/people/names": {
            "people": [{"person_id": "p-a", "name": "=王利"}],
            "unknown": ["p-b"],
            "unreadable": [],
        },
    }


def posted(services: Services) -> list[tuple[str, Any]]:
    sent = [each for each in services.asked if each.method == "POST"]
    return [(each.url.path.rpartition("/")[2], orjson.loads(each.content)) for each in sent]


async def test_a_programme_says_its_next_step(console: Console, services: Services) -> None:
    async with browser(console, session("clerk")) as client:
        assert f"{AT}/mid-autumn/issue" in (await client.get(AT)).text
        services.answers[f"{UNION}/programmes"] = {"items": [PROGRAMME], "next": None}
        text = (await client.get(AT)).text
        assert f"{AT}/mid-autumn/freeze" in text and "/issue" not in text
    async with browser(console, session("approver")) as client:
        assert "/freeze" not in (await client.get(AT)).text


async def test_a_programme_is_opened_with_its_terms(console: Console, services: Services) -> None:
    async with browser(console, session("clerk")) as client:
        assert 'id="programme_id"' in (await client.get(f"{AT}/new")).text
        done = await client.post(f"{AT}/new", data=NEW)
    assert done.headers["location"] == f"{AT}?done=opened"
    ((name, body),) = posted(services)
    assert name == "open-programme"
    assert body["unit_value_fen"] == 30000 and body["opened_on"] == "2022-12-31"


async def test_a_value_that_is_none_is_refused_and_never_left_out(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.post(f"{AT}/new", data={**NEW, "value": "3oo"})
    assert answer.status_code == 422 and 'value="3oo"' in answer.text
    assert posted(services) == []


def test_every_choice_has_its_word() -> None:
    assert {code for codes in CHOICES.values() for code in codes} <= CODES.keys()


async def test_issuing_is_looked_at_and_reaches_who_is_missing(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        assert "发放给 2 名" in (await client.get(f"{AT}/mid-autumn/issue")).text
        form = {"csrf": "csrf-1", "key": KEY, "on": "2022-12-31"}
        await client.post(f"{AT}/mid-autumn/issue", data=form)
    assert posted(services) == [
        (
            "issue-gifts-to-roster",
            {"programme_id": "mid-autumn", "issued_on": "2022-12-31", "only_missing": True},
        )
    ]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"roster": None, "missed": None}, "名册还没有冻结"),
        ({"missed": 0}, "都领到了"),
        ({"closed_on": "2022-10-01"}, "项目已结束"),
    ],
)
async def test_what_cannot_be_issued_has_no_button(
    console: Console, services: Services, other: dict[str, Any], said: str
) -> None:
    services.answers[f"{UNION}/programmes/mid-autumn"] = {**FROZEN, **other}
    async with browser(console, session("clerk")) as client:
        text = (await client.get(f"{AT}/mid-autumn/issue")).text
    assert said in text and 'name="key"' not in text


async def test_looking_at_the_sheet_asks_for_no_name(console: Console, services: Services) -> None:
    async with browser(console, session("clerk")) as client:
        text = (await client.get(f"{AT}/mid-autumn/sign-off")).text
    assert "下载 2 名的签领表" in text and posted(services) == []


async def test_the_sheet_prints_names_for_their_purpose(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.post(f"{AT}/mid-autumn/sign-off", data={"csrf": "csrf-1"})
    assert answer.headers["cache-control"] == "no-store"
    assert posted(services) == [
        ("names", {"person_ids": ["p-b", "p-a"], "purpose": "sign_off_sheet"})
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[1][1:2] == ["2022年中秋节慰问"]
    assert rows[4][0] == "演示账", "of a simulated union"
    assert rows[7][:4] == [1, "=王利", "p-a", 1]
    assert rows[8][1] == "（查不到姓名）"
    assert rows[10][0] == "经办人"
    assert sheet["B7"].data_type == "s", "a name is no formula"


async def test_names_are_printed_by_a_form_of_ours_alone(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.post(f"{AT}/mid-autumn/sign-off", data={"csrf": "x"})
    assert answer.status_code == 403 and posted(services) == []
