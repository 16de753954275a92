"""Findings as recorded, gravest first, with the words a person reads, as known at any index."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.findings import State, findings, judged_watermark
from services.reporting.rules import BY_ID
from services.reporting.rules.definition import UNCONFIRMED
from shared.contract.reporting import FindingRaised
from tests.examples.reporting import finding_explained, finding_raised, finding_resolved
from tests.reporting.history import History
from tests.reporting.records import ORG

WEL_03 = BY_ID["wel-03"]
REASON = WEL_03.reasons[0]


def raised(number: int, **changes: Any) -> FindingRaised:
    told = {
        "finding_id": f"wel-03.{number}", "rule": "wel-03", "reason": REASON.code,
        "subject": f"programme:{number}", "severity": "high",
        "period_from": "2022-09-07", "period_to": "2022-09-09",
    }  # fmt: skip
    return finding_raised(**(told | changes))


async def shown(
    pool: asyncpg.Pool, at: int = 99, state: State | None = None, **period: date
) -> list[str]:
    days = {"period_from": date(2022, 1, 1), "period_to": date(2022, 12, 31)} | period
    found = await findings(pool, ORG, **days, at=at, state=state)
    return [each.finding.finding_id for each in found]


async def test_the_gravest_come_first_and_among_equals_the_order_is_fixed(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    grades = ["info", "high", "block", "low", "high", "medium"]
    await History()(*(raised(n, severity=grade) for n, grade in enumerate(grades))).told(simulated)
    assert await shown(pool) == [f"wel-03.{n}" for n in (2, 1, 4, 5, 3, 0)]


async def test_a_finding_is_told_with_its_rule_s_title_and_its_reason_s_sentence(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        raised(1), raised(2, reason=UNCONFIRMED.code), raised(3, reason="gone-since")
    ).told(simulated)
    found = await findings(pool, ORG, date(2022, 9, 9), date(2022, 9, 9), 3)
    assert {each.title for each in found} == {WEL_03.values.zh}
    sentences = [each.sentence for each in found]
    assert sentences == [REASON.zh, UNCONFIRMED.zh, "gone-since"]


async def test_a_finding_of_a_rule_taken_out_since_is_told_by_its_codes(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(raised(1, rule="wel-99", finding_id="wel-99.1", reason="x")).told(simulated)
    [found] = await findings(pool, ORG, date(2022, 9, 7), date(2022, 9, 7), 1)
    assert (found.title, found.sentence) == ("wel-99", "x")
    assert found.finding.evidence == tuple(found.finding.evidence)


@pytest.mark.parametrize(
    ("first", "last", "meets"),
    [
        ("2022-09-09", "2022-12-31", True),
        ("2022-01-01", "2022-09-07", True),
        ("2022-09-08", "2022-09-08", True),
        ("2022-09-10", "2022-12-31", False),
        ("0001-01-01", "2022-09-06", False),
        ("0001-01-01", "9999-12-31", True),
    ],
)
async def test_those_are_told_whose_period_meets_the_days_asked_for(
    pool: asyncpg.Pool, simulated: Ingest, first: str, last: str, meets: bool
) -> None:
    await History()(raised(1)).told(simulated)
    days = {"period_from": date.fromisoformat(first), "period_to": date.fromisoformat(last)}
    assert bool(await shown(pool, **days)) == meets


async def test_its_state_is_the_one_known_then(pool: asyncpg.Pool, simulated: Ingest) -> None:
    told = {"finding_id": "wel-03.1"}
    await History()(
        raised(1), finding_explained(**told), finding_resolved(rule="wel-03", **told), raised(2)
    ).told(simulated)
    states: list[State] = ["open", "explained", "resolved"]
    for at, state in enumerate(states, start=1):
        assert [bool(await shown(pool, at, s)) for s in states] == [s == state for s in states]
    assert await shown(pool, 4) == ["wel-03.1", "wel-03.2"]
    assert await shown(pool, 4, "open") == ["wel-03.2"]
    assert await shown(pool, 0) == []


async def test_before_anything_was_judged_the_watermark_is_nought(pool: asyncpg.Pool) -> None:
    assert await judged_watermark(pool) == 0
