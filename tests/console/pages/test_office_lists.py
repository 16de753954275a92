"""Lists of the office: what is unknown is no zero, and every entry leads to its event."""

import pytest

from services.console.console import Console
from tests.console.answers import EVENT_ID, MEETING, UNION
from tests.console.conftest import Services, browser, session

MEETINGS = [
    {"meeting_id": "m1", "version": 1, "kind": "staff_congress", "title": "教代会",
     "convened_for": "2022-03-01", "delegates_due": 50, "delegates_present": None, "held_on": None,
     "school_year": None, "resolutions": []},
    {"meeting_id": "m2", "version": 2, "kind": "committee", "title": "委员会", "held_on": None,
     "convened_for": "2022-05-01", "delegates_due": 5, "delegates_present": None,
     "school_year": None, "resolutions": []},
]  # fmt: skip
ACTIVITY = {
    "activity_id": "a1", "version": 1, "title": "讲座", "kind": "lecture", "organiser": "own",
    "online": False, "planned_for": "2022-04-01", "cancelled": False, "registered": 3,
    "sessions": [{"session": 1, "held_on": "2022-04-01", "attended": 2}], "attended": 2,
    "person_times": 2, "unknown": 1, "entries": 0, "judged": False, "awards": 0,
}  # fmt: skip
ITEM = {
    "item_id": "p1", "version": 1, "plan_year": 2022, "section": "welfare", "title": "慰问",
    "due_on": "2022-06-01", "done_on": None, "state": "overdue", "evidence": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    attested = {"subject": "safety", "month": "2022-03", "incidents": 0, "version": 1}
    services.answers |= {
        f"{UNION}/meetings": {"items": MEETINGS, "next": None},
        f"{UNION}/activities": {"items": [ACTIVITY], "next": None},
        f"{UNION}/attestations": {"items": [attested], "next": None},
        f"{UNION}/plan-items": {"items": [ITEM, {**ITEM, "item_id": "p0", "state": "done"}],
                                "next": None},
        f"{UNION}/streams/meeting-m1": {
            "stream": "s", "version": 2, "events": [MEETING, {**MEETING, "withdrawn": True}],
        },
    }  # fmt: skip


async def text_of(console: Console, page: str, *roles: str) -> str:
    async with browser(console, session(*(roles or ("clerk",)))) as client:
        answer = await client.get(f"/tjtc/office/{page}")
    assert answer.status_code == 200
    return answer.text


async def test_a_meeting_that_is_no_congress_is_not_held_as_one(console: Console) -> None:
    text = await text_of(console, "meetings")
    assert text.index("委员会") < text.index('lang="zh-CN">教代会'), "latest first"
    assert "hold-congress?meeting_id=m1" in text and "hold-congress?meeting_id=m2" not in text
    assert "acts/" not in await text_of(console, "meetings", "approver")


async def test_who_registered_and_has_no_record_is_counted_apart(console: Console) -> None:
    text = await text_of(console, "activities")
    assert "报名未登记到场" in text
    assert "session=1&amp;attended_on=2022-04-01" in text and "cancel-activity" not in text


async def test_what_is_not_attested_is_said_and_is_no_zero(
    console: Console, services: Services
) -> None:
    text = await text_of(console, "attestations", "chair")
    assert "还有 35 项没有证明；没有证明的，是不知道，不是零。" in text
    assert "subject=public_opinion&amp;month=2022-03" in text
    assert "subject=safety&amp;month=2022-03" not in text
    assert await text_of(console, "attestations?year=x")
    years = [e.url.params["year"] for e in services.asked if e.url.path.endswith("attestations")]
    assert years == ["2022", "2022"]


async def test_what_is_overdue_comes_first(console: Console) -> None:
    text = await text_of(console, "plan")
    assert text.index("item_id=p1") < text.index(">p0<") and "item_id=p0" not in text
    assert "过期未完成 1 项" in text


async def test_an_entry_leads_to_its_event_and_may_be_taken_back_once(console: Console) -> None:
    text = await text_of(console, "entries/events/meeting-m1")
    assert text.count(f"/tjtc/events/{EVENT_ID}") == 2
    assert text.count("withdraw-events-entry") == 1 and "已撤回" in text


@pytest.mark.parametrize(
    "path", ["events/person-p-1", "members/meeting-m1", "benefits/gift-s.p-1", "events/meeting-no"]
)
async def test_no_address_names_a_person_s_stream(console: Console, path: str) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.get(f"/tjtc/office/entries/{path}")
    assert answer.status_code == 404


async def test_what_was_done_is_said_with_the_way_to_its_events(console: Console) -> None:
    text = await text_of(console, "meetings?done=convene-meeting&in=events/meeting-m1")
    assert "已记下：召集会议。" in text and "/office/entries/events/meeting-m1" in text
    assert "已记下" not in await text_of(console, "meetings?done=no-such-act")
