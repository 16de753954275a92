"""Figures divided at a terminal: what is asked, printed, and claimed."""

import json
from typing import Any

import httpx

from tests.guildhall.cli.fake_services import FakeServices

FIGURE = "gift_birthday"
YEAR = ("--org", "tjtc", "--year", "2022")
PARTS = f"GET reporting/v1/tjtc/figures/{FIGURE}/parts"
UNIONS = f"GET reporting/v1/tjtc/subtree/{FIGURE}"
WHOLE: dict[str, Any] = {
    "figure": FIGURE, "title": "生日蛋糕", "unit": "名", "measure": "persons", "value": 5,
    "org_id": "tjtc", "from": "2022-01-01", "to": "2022-12-31", "known_at": 9,
}  # fmt: skip


def part(title: str, value: int) -> dict[str, Any]:
    return {"of": [title], "titles": [title], "value": value, "lines": value}


def union(org: str, value: int) -> dict[str, Any]:
    spans = [{"from": "2022-01-01", "to": "2022-12-31"}]
    return {"org_id": org, "name": org, "value": value, "spans": spans, "whole": True}


def test_parts_of_every_page_add_up(services: FakeServices) -> None:
    pages = [
        {**WHOLE, "items": [part("财务处", 2)], "next": "c"},
        {**WHOLE, "items": [part("部门不明", 3)], "next": None},
    ]
    services.answers[PARTS] = lambda _: httpx.Response(200, json=pages.pop(0))
    done = services.run("explain", FIGURE, *YEAR, "--by", "department")
    assert done.exit_code == 0, done.output
    assert "财务处" in done.stdout and "部门不明" in done.stdout and "5 名" in done.stdout
    assert services.asked[0].url.params.get_list("by") == ["department"]
    assert services.asked[1].url.params["cursor"] == "c"


def test_parts_that_do_not_add_up_are_no_success(services: FakeServices) -> None:
    services.answers[PARTS] = {**WHOLE, "items": [part("财务处", 2)], "next": None}
    done = services.run("explain", FIGURE, *YEAR, "--by", "department", "--by", "gender")
    assert done.exit_code != 0
    assert "add up to 2" in done.output


def test_unions_add_up_less_who_is_in_several(services: FakeServices) -> None:
    answer = {**WHOLE, "several": 1, "complete": True, "next": None}
    services.answers[UNIONS] = {**answer, "items": [union("tjtc", 4), union("school", 2)]}
    done = services.run("explain", FIGURE, *YEAR, "--subtree")
    assert done.exit_code == 0, done.output
    assert "less 1 counted by several" in done.stdout
    services.answers[UNIONS] = {**answer, "complete": False, "items": [union("tjtc", 6)]}
    done = services.run("explain", FIGURE, *YEAR, "--subtree")
    assert done.exit_code != 0 and "this is not all" in done.output


def test_a_subtree_that_is_not_all_is_no_success(services: FakeServices) -> None:
    row = {**WHOLE, "several": 0, "provable": True}
    answer = {**WHOLE, "complete": True, "unions": [union("tjtc", 0)], "figures": [row]}
    services.answers["GET reporting/v1/tjtc/subtree"] = answer
    done = services.run("figures", *YEAR, "--subtree")
    assert done.exit_code == 0 and "1 unions" in done.stdout, done.output
    answer["complete"] = False
    assert services.run("figures", *YEAR, "--subtree").exit_code != 0


def test_years_without_records_are_said_to_be_so(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjtc/years"] = {
        "org_id": "tjtc", "known_at": 9,
        "years": [
            {"year": year, "recorded": year > 2020, "unfinished": year == 2022}
            for year in (2020, 2021, 2022)
        ],
        "figures": [{**WHOLE, "values": [None, 4, 5], "changes": [None, None, 1]}],
    }  # fmt: skip
    done = services.run("figures", *YEAR, "--years", "3")
    assert done.exit_code == 0, done.output
    assert "no records" in done.stdout and "+1 名" in done.stdout and "2022 so far" in done.stdout
    assert dict(services.asked[0].url.params) == {"last": "2022", "count": "3"}
    assert json.loads(services.run("figures", *YEAR, "--years", "3", "--json").stdout)["years"]
    assert services.run("figures", *YEAR, "--years", "6").exit_code != 0
    wrong = ("--org", "tjtc", "--from", "2022-01-01", "--to", "2022-02-01", "--years", "3")
    assert services.run("figures", *wrong).exit_code != 0
