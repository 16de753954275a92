"""Figures, the list behind one, findings and the report: what is asked, printed, and claimed."""

import json
from typing import Any

import httpx
import pytest

from guildhall.cli.figure_values import yuan
from guildhall.cli.figures import add_up
from tests.guildhall.cli.fake_services import FakeServices

FIGURE = "new_members"
LIST = f"GET reporting/v1/tjtc/figures/{FIGURE}"
YEAR = ("--org", "tjtc", "--year", "2022")


def line(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"e-{number}",
        "type": "guildhall.members.MemberJoined.v1",
        "occurred_on": "2022-09-01",
        "quantity": 1,
        "amount_fen": None,
        "log_index": number,
        "source": "/guildhall/members",
        "topic": "guildhall.members.v1",
        "partition": 3,
        "offset": number,
        "stream": f"tjtc/person-p-00000{number}",
        "stream_version": 2,
        "subject": f"p-00000{number}",
        **changes,
    }


def page(events: list[dict[str, Any]], value: int, cursor: str | None = None) -> dict[str, Any]:
    return {
        "figure": FIGURE,
        "title": "新会员",
        "unit": "名",
        "measure": "count",
        "value": value,
        "events": events,
        "next": cursor,
    }


def test_figures_are_asked_for_the_calendar_year_as_an_auditor(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjtc/figures"] = {
        "org_id": "tjtc",
        "known_at": 4711,
        "figures": [
            {"figure": FIGURE, "title": "新会员", "unit": "名", "value": 33, "provable": True},
            {
                "figure": "books",
                "title": "支出",
                "unit": "元",
                "value": 100050,
                "measure": "amount_fen",
                "provable": False,
            },
        ],
    }
    done = services.run("figures", *YEAR)

    assert done.exit_code == 0, done.output
    assert dict(services.asked[0].url.params) == {"from": "2022-01-01", "to": "2022-12-31"}
    assert services.asked[0].headers["authorization"] == "Bearer token-of-auditor"
    assert "新会员" in done.stdout
    assert "33 名" in done.stdout
    assert "1,000.50 元" in done.stdout
    assert "not provable" in done.stdout
    assert "log index 4711" in done.stdout


def test_json_is_the_services_own_document(services: FakeServices) -> None:
    answer = {"org_id": "tjtc", "figures": [], "more": {"later": "fields"}}
    services.answers["GET reporting/v1/tjtc/figures"] = answer
    assert json.loads(services.run("figures", *YEAR, "--json").stdout) == answer


def test_explain_reads_every_page_and_adds_the_list_up_itself(services: FakeServices) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "cursor" not in request.url.params:
            return httpx.Response(200, json=page([line(1), line(2)], 3, "after-2"))
        assert request.url.params["cursor"] == "after-2"
        return httpx.Response(200, json=page([line(3)], 3))

    services.answers[LIST] = answer
    done = services.run("explain", FIGURE, *YEAR)

    assert done.exit_code == 0, done.output
    assert "3 events; value 3 名" in done.stdout
    assert "guildhall.members.v1/3@2" in done.stdout


def test_explain_fails_where_the_list_does_not_make_the_number(services: FakeServices) -> None:
    services.answers[LIST] = page([line(1), line(2)], 3)
    done = services.run("explain", FIGURE, *YEAR)
    assert done.exit_code == 1
    assert "the list adds up to 2, the figure says 3" in done.stderr


def test_explain_json_says_what_the_list_makes(services: FakeServices) -> None:
    services.answers[LIST] = page([line(1), line(2)], 3)
    done = services.run("explain", FIGURE, *YEAR, "--json")
    document = json.loads(done.stdout)
    assert (document["value"], document["listed"], len(document["events"])) == (3, 2, 2)
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("measure", "total"), [("persons", 1), ("count", 2), ("quantity", 5), ("amount_fen", 300)]
)
def test_each_measure_adds_up_in_its_own_way(measure: str, total: int) -> None:
    twice = [line(1, quantity=2, amount_fen=300), line(1, quantity=3, amount_fen=None)]
    assert add_up(measure, twice) == total


@pytest.mark.parametrize(
    ("fen", "text"), [(100000, "1,000.00"), (5, "0.05"), (-12345, "-123.45"), (None, "")]
)
def test_fen_are_written_as_yuan(fen: int | None, text: str) -> None:
    assert yuan(fen) == text
