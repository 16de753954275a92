"""An event's page."""

from services.console.console import Console
from tests.console.answers import EVENT, EVENT_ID, UNION
from tests.console.conftest import Services, browser, session

AT = f"/tjtc/events/{EVENT_ID}"


async def test_an_event_says_what_it_records_and_touches(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}?period=2022&figure=gift_mid_autumn_portions")
    assert answer.status_code == 200, answer.text
    for words in ("慰问品发放", "300.00", "职工", "中秋节慰问品", "ce76b973", "第 1 条，共 2 条"):
        assert words in answer.text, words
    assert "中秋节慰问品</span> 542 份" in answer.text, "the way that was come"


async def test_a_person_is_masked_for_who_may_ask_names_and_a_code_otherwise(
    console: Console, services: Services
) -> None:
    masks = {"people": [{"person_id": "p-cmn4disbaxd4ggby", "mask": "石*婷"}]}
    services.answers[f"{UNION}/people/masks"] = masks
    for role, shown in (("auditor", True), ("operator", False)):
        async with browser(console, session(role)) as client:
            text = (await client.get(f"{AT}?period=2022")).text
        assert ("石*婷" in text) is shown and "p-cmn4…ggby" in text


async def test_without_a_period_it_is_shown_with_the_last_year(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(AT)
    assert answer.headers["location"] == f"{AT}?period=2022"


async def test_an_event_that_cannot_be_read_proves_nothing(
    console: Console, services: Services
) -> None:
    kept = ("event_id", "type", "source", "stream", "stream_version", "org_id", "log_index", "leaf")
    unread = {name: EVENT[name] for name in kept} | {
        "provable": False, "data": None, "corrected_by": [], "corrects": [], "figures": [],
        "in_stream": 0, "of_stream": 0, "story": [], "wrong": ["document"], "also_from": [],
    }  # fmt: skip
    services.answers[f"{UNION}/events/{EVENT_ID}"] = unread
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}?period=2022")
    assert "读不出来" in answer.text
    assert "什么也证明不了" in answer.text


async def test_its_document_is_given_byte_for_byte(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/events/{EVENT_ID}/document"] = {"specversion": "1.0"}
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}/document")
    assert answer.content == b'{"specversion":"1.0"}'
    assert answer.headers["content-disposition"] == f'attachment; filename="{EVENT_ID}.json"'


async def test_verdicts_that_rest_on_it_have_a_page(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}/verdicts?period=2022")
    assert "wel-06" in answer.text
