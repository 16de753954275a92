"""Figures in parts, over years and over the unions below, over HTTP: the names that clients use."""

from typing import Any

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from tests.examples.members import (
    department_changed,
    staff_registered,
)
from tests.reporting.api.conftest import Asker
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift, person

CAKES = f"{ORG}/figures/birthday_cakes"


def registered(n: int, department: str | None, gender: str = "female") -> Any:
    return staff_registered(
        person_id=person(n), occurred_on="2015-09-01", department=department, gender=gender
    )


def cakes() -> History:
    """Cakes to four people: two of the library, one of whom moves in between, and one of nobody
    knows where."""
    return History()(
        registered(1, "图书馆"),
        registered(2, "图书馆", "male"),
        department_changed(
            person_id=person(2), occurred_on="2022-03-01", department="财务处", reason="moved"
        ),
        registered(3, None),
        *(gift("cake-1", "birthday", n, "2022-02-05") for n in (1, 2, 3)),
        gift("cake-2", "birthday", 2, "2022-04-05"),
        gift("cake-3", "birthday", 4, "2022-04-05"),
    )


async def test_a_figure_and_the_parts_that_add_up_to_it(asker: Asker, simulated: Ingest) -> None:
    await cakes().told(simulated)
    found = await asker.answer(f"{CAKES}/parts", year=2022, by="department")
    assert (found["value"], found["parts"], found["adds_up"], found["next"]) == (4, 2, True, None)
    assert found["divisions"] == ["department", "gender", "month"]
    assert found["items"] == [
        {"of": ["图书馆"], "titles": ["图书馆"], "value": 2, "lines": 3, "without_amount": 0},
        {"of": [None], "titles": ["部门不明"], "value": 2, "lines": 2, "without_amount": 0},
    ]
    amount = f"{ORG}/figures/birthday_cakes_amount/parts"
    by_day = await asker.answer(amount, year=2022, by="department")
    assert [(item["of"], item["lines"]) for item in by_day["items"]] == [
        (["图书馆"], 2),
        (["财务处"], 1),
        ([None], 2),
    ]
    both = await asker.answer(f"{CAKES}/parts", year=2022, by=["gender", "month"])
    assert sum(item["value"] for item in both["items"]) == 4
    assert ["性别不明", "2022-04"] in [item["titles"] for item in both["items"]]


async def test_parts_are_pages_of_one_knowledge_time(asker: Asker, simulated: Ingest) -> None:
    history = cakes()
    await history.told(simulated)
    first = await asker.answer(f"{CAKES}/parts", year=2022, by="department", limit=1)
    await history(registered(4, "教务处")).told(simulated)
    second = await asker.answer(
        f"{CAKES}/parts", year=2022, by="department", limit=1, cursor=first["next"]
    )
    assert (second["known_at"], second["next"]) == (first["known_at"], None)
    assert [each["items"][0]["of"] for each in (first, second)] == [["图书馆"], [None]]


async def test_the_list_of_a_part_page_by_page(asker: Asker, simulated: Ingest) -> None:
    await cakes().told(simulated)
    path = f"{ORG}/figures/birthday_cakes_amount/parts/events"
    first = await asker.answer(path, year=2022, by="department", of="图书馆", limit=1)
    assert (first["lines"], len(first["events"]), first["titles"]) == (2, 1, ["图书馆"])
    assert set(first["events"][0]) >= {"event_id", "type", "occurred_on", "log_index", "topic"}
    second = await asker.answer(
        path, year=2022, by="department", of="图书馆", limit=1, cursor=first["next"]
    )
    assert second["next"] is None and second["events"] != first["events"]
    unknown = await asker.answer(path, year=2022, by="department", of="")
    assert [event["subject"] for event in unknown["events"]] == [person(3), person(4)]
    nothing = await asker.answer(path, year=2022, by="department", of="后勤处")
    assert (nothing["value"], nothing["events"]) == (0, [])


async def test_refusals_of_divisions(asker: Asker) -> None:
    for path, code, asked in (
        (f"{ORG}/figures/nothing/parts", "unknown-figure", {"by": "month"}),
        (f"{CAKES}/parts", "division-invalid", {"by": "kind"}),
        (f"{CAKES}/parts", "division-invalid", {"by": ["month", "month"]}),
        (f"{CAKES}/parts/events", "division-invalid", {"by": "month", "of": ["a", "b"]}),
        (f"{CAKES}/parts", "cursor-invalid", {"by": "month", "cursor": "?"}),
    ):
        answer = await asker.get(path, year=2022, **asked)
        assert answer.json()["code"] == code, answer.text
    assert (await asker.get(f"{CAKES}/parts", year=2022, by="colour")).status_code == 422
    assert (await asker.get(f"{CAKES}/parts", year=2022)).status_code == 422


async def test_by_what_each_figure_is_divided(asker: Asker) -> None:
    found = await asker.answer("figures/divisions")
    assert [each["by"] for each in found["divisions"]] == ["department", "gender", "month", "kind"]
    by = {each["figure"]: each["by"] for each in found["figures"]}
    assert len(by) == len(FIGURES)
    assert by["members_on_roll"] == ["department", "gender"]
    assert by["activities_held"] == ["month", "kind"]
    assert by["expenditure_paid"] == ["month", "kind"]
