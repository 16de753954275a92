"""The HTTP surface on a real PostgreSQL: what is accepted, what is refused, what is answered."""

import asyncio
from typing import Any

import pytest

from services.events.api import COMMANDS, REFUSALS
from shared.contract.events import ActivityHeld
from shared.testing.http import TEST_ORG, InProcess
from tests.events.asking import accepted, refused
from tests.events.requests import ANN, BO, BODIES, CAI, CANCEL, WITHDRAW


async def test_every_command_is_accepted_in_its_turn(service: InProcess) -> None:
    await accepted(service, *BODIES)
    answer = await service.command(
        "plan-activity", {**BODIES["plan-activity"], "activity_id": "video-2"}
    )
    assert answer.status_code == 201
    answer = await service.command("cancel-activity", {**CANCEL, "activity_id": "video-2"})
    assert answer.status_code == 201
    answer = await service.command(
        "withdraw-entries", {**WITHDRAW, "stream": "tjtc/issue-affiliation", "versions": [2]}
    )
    assert answer.status_code == 201
    assert set(BODIES) | {"cancel-activity", "withdraw-entries"} == set(COMMANDS)
    written = [type(event).__name__ for event in await service.events()]
    assert len(written) == 25 and len(set(written)) == 22


async def test_a_command_answers_its_stream_and_version(service: InProcess) -> None:
    answer = await service.command("plan-activity", BODIES["plan-activity"])
    assert answer.json() == {"stream": "tjtc/activity-video-1", "version": 1, "events": 1}
    assert answer.headers["ETag"] == '"1"'


async def test_a_bulk_command_answers_counts_and_a_link_and_no_ids(service: InProcess) -> None:
    await accepted(service, "plan-activity", "register-participants")
    body = {**BODIES["register-participants"], "person_ids": [ANN, BO, CAI]}
    answer = await service.command("register-participants", body)
    assert answer.json() == {
        "stream": "tjtc/activity-video-1",
        "version": 4,
        "events": 1,
        "registered": 1,
        "already": 2,
        "link": "/v1/tjtc/activities/video-1",
    }


async def test_registering_the_same_people_again_is_accepted_and_writes_nothing(
    service: InProcess,
) -> None:
    await accepted(service, "plan-activity", "register-participants")
    answer = await service.command("register-participants", BODIES["register-participants"])
    assert answer.status_code == 201
    assert (answer.json()["events"], answer.json()["version"]) == (0, 3)


async def test_a_thousand_people_are_registered_in_one_command(service: InProcess) -> None:
    people = [f"p-crowd{number:04d}" for number in range(1000)]
    rows = [(f"{TEST_ORG}/person-{person}", 1) for person in people]
    await service.store.pool.executemany("INSERT INTO members_streams VALUES ($1, $2)", rows)
    await accepted(service, "plan-activity")
    body = {**BODIES["register-participants"], "person_ids": people}
    answer = await service.command("register-participants", body)
    assert answer.json()["registered"] == 1000
    body["person_ids"] = [*people, ANN]
    await refused(service, "register-participants", body, 422, "invalid-request")


async def test_the_same_key_and_body_is_answered_again_without_writing(service: InProcess) -> None:
    first = await service.command("plan-activity", BODIES["plan-activity"], key="k-1")
    again = await service.command("plan-activity", BODIES["plan-activity"], key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert await service.event_count() == 1


async def test_a_key_is_not_used_again_with_another_body(service: InProcess) -> None:
    await service.command("plan-activity", BODIES["plan-activity"], key="k-1")
    body = {**BODIES["plan-activity"], "activity_id": "video-2"}
    await refused(service, "plan-activity", body, 422, "idempotency-key-reused", key="k-1")


async def test_a_version_that_has_passed_is_refused(service: InProcess) -> None:
    await accepted(service, "plan-activity", "hold-activity")
    problem = await refused(
        service,
        "hold-activity",
        BODIES["hold-activity"],
        412,
        "stale-version",
        headers={"If-Match": '"1"'},
    )
    assert (problem["expected"], problem["found"]) == (1, 2)
    answer = await service.command(
        "hold-activity", BODIES["hold-activity"], headers={"If-Match": '"2"'}
    )
    assert answer.status_code == 201


async def test_a_race_lost_without_a_stated_version_is_decided_again(service: InProcess) -> None:
    await accepted(service, "plan-activity")
    answers = await asyncio.gather(
        *[service.command("hold-activity", BODIES["hold-activity"]) for _ in range(3)]
    )
    assert [answer.status_code for answer in answers] == [201] * 3
    assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4]
    held = [event for event in await service.events() if isinstance(event, ActivityHeld)]
    assert [event.session for event in held] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("grant-award", "value_fen", -1),
        ("grant-award", "value_fen", 300.0),
        ("grant-award", "value_fen", "30000"),
        ("grant-award", "recipients", 0),
        ("convene-meeting", "delegates_due", 0),
        ("hold-congress", "delegates_present", 1.5),
        ("record-volunteer-service", "days", 0),
        ("record-volunteer-service", "days", 367),
        ("attest-period", "month", "2022-13"),
        ("attest-period", "month", "２０２２-01"),
        ("attest-period", "incidents", -1),
        ("set-plan-item", "plan_year", 22),
        ("complete-plan-item", "evidence", ["no stream"]),
        ("register-participants", "person_ids", []),
        ("register-participants", "person_ids", ["Wang Li"]),
        ("plan-activity", "kind", "party"),
        ("plan-activity", "planned_on", "2022-02-30"),
        ("plan-activity", "org_id", "tjtc"),
    ],
)
async def test_a_value_outside_the_contract_is_refused(
    service: InProcess, name: str, field: str, value: Any
) -> None:
    problem = await refused(service, name, {**BODIES[name], field: value}, 422, "invalid-request")
    assert any(field in error["pointer"] for error in problem["errors"])


async def test_a_month_is_attested_against_the_incidents_reported_in_it(service: InProcess) -> None:
    await accepted(service, "report-incident")
    july = {**BODIES["report-incident"], "incident_id": "i-2", "happened_on": "2022-07-01"}
    other = {**BODIES["report-incident"], "incident_id": "i-3", "subject": "public_opinion"}
    for incident in (july, other):
        assert (await service.command("report-incident", incident)).status_code == 201
    none = {**BODIES["attest-period"], "incidents": 0}
    problem = await refused(service, "attest-period", none, 409, "incidents-differ")
    assert problem["reported"] == 1
    await accepted(service, "attest-period")
    await refused(service, "attest-period", BODIES["attest-period"], 409, "period-attested")


async def test_evidence_of_our_own_kinds_must_exist_and_that_of_others_may(
    service: InProcess,
) -> None:
    await accepted(service, "set-plan-item")
    body = BODIES["complete-plan-item"]
    problem = await refused(service, "complete-plan-item", body, 404, "unknown-evidence")
    assert [error["stream"] for error in problem["errors"]] == ["tjtc/activity-video-1"]
    await accepted(service, "plan-activity", "complete-plan-item")


async def test_a_regulation_names_a_congress_that_met(service: InProcess) -> None:
    body = BODIES["adopt-regulation"]
    await refused(service, "adopt-regulation", body, 404, "unknown-meeting")
    await accepted(service, "convene-meeting")
    await refused(service, "adopt-regulation", body, 409, "congress-not-held")
    await accepted(service, "hold-congress", "adopt-regulation")


async def test_an_event_from_paper_keeps_the_date_of_its_source(service: InProcess) -> None:
    body = {**BODIES["raise-issue"], "source_recorded_on": "2022-11-20"}
    assert (await service.command("raise-issue", body)).status_code == 201
    (event,) = await service.events("tjtc/issue-")
    assert str(event.source_recorded_on) == "2022-11-20"


def test_every_title_is_in_chinese_and_no_two_are_the_same() -> None:
    assert len(set(REFUSALS.values())) == len(REFUSALS)
    assert all("一" <= title[0] <= "鿿" for title in REFUSALS.values())
