"""Findings, by rule; and one of them."""

from services.console.console import Console
from services.console.pages.findings import by_rule, facts_of
from tests.console.answers import FINDING, HEAD, STORY, UNION, VERDICT
from tests.console.conftest import Services, browser, session

WHOLE = {
    **FINDING, "reason": "recipient-not-member", "clause": "津工通〔2017〕67号", "known_at": 11500,
    "period_from": "2022-09-06", "period_to": "2022-09-08", "evidence_count": 12,
    "raised_times": 1, "raised_on": "2022-10-27", "raised": "e", "explained": None,
    "explained_on": None, "note_sha256": None, "resolved": None, "resolved_on": None,
}  # fmt: skip
OTHER = {**WHOLE, "finding_id": "bud-02.1", "rule": "bud-02", "severity": "medium",
         "outcome": "indeterminate", "state": "resolved", "title": "严禁超预算"}  # fmt: skip


def told(services: Services, *found: dict[str, object]) -> None:
    answer = {**HEAD, "judged_to": 12000, "pending": True, "findings": list(found)}
    services.answers[f"{UNION}/findings"] = answer
    for each in found:
        services.answers[f"{UNION}/findings/{each['finding_id']}/story"] = STORY


async def test_findings_are_told_by_rule_and_narrowed_by_state(
    console: Console, services: Services
) -> None:
    told(services, WHOLE, OTHER)
    async with browser(console, session()) as client:
        every = await client.get("/tjtc/2022/findings")
        done = await client.get("/tjtc/2022/findings?state=resolved")
        grave = await client.get("/tjtc/2022/findings?severity=block&state=resolved")
    assert "共 2 项：未了结 1，已说明 0，已消除 1" in every.text
    assert "判到日志 12,000，之后的还没有判" in every.text
    assert "严禁超预算" in done.text and "节日慰问品只发会员" not in done.text
    assert "没有一项同时合乎这些条件" in grave.text


def test_a_reason_is_said_once() -> None:
    second = {**WHOLE, "finding_id": "wel-06.2"}
    assert [len(group) for group in by_rule([WHOLE, OTHER, second])] == [2, 1]


async def test_one_finding_has_its_facts_values_and_evidence(
    console: Console, services: Services
) -> None:
    told(services, WHOLE)
    value = {
        "name": "yearly_limit_fen", "value": 200000, "status": "CONF-S",
        "effective_from": "2017-09-22", "effective_to": None, "instrument_title": "办法",
    }  # fmt: skip
    judged = {**VERDICT, "facts": {"spent_fen": 55170000, "concerned": 12}, "values": [value],
              "evidence": ["01a22e84-35d2-7004-af7e-1862c15ad478"]}  # fmt: skip
    services.answers[f"{UNION}/verdicts"] = {**HEAD, "rules_version": "e", "verdicts": [judged]}
    async with browser(console, session()) as client:
        answer = await client.get(f"/tjtc/2022/findings/{WHOLE['finding_id']}")
    for words in ("551,700.00", "2,000.00", "津工通〔2017〕67号", "01a22e…d478", "共 12 件"):
        assert words in answer.text, words


async def test_a_finding_whose_rule_no_longer_says_so_tells_it(
    console: Console, services: Services
) -> None:
    told(services, WHOLE)
    services.answers[f"{UNION}/verdicts"] = {**HEAD, "rules_version": "e", "verdicts": []}
    async with browser(console, session()) as client:
        answer = await client.get(f"/tjtc/2022/findings/{WHOLE['finding_id']}")
        none = await client.get("/tjtc/2022/findings/another.1")
    assert "不再这样判" in answer.text
    assert none.status_code == 404


def test_money_among_facts_is_told_from_counts() -> None:
    judged = {"facts": {"spent_fen": 5, "share": "12%", "people": 3}}
    assert facts_of(judged) == [("spent", 5, True), ("share", "12%", False), ("people", 3, False)]
    assert facts_of(None) == []
