"""Entries taken back over HTTP: what was wrong does not stand, and what is right is entered."""

from typing import Any

import pytest

from shared.testing.http import InProcess
from tests.events.asking import accepted, refused
from tests.events.requests import BODIES, WITHDRAW


def withdrawing(stream: str, *versions: int, **more: Any) -> dict[str, Any]:
    return {**WITHDRAW, "stream": stream, "versions": list(versions), **more}


async def test_a_meeting_of_a_wrong_date_is_withdrawn_and_convened_anew(
    service: InProcess,
) -> None:
    await accepted(service, "convene-meeting")
    right = {**BODIES["convene-meeting"], "convened_for": "2022-03-26"}
    await refused(service, "convene-meeting", right, 409, "meeting-exists")
    answer = await service.command("withdraw-entries", withdrawing("tjtc/meeting-tc-1", 1))
    assert answer.json() == {"stream": "tjtc/meeting-tc-1", "version": 2, "events": 1}
    assert (await service.get("meetings")).json()["items"] == []
    assert (await service.command("convene-meeting", right)).json()["version"] == 3
    (meeting,) = (await service.get("meetings")).json()["items"]
    assert (meeting["convened_for"], meeting["version"]) == ("2022-03-26", 3)


async def test_what_rests_on_an_entry_goes_with_it_or_before(service: InProcess) -> None:
    await accepted(service, "convene-meeting", "hold-congress", "pass-resolution")
    body = withdrawing("tjtc/meeting-tc-1", 2)
    problem = await refused(service, "withdraw-entries", body, 409, "others-rest-on-it")
    assert problem["errors"][0]["resting"] == ["ResolutionPassed@3"]
    answer = await service.command("withdraw-entries", withdrawing("tjtc/meeting-tc-1", 2, 3))
    assert answer.json()["events"] == 2
    await accepted(service, "hold-congress", "pass-resolution")


async def test_every_fact_of_this_context_can_be_withdrawn_last_first(service: InProcess) -> None:
    await accepted(service, *BODIES)
    rows = await service.store.pool.fetch(
        "SELECT stream, max(version) AS last FROM events GROUP BY 1"
    )
    for row in rows:
        for version in range(row["last"], 0, -1):
            body = withdrawing(row["stream"], version)
            answer = await service.command("withdraw-entries", body)
            assert answer.status_code == 201, (body, answer.json())
            await refused(service, "withdraw-entries", body, 409, "entry-withdrawn")
    await accepted(service, *BODIES)  # as if nothing had been


async def test_the_same_key_withdraws_once(service: InProcess) -> None:
    await accepted(service, "raise-issue")
    body = withdrawing("tjtc/issue-affiliation", 1)
    first = await service.command("withdraw-entries", body, key="k-1")
    again = await service.command("withdraw-entries", body, key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert await service.event_count() == 2


@pytest.mark.parametrize(
    ("stream", "versions"),
    [("tjtc/meeting-none", [1]), ("other/meeting-tc-1", [1]), ("tjtc/meeting-tc-1", [7])],
)
async def test_what_is_not_there_is_not_found(
    service: InProcess, stream: str, versions: list[int]
) -> None:
    await accepted(service, "convene-meeting")
    body = withdrawing(stream, *versions)
    await refused(service, "withdraw-entries", body, 404, "entry-not-found")


async def test_a_withdrawal_is_for_writers(service: InProcess) -> None:
    await accepted(service, "raise-issue")
    body = withdrawing("tjtc/issue-affiliation", 1)
    for role in ("auditor", "approver", "cashier"):
        await refused(service, "withdraw-entries", body, 403, "role-missing", role=role)


async def test_an_incident_withdrawn_is_not_attested_and_counts_in_no_guard(
    service: InProcess,
) -> None:
    await accepted(service, "report-incident")
    answer = await service.command("withdraw-entries", withdrawing("tjtc/incident-i-1", 1))
    assert answer.status_code == 201
    await refused(service, "attest-period", BODIES["attest-period"], 409, "incidents-differ")
    answer = await service.command("attest-period", {**BODIES["attest-period"], "incidents": 0})
    assert answer.status_code == 201
    # And evidence all of which was withdrawn is none.
    await accepted(service, "set-plan-item")
    body = {**BODIES["complete-plan-item"], "evidence": ["tjtc/incident-i-1"]}
    await refused(service, "complete-plan-item", body, 404, "unknown-evidence")
