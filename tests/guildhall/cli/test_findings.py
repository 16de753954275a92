"""Findings from a terminal: listed, explained, waived by two people."""

import json
from typing import Any

from tests.guildhall.cli.fake_services import FakeServices

YEAR = ("--org", "tjtc", "--year", "2022")
SAID = {"stream": "tjtc/finding-wel-03.1", "version": 2, "events": 1}


def test_findings_are_listed_with_rule_clause_and_verdict(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjtc/findings"] = {
        "findings": [
            {
                "severity": "high",
                "rule": "wel-03",
                "subject": "programme-x",
                "outcome": "fail",
                "reason": "over-cap",
                "clause": "总工办发〔2017〕32号 第八条",
                "state": "open",
            },
        ]
    }
    done = services.run("findings", *YEAR)
    assert done.exit_code == 0
    assert "总工办发〔2017〕32号 第八条" in done.stdout
    assert "1 findings" in done.stdout


def test_a_waived_finding_is_shown_with_its_last_day(services: FakeServices) -> None:
    row = {"rule": "wel-03", "state": "waived", "waiver_ends_on": "2023-06-30"}
    services.answers["GET reporting/v1/tjtc/findings"] = {"findings": [row]}
    done = services.run("findings", *YEAR, "--state", "waived", "--json")
    assert json.loads(done.stdout)["findings"] == [row]
    assert dict(services.asked[-1].url.params)["state"] == "waived"


def sent(services: FakeServices, command: str, *words: str, person: str) -> Any:
    services.answers[f"POST reporting/v1/tjtc/{command}"] = SAID
    done = services.run("findings", *words, "--org", "tjtc")
    assert done.exit_code == 0, done.output
    assert services.person == person
    return json.loads(services.asked[-1].content)


def test_a_finding_is_explained_in_words(services: FakeServices) -> None:
    words = ("explain", "wel-03.1", "--words", "receipts are in folder 7")
    body = sent(services, "explain-finding", *words, person="clerk")
    assert body == {"finding_id": "wel-03.1", "words": "receipts are in folder 7"}


WAIVER = ("waive", "wel-03.1", "--reason", "being_remedied", "--until", "2023-06-30")


def test_one_proposes_and_another_approves(services: FakeServices) -> None:
    body = sent(services, "propose-waiver", *WAIVER, "--words", "awaited", person="clerk")
    assert body["words"] == "awaited"
    approved = sent(
        services, "approve-waiver", *WAIVER, "--approve", "--as", "chair", person="chair"
    )
    assert approved == {name: body[name] for name in ("finding_id", "reason", "ends_on")}


def test_proposing_and_approving_are_two_commands(services: FakeServices) -> None:
    for both in ((), ("--words", "awaited", "--approve")):
        assert services.run("findings", *WAIVER, *both, "--org", "tjtc").exit_code == 2
    assert services.asked == []


def test_a_waiver_is_revoked_for_a_reason(services: FakeServices) -> None:
    words = ("revoke", "wel-03.1", "--reason", "declined")
    body = sent(services, "revoke-waiver", *words, person="chair")
    assert body == {"finding_id": "wel-03.1", "reason": "declined"}
