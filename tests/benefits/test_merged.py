"""A record that was merged is named in nothing new; what was recorded of it goes on under it."""

from typing import Any

import pytest

from shared.testing.http import TEST_ORG, InProcess
from tests.benefits.asking import accepted, done, refused
from tests.benefits.requests import ANN, BO, CAI, FILE_CLAIM, FREEZE_SPRING, ISSUE_SPRING
from tests.examples.members import members_merged, members_unmerged

OPENED = ("open-programme",)
FROZEN = ("open-programme", "freeze-roster")
BOUGHT = ("buy-policy",)
GIFT = {
    "programme_id": "spring-2022",
    "person_id": BO,
    "capacity": "member",
    "issued_on": "2022-01-20",
}
NAMING: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
    (OPENED, "freeze-roster", {**FREEZE_SPRING, "person_ids": [ANN, BO]}),
    (FROZEN, "issue-gift", GIFT),
    (
        FROZEN,
        "issue-gift",
        {**GIFT, "capacity": "outsider", "off_roster_reason": "other"},
    ),
    (FROZEN, "issue-gifts-to-roster", ISSUE_SPRING),
    ((), "file-claim", {**FILE_CLAIM, "person_id": BO}),
    (
        BOUGHT,
        "insure-people",
        {
            "policy_id": "illness-2022",
            "insured_on": "2022-06-01",
            "people": [{"person_id": BO, "capacity": "member"}],
        },
    ),
]


async def merged(service: InProcess, person: str = BO, kept: str = ANN, after: int = 3) -> None:
    event = members_merged(person_id=person, kept_person_id=kept)
    await service.hear(f"{TEST_ORG}/person-{person}", event, after=after)


@pytest.mark.parametrize(("before", "name", "body"), NAMING)
async def test_whoever_names_a_merged_record_is_told_which_one_is_kept(
    service: InProcess, before: tuple[str, ...], name: str, body: dict[str, Any]
) -> None:
    await accepted(service, *before)
    await merged(service)
    problem = await refused(service, name, body, 409, "merged-record")
    (row,) = problem["errors"]
    assert (row["person_id"], row["kept_person_id"]) == (BO, ANN)
    unmerged = members_unmerged(person_id=BO, kept_person_id=ANN)
    await service.hear(f"{TEST_ORG}/person-{BO}", unmerged, after=4)
    answer = await service.command(name, body)
    assert answer.json().get("code") != "merged-record"


async def test_who_is_kept_is_who_is_kept_in_the_end(service: InProcess) -> None:
    await merged(service)
    await merged(service, ANN, CAI)
    body = {**FILE_CLAIM, "person_id": BO}
    problem = await refused(service, "file-claim", body, 409, "merged-record")
    assert problem["errors"][0]["kept_person_id"] == CAI


async def test_what_was_recorded_before_the_merge_goes_on_under_it(service: InProcess) -> None:
    await accepted(service, *FROZEN)
    await done(service, "issue-gifts-to-roster", ISSUE_SPRING)
    await merged(service)
    receipts = [{"person_id": BO, "signed_on": "2022-01-22"}]
    await done(service, "sign-receipts", {"programme_id": "spring-2022", "receipts": receipts})
    by_bo = [{"person_id": ANN, "signed_on": "2022-01-22", "signed_by": BO}]
    body = {"programme_id": "spring-2022", "receipts": by_bo}
    await refused(service, "sign-receipts", body, 409, "merged-record")


async def test_of_two_records_on_one_roster_one_person_receives_and_nobody_is_missed(
    service: InProcess,
) -> None:
    await accepted(service, *FROZEN)
    await merged(service)
    await done(service, "issue-gifts-to-roster", {**ISSUE_SPRING, "except_person_ids": [BO]})
    body = {**ISSUE_SPRING, "only_missing": True}
    await refused(service, "issue-gifts-to-roster", body, 409, "nobody-missing")
    closed = {"programme_id": "spring-2022", "closed_on": "2022-02-28"}
    assert (await done(service, "close-programme", closed))["missed"] == 0


async def test_whoever_is_missed_in_both_records_is_missed_once(service: InProcess) -> None:
    await accepted(service, *FROZEN)
    await merged(service)
    closed = {"programme_id": "spring-2022", "closed_on": "2022-02-28"}
    assert (await done(service, "close-programme", closed))["missed"] == 1
