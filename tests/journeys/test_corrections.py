"""Every fact of a year is entered, was wrong, and is put right: what was known then stays, what is
known now has it no more, and the difference is the list of corrections."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import CORRECTED_BY, corrected_by, withdrawal_of
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal
from tests.benefits import requests as benefits
from tests.events import requests as events
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

PEOPLE = (benefits.ANN, benefits.BO, benefits.CAI, benefits.DAI)
ANN, BO, CAI, DAI = PEOPLE
DAY = "2022-12-30"

MEMBERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("declare-staff-count", "clerk", {"staff": 5, "women_staff": 4, "declared_on": "2022-01-01"}),
    ("change-department", "clerk",
     {"people": [{"person_id": DAI, "department": "财务处", "changed_on": "2022-05-01"}],
      "reason": "moved"}),
    ("record-member-retired", "clerk",
     {"person_id": ANN, "retired_on": "2022-11-01", "membership_retained": True}),
    ("transfer-out-member", "clerk", {"person_id": BO, "transferred_on": "2022-11-02"}),
    ("record-member-died", "clerk", {"person_id": CAI, "died_on": "2022-11-03"}),
    ("record-member-left", "clerk",
     {"person_id": DAI, "left_on": "2022-11-04", "reason": "left_unit"}),
    ("start-affiliation-transfer", "chair",
     {"from_parent": "jt-group", "to_parent": "edu-bureau", "members_due": 4,
      "started_on": "2022-04-01"}),
    ("record-handover-prepared", "clerk",
     {"to_parent": "edu-bureau", "prepared": 2, "prepared_on": "2022-05-01"}),
    ("complete-affiliation-transfer", "chair",
     {"to_parent": "edu-bureau", "completed_on": "2022-06-01"}),
)  # fmt: skip
"""What becomes of the four in the year, and of their union."""

REVERSED = ("return-gift", "reverse-claim")
"""Of benefits' bodies those that undo others: they are sent when the year is put right."""

PUT_RIGHT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "OrganisationRegistered": ("correct-organisation", "operator",
                               {"name": "学院工会", "kind": "grassroots",
                                "reason": "wrong_details", "corrected_on": DAY}),
    "GiftIssued": ("return-gift", "clerk", {"reason": "entered_in_error", "returned_on": DAY}),
    "ClaimPaid": ("reverse-claim", "chair", {"reason": "entered_in_error", "reversed_on": DAY}),
    "ClaimFiled": ("withdraw-claim", "clerk", {"reason": "duplicate", "withdrawn_on": DAY}),
    "MemberInsured": ("end-cover", "clerk", {"reason": "entered_in_error", "ended_on": DAY}),
    "ExpenditurePaid": ("reverse-expenditure", "chair",
                        {"posting": "in_period", "reason": "duplicate", "reversed_on": DAY}),
}  # fmt: skip
"""What puts right the types that are not withdrawn: command, person and what it says; it names the
thing as the event does."""

NOT_HERE = {
    # What corrects a correction is the fact entered anew, in the tests of its context.
    "GiftReturned", "ClaimReversed", "ClaimWithdrawn", "CoverEnded", "IncomeCorrected",
    "ExpenditureReversed", "MemberChanged", "MembersMerged", "MembersUnmerged",
    "OrganisationCorrected",
}  # fmt: skip


def of(office: Office, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of a context's tests, of this union."""
    said: dict[str, Any] = json.loads(json.dumps(body).replace("tjtc/", f"{office.org_id}/"))
    return said


async def enter(office: Office) -> None:
    """The year of four people: every command of every context, as their tests send it."""
    rows = [
        {
            "person_id": person, "employee_no": f"A-{number}", "name": "王利", "gender": "female",
            "birth_month": number, "registered_on": "2015-09-01",
        }
        for number, person in enumerate(PEOPLE, start=1)
    ]  # fmt: skip
    await office.do("members", "register-staff", {"people": rows})
    admitted = [{"person_id": p, "joined_on": "2016-01-01", "kind": "new"} for p in PEOPLE]
    await office.do("members", "admit-members", {"people": admitted})
    dependant = {"name": "小明", "relation": "child", "declared_on": "2022-01-02"}
    await office.do("members", "declare-dependant", {"person_id": ANN, **dependant})
    await until(office.members_heard, lambda heard: heard == len(PEOPLE))
    heard = ",".join(f"{office.org_id}/person-{person}@2" for person in PEOPLE)
    for name, body in events.BODIES.items():
        await office.do("events", name, of(office, body), guildhall_after=heard)
    cancelled = {**events.BODIES["plan-activity"], "activity_id": "off"}
    await office.do("events", "plan-activity", cancelled)
    await office.do("events", "cancel-activity", {**events.CANCEL, "activity_id": "off"})
    for name, (role, body) in benefits.BODIES.items():
        if name not in REVERSED:
            more = {"insured_due": 9} if name == "buy-policy" else {}
            await office.do("benefits", name, {**of(office, body), **more}, person=role)
    again = {"programme_id": "spring-2022", "person_id": ANN, "issued_on": "2022-01-26"}
    await office.do("benefits", "issue-gift-again", {**again, "reason": "by_mistake"})
    await office.do("benefits", "rename-programme", benefits.CORRECTIONS["rename-programme"][1])
    for number in (2, 3, 4):
        claim = {**benefits.FILE_CLAIM, "claim_id": f"care-{number}", "case_id": f"c-{number}"}
        await office.do("benefits", "file-claim", claim)
    refusal = {**benefits.REJECT[1], "claim_id": "care-2"}
    await office.do("benefits", "reject-claim", refusal, person="approver")
    approval = {**benefits.BODIES["approve-claim"][1], "claim_id": "care-4"}
    await office.do("benefits", "approve-claim", approval, person="approver")
    request = {**of(office, benefits.BODIES["request-expenditure"][1]), "payment_id": "pay-10"}
    await office.do("benefits", "request-expenditure", request)
    for name, role, body in MEMBERS:
        await office.do("members", name, body, person=role)


async def entries(reporting: Reporting, office: Office) -> list[dict[str, Any]]:
    """The facts of the union by now: the last of each stream first, and what others hold last."""
    rows = await reporting.database.fetch(
        "SELECT event_id::text, source, type, stream, stream_version, log_index FROM journal"
        " WHERE org_id = $1 AND source <> '/guildhall/reporting'"
        " ORDER BY stream_version DESC, type ~ 'ProgrammeOpened|PolicyBought', log_index DESC",
        office.org_id,
    )
    return [dict(row) for row in rows]


async def put_right(office: Office, entry: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Put one entry right by whoever may; False where others rest on it, or nothing does."""
    cls = CATALOGUE[entry["type"]]
    context, name = cls.CONTEXT, cls.__name__
    if withdrawal_of(cls) is not None:
        body = {
            "stream": entry["stream"], "versions": [entry["stream_version"]],
            "reason": "entered_in_error", "withdrawn_on": DAY,
        }  # fmt: skip
        for person in ("clerk", "chair", "approver"):
            answer = await office.send(context, "withdraw-entries", body, person=person)
            if answer.status_code == 201:
                return True
            if answer.json()["code"] not in ("role-missing", "own-entry"):
                assert answer.json()["code"] == "others-rest-on-it", (entry, answer.text)
                return False
    if name not in PUT_RIGHT:
        return False
    command, person, said = PUT_RIGHT[name]
    things = ("programme_id", "person_id", "claim_id", "policy_id", "payment_id")
    known = await command_fields(office, context, command)
    named = {field: data[field] for field in things if field in data and field in known}
    answer = await office.send(context, command, {**named, **said}, person=person)
    return answer.status_code == 201


async def command_fields(office: Office, context: str, command: str) -> set[str]:
    """The fields of a command, as its service's OpenAPI says."""
    document = (await office.http.get(f"{office.stack.urls[context]}/openapi.json")).json()
    name = "".join(word.title() for word in command.split("-"))
    return set(document["components"]["schemas"][name]["properties"])


@pytest.mark.timeout(180)
async def test_every_fact_of_a_year_put_right_is_gone_and_was_known_before(
    reporting: Reporting, office: Office
) -> None:
    org_id = office.org_id
    await enter(office)
    await reporting.caught_up()
    before = await reporting.database.fetchval("SELECT next_index - 1 FROM journal_head")
    known, facts = await reporting.figures(org_id), await entries(reporting, office)

    views = {e["event_id"]: await reporting.get(f"{org_id}/events/{e['event_id']}") for e in facts}
    corrected = [e for e in facts if await put_right(office, e, views[e["event_id"]]["data"])]
    await reporting.caught_up()

    assert await reporting.figures(org_id, as_of=str(before)) == known
    lost = defaultdict[str, list[str]](list)
    for entry in corrected:
        cls = CATALOGUE[entry["type"]]
        was, now = views[entry["event_id"]], await view(reporting, org_id, entry["event_id"])
        told = [each for each in now["corrected_by"] if each not in was["corrected_by"]]
        by = {CATALOGUE[each["type"]] for each in told}
        assert by & set(corrected_by(cls)), (cls.__name__, now["corrected_by"])
        assert all(each["reason"] for each in told)
        for touch in was["figures"]:
            if touch["effect"] == "counts" and touch["stands"] and is_withdrawn(cls):
                lost[touch["figure"]].append(entry["event_id"])
    for figure, ids in lost.items():
        path = f"{org_id}/figures/{figure}/difference"
        found = await reporting.get(path, year=2022, before=str(before))
        gone = {each["event"]["event_id"]: each for each in found["lines"]}
        then = await reporting.explain(org_id, figure, as_of=str(before))
        counted = {line["event_id"] for line in (*then["events"], *then["repeats"])} & set(ids)
        assert counted <= gone.keys(), figure
        assert all(gone[each]["change"] == "went" and gone[each]["because"] for each in counted)

    done = {CATALOGUE[entry["type"]].__name__ for entry in corrected}
    of_owners = {cls.__name__ for cls in CORRECTED_BY if cls.CONTEXT != "reporting"}
    assert of_owners - done == NOT_HERE


def is_withdrawn(cls: type[DomainEvent]) -> bool:
    """Whether what puts it right takes it out of its own period."""
    by = withdrawal_of(cls)
    return by is not None and issubclass(by, Withdrawal)


async def view(reporting: Reporting, org_id: str, event_id: str) -> dict[str, Any]:
    """An event as reporting answers it by now."""
    found: dict[str, Any] = await reporting.get(f"{org_id}/events/{event_id}")
    return found
