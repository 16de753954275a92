"""Reports are issued by a chair, listed, read back to the byte, and superseded."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.reporting.ingest.apply import Ingest
from shared.testing.http import token
from tests.reporting.api.conftest import Asker
from tests.reporting.comparisons import compared
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG
from tests.reporting.travel import Travel

YEAR: dict[str, Any] = {"period_from": "2022-01-01", "period_to": "2022-12-31"}
TEXT = YEAR | {"formats": ["md"]}


class Desk:
    """People of the union's office at the API, after a whole year."""

    def __init__(self, asker: Asker, travel: Travel) -> None:
        self.asker, self.travel = asker, travel

    async def send(
        self, command: str, body: Any, *, role: str = "chair", subject: str = "", key: str = ""
    ) -> httpx.Response:
        """A command, as somebody in a role; what it wrote has arrived in the journal."""
        headers = {
            "Authorization": f"Bearer {token(role, subject=subject)}",
            "Idempotency-Key": key or str(uuid4()),
        }
        path = f"/v1/{ORG}/{command}"
        answer = await self.asker.client.post(path, json=body, headers=headers)
        await self.travel()
        return answer

    async def done(self, command: str, body: Any, **more: Any) -> Any:
        """The reply to a command that is accepted."""
        answer = await self.send(command, body, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(self, command: str, body: Any, **more: Any) -> tuple[int, str]:
        """Status and code of a command that is refused."""
        answer = await self.send(command, body, **more)
        return answer.status_code, answer.json().get("code", "accepted")


@pytest.fixture
async def desk(asker: Asker, simulated: Ingest, pool: asyncpg.Pool) -> Desk:
    """The office after the whole year, whose sources were all compared."""
    await whole_year().told(simulated)
    await compared(pool)
    return Desk(asker, Travel(pool, simulated))


async def test_a_chair_issues_the_report_and_its_file_is_kept_to_the_byte(desk: Desk) -> None:
    issued = await desk.done("issue-report", TEXT)
    assert issued["report_id"] == "annual.2022-01-01.2022-12-31.1"
    (listed,) = (await desk.asker.answer(f"{ORG}/reports"))["reports"]
    (file,) = listed["files"]
    answer = await desk.asker.get(f"{ORG}/reports/{issued['report_id']}/files/md")
    assert sha256(answer.content).hexdigest() == file["sha256"] == answer.headers["etag"][1:-1]
    assert len(answer.content) == file["bytes"]
    assert listed["signers"] == [{"role": "chair", "account": "chair-1"}]
    shown = await desk.asker.answer(f"{ORG}/reports/{issued['report_id']}")
    asked = await desk.asker.answer(f"{ORG}/figures", year=2022, as_of=str(issued["known_at"]))
    assert shown["figures"] == {each["figure"]: each["value"] for each in asked["figures"]}
