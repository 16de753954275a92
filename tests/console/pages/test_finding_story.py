"""What was said of a finding, and who may do what with it."""

import re
from typing import Any

import pytest

from services.console.console import Console
from services.console.pages.finding_story import proposed
from tests.console.answers import FINDING, HEAD, STORY, UNION, VERDICT
from tests.console.conftest import Services, browser, session

AT = "/tjtc/2022/findings/wel-06.67e5de6b"
EVENT = {"event_id": STORY["steps"][0]["event_id"], "occurred_on": "2022-12-01", "actor": "chair"}


def step(name: str, **more: Any) -> dict[str, Any]:
    return {**EVENT, "type": f"guildhall.reporting.{name}.v1", **more}


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    finding = {
        **FINDING, "period_from": "2022-01-01", "period_to": "2022-12-31", "evidence_count": 2,
        "raised_times": 1, "raised": EVENT["event_id"], "known_at": 1,
    }  # fmt: skip
    verdict = {**VERDICT, "evidence": []}
    services.answers |= {
        f"{UNION}/findings": {
            **HEAD, "judged_to": 1, "pending": False, "findings": [finding]
        },
        f"{UNION}/verdicts": {**HEAD, "rules_version": "x", "verdicts": [verdict]},
        f"{UNION}/findings/wel-06.67e5de6b/story": STORY,
    }  # fmt: skip


async def text_of(console: Console, *roles: str, subject: str = "a", query: str = "") -> str:
    async with browser(console, session(*roles, subject=subject)) as client:
        answer = await client.get(AT + query)
    assert answer.status_code == 200
    return answer.text


async def test_the_words_stand_with_who_said_them(console: Console, services: Services) -> None:
    text = await text_of(console, "auditor")
    assert "已告知上级" in text and "接受风险" in text and "office/acts/" not in text
    missing = {**STORY["steps"][1], "words": None}
    services.answers[f"{UNION}/findings/wel-06.67e5de6b/story"] = {**STORY, "steps": [missing]}
    assert "留存的文字缺失或被改过" in await text_of(console, "auditor")


@pytest.mark.parametrize(
    ("role", "subject", "offered", "absent"),
    [
        ("clerk", "clerk", ["explain-finding"], ["approve-waiver", "propose-waiver"]),
        ("approver", "other", ["approve-waiver", "revoke-waiver"], ["explain-finding"]),
        ("chair", "clerk", ["revoke-waiver"], ["approve-waiver"]),
    ],
)
async def test_another_person_approves_than_proposed(
    console: Console, role: str, subject: str, offered: list[str], absent: list[str]
) -> None:
    text = await text_of(console, role, subject=subject)
    assert all(f"acts/{name}?" in text for name in offered)
    assert not any(f"acts/{name}?" in text for name in absent)


async def test_what_is_approved_is_what_was_read(console: Console) -> None:
    """Proposed anew with other words meanwhile, it is another version, which is refused (412)."""
    text = await text_of(console, "approver", subject="other")
    (link,) = re.findall(r'href="([^"]*acts/approve-waiver[^"]*)"', text)
    assert f"version={STORY['version']}" in link


@pytest.mark.parametrize(
    ("steps", "waived"),
    [
        ([step("FindingRaised")], None),
        ([step("FindingRaised"), step("FindingWaiverProposed")], False),
        ([step("FindingWaiverProposed"), step("FindingWaived")], True),
        ([step("FindingWaiverProposed"), step("FindingWaiverRevoked")], None),
        ([step("FindingWaived"), step("FindingResolved"), step("FindingRaised")], None),
        ([step("FindingWaiverProposed"), step("FindingExplained")], False),
    ],
)
def test_what_is_raised_again_is_borne_no_more(
    steps: list[dict[str, Any]], waived: bool | None
) -> None:
    found = proposed(steps)
    assert (None if found is None else found["waived"]) is waived
