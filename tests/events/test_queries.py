"""What the service answers about its own records, over HTTP on a real PostgreSQL."""

from typing import Any

import pytest

from services.events.domain import plan_items
from services.events.queries import streams
from shared.contract.events import PlanItemSet
from shared.testing.http import TEST_ORG, InProcess, token
from tests.events.requests import ANN, BO, BODIES, CAI


async def command(service: InProcess, name: str, **changed: Any) -> None:
    answer = await service.command(name, {**BODIES[name], **changed})
    assert answer.status_code == 201, answer.json()


async def test_an_activity_tells_registered_attended_and_unknown_apart(service: InProcess) -> None:
    for name in ("plan-activity", "register-participants", "hold-activity", "record-attendance"):
        await command(service, name)
    await command(service, "hold-activity", held_on="2022-03-15")
    await command(
        service, "record-attendance", session=2, person_ids=[ANN, CAI], attended_on="2022-03-15"
    )
    found = (await service.get("activities/video-1")).json()
    assert found["registered"] == 2, "Ann and Bo"
    assert found["attended"] == 2, "Ann and Cai, each in two sessions"
    assert found["person_times"] == 4
    assert found["unknown"] == 1, "Bo registered and has no record: unknown, not absent"
    assert found["sessions"] == [
        {"session": 1, "held_on": "2022-03-08", "attended": 2},
        {"session": 2, "held_on": "2022-03-15", "attended": 2},
    ]
    assert BO not in str(found)


async def test_an_activity_tells_its_contest(service: InProcess) -> None:
    for name in ("plan-activity", "enter-contest", "judge-contest", "grant-award"):
        await command(service, name)
    found = (await service.get("activities/video-1")).json()
    assert (found["entries"], found["judged"], found["awards"]) == (1, True, 1)
    assert found["version"] == 4


async def test_an_id_that_none_can_be_is_refused_before_the_database_is_asked(
    service: InProcess,
) -> None:
    nothing = await service.get("activities/a%00b")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not-found")
    for answer in (
        await service.get("meetings", cursor="a\x00b"),
        await service.get("plan-items", cursor="%"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_an_unknown_activity_is_not_found(service: InProcess) -> None:
    answer = await service.get("activities/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-activity")


async def test_meetings_are_listed_with_delegates_and_resolutions(service: InProcess) -> None:
    await command(service, "convene-meeting", meeting_id="tc-2")
    for name in ("convene-meeting", "hold-congress", "pass-resolution"):
        await command(service, name)
    first, second = (await service.get("meetings")).json()["items"]
    assert (first["meeting_id"], first["delegates_due"], first["delegates_present"]) == (
        "tc-1",
        60,
        52,
    )
    assert first["school_year"] == "2021-2022"
    assert first["resolutions"] == [
        {"resolution_id": "r-1", "for": 50, "against": 1, "abstained": 1}
    ]
    assert (second["meeting_id"], second["held_on"], second["school_year"]) == ("tc-2", None, None)


async def test_plan_items_are_done_open_or_overdue(service: InProcess) -> None:
    await command(service, "plan-activity")
    await command(service, "set-plan-item")
    await command(service, "complete-plan-item")
    await command(service, "set-plan-item", item_id="due-later", due_on="2022-12-31")
    await command(service, "set-plan-item", item_id="due-today", due_on="2022-12-15")
    await command(service, "set-plan-item", item_id="due-before", due_on="2022-12-14")
    await command(service, "set-plan-item", item_id="some-day", due_on=None)
    await command(service, "set-plan-item", item_id="next-year", plan_year=2023)
    items = (await service.get("plan-items", year=2022)).json()["items"]
    assert {item["item_id"]: item["state"] for item in items} == {
        "web-home": "done",
        "due-later": "open",
        "due-today": "open",
        "due-before": "overdue",
        "some-day": "open",
    }
    assert len((await service.get("plan-items")).json()["items"]) == 6


async def test_open_issues_have_an_age_and_resolved_ones_are_gone(service: InProcess) -> None:
    await command(service, "raise-issue")
    await command(service, "raise-issue", issue_id="congress-due", raised_on="2022-12-15")
    await command(service, "raise-issue", issue_id="solved")
    await command(service, "resolve-issue", issue_id="solved")
    items = (await service.get("issues")).json()["items"]
    assert [(item["issue_id"], item["age_days"]) for item in items] == [
        ("affiliation", 30),
        ("congress-due", 0),
    ]


async def test_pages_follow_one_another_by_key_and_lose_nothing(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "READ_STREAMS", 2)
    for number in range(7):
        await command(service, "set-plan-item", item_id=f"i-{number}", plan_year=2022 + number % 2)
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await service.get("plan-items", year=2022, limit=2, cursor=cursor)).json()
        seen += [item["item_id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["i-0", "i-2", "i-4", "i-6"]


async def test_streams_of_one_kind_are_not_mixed_with_another_or_another_union(
    service: InProcess,
) -> None:
    await command(service, "plan-activity", activity_id="plan-b")
    await command(service, "set-plan-item")
    for org_id, ids in ((TEST_ORG, ["web-home"]), ("tjt", [])):
        found = await streams.listed(
            service.store, org_id, PlanItemSet.STREAM, plan_items.evolve, limit=9
        )
        assert [one.id for one in found] == ids


@pytest.mark.parametrize("path", ["activities/video-1", "meetings", "plan-items", "issues"])
async def test_reading_needs_a_role_and_the_union(service: InProcess, path: str) -> None:
    for role in ("clerk", "approver", "chair", "auditor"):
        assert (await service.get(path, role=role)).status_code in (200, 404)
    assert (await service.get(path, role="cashier")).json()["code"] == "role-missing"
    answer = await service.client.get(f"/v1/{TEST_ORG}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "no-token")
    bearer = {"Authorization": f"Bearer {token('clerk', orgs=('other',))}"}
    foreign = await service.client.get(f"/v1/{TEST_ORG}/{path}", headers=bearer)
    assert foreign.json()["code"] == "union-not-yours"


async def test_activities_are_listed_by_id_a_page_at_a_time(service: InProcess) -> None:
    await command(service, "plan-activity")
    await command(service, "plan-activity", activity_id="walk-1")
    first = (await service.get("activities", limit=1)).json()
    rest = (await service.get("activities", limit=5, cursor=first["next"])).json()
    assert [each["activity_id"] for each in first["items"] + rest["items"]] == ["video-1", "walk-1"]
    assert rest["next"] is None


async def test_attestations_are_of_a_year_and_what_was_withdrawn_is_none(
    service: InProcess,
) -> None:
    await command(service, "attest-period", subject="public_opinion", incidents=0)
    await command(service, "attest-period", month="2021-06", incidents=0)
    found = (await service.get("attestations", year=2022)).json()["items"]
    assert [(each["subject"], each["month"], each["incidents"]) for each in found] == [
        ("public_opinion", "2022-06", 0)
    ]
    taken = {
        "stream": f"{TEST_ORG}/attestation-public_opinion.2022-06", "versions": [1],
        "reason": "entered_in_error", "withdrawn_on": "2022-07-02",
    }  # fmt: skip
    assert (await service.command("withdraw-entries", taken)).status_code == 201
    assert (await service.get("attestations", year=2022)).json()["items"] == []
    (first, _) = (await service.get("streams/attestation-public_opinion.2022-06")).json()["events"]
    assert (first["version"], first["withdrawn"], bool(first["event_id"])) == (1, True, True)
