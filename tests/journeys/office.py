"""A union's office: its people send commands over HTTP and read what the owners answer."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from deploy.stack.stack import Stack
from tests.journeys.waiting import until

NOW = "2022-12-31T12:00:00+08:00"
FOUNDED, ISSUED = "2022-01-01", "2022-01-20"
ROWS_MAX = 1000

UNION = {"name": "演示工会", "kind": "grassroots", "simulated": True, "registered_on": FOUNDED}
ACTIVITY = {
    "activity_id": "match",
    "title": "教职工羽毛球赛",
    "kind": "sport",
    "organiser": "own",
    "online": False,
    "planned_for": "2022-03-01",
    "planned_on": FOUNDED,
}


class Office:
    """One union of a stack. Every command states the simulated clock's instant, NOW."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, org_id: str) -> None:
        self.stack, self.http, self.org_id = stack, http, org_id

    async def send(
        self,
        service: str,
        name: str,
        body: Mapping[str, Any],
        *,
        person: str | None = "clerk",
        **headers: str,
    ) -> httpx.Response:
        """Send a command once; whatever is answered is returned. `if_match` is If-Match."""
        sent = {"Idempotency-Key": str(uuid.uuid4()), "Guildhall-Simulated-Now": NOW}
        if person is not None:
            sent["Authorization"] = f"Bearer {await self.stack.token(person)}"
        sent |= {header.replace("_", "-"): value for header, value in headers.items()}
        url = f"{self.stack.urls[service]}/v1/{self.org_id}/{name}"
        return await self.http.post(url, json=body, headers=sent)

    async def do(
        self,
        service: str,
        name: str,
        body: Mapping[str, Any],
        *,
        person: str = "clerk",
        **headers: str,
    ) -> dict[str, Any]:
        """Send a command that must be accepted; a copy that lags (503) is waited for."""
        answer = await until(
            lambda: self.send(service, name, body, person=person, **headers),
            lambda answer: answer.status_code != 503,
        )
        assert answer.status_code == 201, f"{name}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    async def ask(self, service: str, path: str, *, person: str = "clerk", **query: Any) -> Any:
        """What a service answers to GET `/v1/<org>/<path>`."""
        bearer = {"Authorization": f"Bearer {await self.stack.token(person)}"}
        url = f"{self.stack.urls[service]}/v1/{self.org_id}/{path}"
        answer = await self.http.get(url, params=query, headers=bearer)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def found(self) -> None:
        """Register the union; every service that keeps a copy has heard of it afterwards."""
        await self.do("members", "register-organisation", UNION, person="operator")
        position = f"{self.org_id}/organisation@1"
        await self.do("events", "plan-activity", ACTIVITY, guildhall_after=position)

    async def take_on(self, count: int, first: int = 0) -> list[str]:
        """Register so many staff and admit them as members; benefits has heard of all of them."""
        people = await self.enrol(count, first)
        await until(self.members_heard, lambda heard: heard == first + count)
        return people

    async def enrol(self, count: int, first: int = 0) -> list[str]:
        """Register so many staff and admit them as members, whether anybody hears of it or not."""
        people = [f"p-{self.org_id.replace('-', '')}{n:06d}" for n in range(first, first + count)]
        for at in range(0, count, ROWS_MAX):
            some = people[at : at + ROWS_MAX]
            await self.do("members", "register-staff", {"people": list(map(_post, some))})
            await self.do("members", "admit-members", {"people": list(map(_admission, some))})
        return people

    async def members_heard(self) -> int:
        """How many members benefits' own copy holds."""
        preview = await self.ask("benefits", "roster-preview", population="members", as_of=ISSUED)
        return int(preview["count"])

    async def open_programme(self, programme_id: str, occasion: str) -> None:
        """Open a programme for all members and freeze its roster."""
        terms = {
            "programme_id": programme_id,
            "title": "慰问",
            "occasion": occasion,
            "population": "members",
            "payment_form": "goods",
            "unit_value_fen": 30_000,
            "fund": "union_funds",
            "payer": "own",
            "opened_on": FOUNDED,
        }
        position = f"{self.org_id}/organisation@1"
        await self.do("benefits", "open-programme", terms, guildhall_after=position)
        roster = {
            "programme_id": programme_id,
            "as_of": ISSUED,
            "expected_count": await self.members_heard(),
        }
        await self.do("benefits", "freeze-roster", roster)

    async def issue(self, programme_id: str) -> int:
        """Issue a programme's gift to its whole roster; returns how many the reply counts."""
        body = {"programme_id": programme_id, "issued_on": ISSUED}
        return int((await self.do("benefits", "issue-gifts-to-roster", body))["issued"])

    async def hand_out(self, programme_id: str, occasion: str) -> int:
        """Open a programme and issue its gift to every member."""
        await self.open_programme(programme_id, occasion)
        return await self.issue(programme_id)

    async def issue_one(self, programme_id: str, person_id: str, **more: Any) -> dict[str, Any]:
        """Issue a programme's gift to one person."""
        body = {
            "programme_id": programme_id,
            "person_id": person_id,
            "capacity": "member",
            "issued_on": ISSUED,
            **more,
        }
        return await self.do("benefits", "issue-gift", body)

    async def sign(self, programme_id: str, people: Sequence[str]) -> None:
        """Record the signatures of these people."""
        receipts = [{"person_id": person, "signed_on": ISSUED} for person in people]
        await self.do(
            "benefits", "sign-receipts", {"programme_id": programme_id, "receipts": receipts}
        )

    async def take_back(self, programme_id: str, person_id: str) -> None:
        """Record that a gift was entered in error."""
        body = {
            "programme_id": programme_id,
            "person_id": person_id,
            "reason": "entered_in_error",
            "returned_on": "2022-02-01",
        }
        await self.do("benefits", "return-gift", body)


def _post(person_id: str) -> dict[str, Any]:
    number = person_id.removeprefix("p-")
    return {
        "person_id": person_id,
        "employee_no": number,
        "name": "王利",
        "gender": "female",
        "birth_month": 1 + int(number[-6:]) % 12,
        "registered_on": FOUNDED,
    }


def _admission(person_id: str) -> dict[str, Any]:
    return {"person_id": person_id, "joined_on": FOUNDED, "kind": "new"}
