"""The rules on a terminal: what they say, what they judge, what other values would change."""

import json
from pathlib import Path

import pytest

from tests.guildhall.cli.fake_services import FakeServices


def test_rules_are_listed_with_their_dated_values_and_how_well_they_are_confirmed(
    services: FakeServices,
) -> None:
    entry = {
        "value": None,
        "status": "unconfirmed",
        "effective_from": "2018-01-01",
        "instrument": "TJ-2018",
        "clause": "第八条",
    }
    rule = {
        "id": "WEL-03",
        "title": "逢年过节慰问限额",
        "version": "1",
        "values": [{"title": "年度限额", "entries": [entry]}],
    }
    services.answers["GET reporting/v1/rules"] = {"rules": [rule]}
    done = services.run("rules", "values")
    assert done.exit_code == 0, done.output
    assert "2018-01-01 年度限额 UNKNOWN (unconfirmed)" in done.stdout
    assert "TJ-2018 第八条" in done.stdout


INSTRUMENT = {
    "key": "TJ-TRIAL",
    "title": "天津市暂行办法",
    "number": None,
    "effective_from": None,
    "effective_to": "2017-09-21",
    "status": "CONF-S",
    "replaced_by": "TJ-2017",
}
WHY = {
    "implemented": ({"rule_version": "wel-04.abc"}, "wel-04.abc"),
    "not_written": ({}, "no formula is written"),
    "not_decidable": ({"missing": ["DuesPaid"]}, "no event says: DuesPaid"),
    "merged": ({"merged_into": ["PRC-01"]}, "in PRC-01"),
    "not_for_a_machine": ({"not_for_a_machine": "罚则"}, "罚则"),
}


@pytest.mark.parametrize("state", WHY)
def test_the_register_is_listed_with_each_rule_s_state_and_why(
    services: FakeServices, state: str
) -> None:
    said, why = WHY[state]
    row = {"id": "WEL-04", "title": "限额", "severity": "high", "state": state}
    rule = row | {"instruments": [INSTRUMENT]} | said
    services.answers["GET reporting/v1/rules/register"] = {"states": {state: 1}, "rules": [rule]}
    done = services.run("rules", "list", "--state", state)
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    assert why in told
    assert "[..2017-09-21] (CONF-S) → TJ-2017" in told
    assert dict(services.asked[-1].url.params) == {"state": state}
    assert services.run("rules", "list", "--state", "lost").exit_code == 2


VERDICT = {
    "rule": "wel-04",
    "subject": "year:2022",
    "outcome": "pass",
    "severity": None,
    "sentence": "未超过限额",
    "clause": "第八条",
}
YEAR_2022 = {"from": "2022-01-01", "to": "2022-12-31"}


@pytest.mark.parametrize(("outcome", "status"), [("pass", 0), ("indeterminate", 0), ("fail", 1)])
def test_checking_the_rules_is_true_only_if_none_fails(
    services: FakeServices, outcome: str, status: int
) -> None:
    verdicts = [VERDICT, VERDICT | {"outcome": outcome}]
    services.answers["GET reporting/v1/tjtc/verdicts"] = {"known_at": 9, "verdicts": verdicts}
    done = services.run("rules", "check", "--org", "tjtc", "--year", "2022")
    assert done.exit_code == status, done.output
    assert "year:2022" in done.stdout
    assert ("1 of 2 verdicts fail" in done.stderr) == bool(status)
    assert dict(services.asked[-1].url.params) == YEAR_2022


def test_rules_that_judged_nothing_are_not_met(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjct/verdicts"] = {"known_at": 9, "verdicts": []}
    done = services.run("rules", "check", "--org", "tjct", "--year", "2022")
    assert done.exit_code == 1
    assert "nothing was judged" in done.stderr


def test_what_other_values_change_is_shown(services: FakeServices, tmp_path: Path) -> None:
    services.answers["POST reporting/v1/tjtc/rules/wel-04/what-if"] = {
        "rule_version": "wel-04.trial-1",
        "differences": [{"subject": "year:2022", "now": None, "then": VERDICT}],
    }
    file = tmp_path / "wel-04.yaml"
    file.write_text("cap_fen: 元\n", encoding="utf-8")
    asked = ("rules", "what-if", "wel-04", str(file), "--org", "tjtc", "--year", "2022")
    done = services.run(*asked)
    assert done.exit_code == 0, done.output
    assert "not judged" in done.stdout
    assert "pass: 未超过限额" in done.stdout
    assert json.loads(services.asked[-1].content) == {"values": "cap_fen: 元\n"}
    assert dict(services.asked[-1].url.params) == YEAR_2022
    file.write_bytes(b"\xff")
    assert services.run(*asked).exit_code == 2


def test_another_place_is_tried_and_its_turns_are_tallied(services: FakeServices) -> None:
    services.answers["POST reporting/v1/tjtc/rules/wel-09/what-if"] = {
        "rule_version": "wel-09.abc",
        "differences": [],
        "tally": [{"now": "indeterminate", "then": None, "subjects": 4, "persons": 3}],
    }
    asked = ("rules", "what-if", "wel-09", "--org", "tjtc", "--year", "2022")
    done = services.run(*asked, "--jurisdiction", "anhui")
    assert done.exit_code == 0, done.output
    assert "indeterminate → not judged: 4 subjects, 3 people" in done.stdout
    assert json.loads(services.asked[-1].content) == {"jurisdiction": "anhui"}
    assert services.run(*asked).exit_code == 2, "nothing to try"


def test_who_a_verdict_concerns_is_counted_and_never_named(
    services: FakeServices, tmp_path: Path
) -> None:
    then = VERDICT | {"outcome": "fail", "persons": ["p-000001", "p-000002"]}
    services.answers["POST reporting/v1/tjtc/rules/wel-04/what-if"] = {
        "rule_version": "wel-04.trial-1",
        "differences": [{"subject": "year:2022", "now": VERDICT, "then": then}],
    }
    file = tmp_path / "wel-04.yaml"
    file.write_text("x")
    asked = ("rules", "what-if", "wel-04", str(file), "--org", "tjtc", "--year", "2022")
    done = services.run(*asked)
    assert "fail: 未超过限额 (2 persons)" in done.stdout
    assert "p-000001" not in done.stdout
    assert "1 subjects would be judged otherwise" in done.stdout
