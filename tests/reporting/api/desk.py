"""People of the union's office at the API."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from services.reporting.findings.reactor import MARK
from services.reporting.journal.log import last_index
from shared.testing.http import token
from tests.reporting.api.conftest import Asker
from tests.reporting.records import ORG
from tests.reporting.travel import Travel


class Desk:
    """Sends commands as people in roles; what a command wrote has then arrived in the journal."""

    def __init__(self, asker: Asker, travel: Travel) -> None:
        self.asker, self.travel = asker, travel

    async def send(
        self, command: str, body: Any, *, role: str = "chair", subject: str = "", key: str = ""
    ) -> httpx.Response:
        """A command, as somebody in a role."""
        headers = {
            "Authorization": f"Bearer {token(role, subject=subject)}",
            "Idempotency-Key": key or str(uuid4()),
        }
        path = f"/v1/{ORG}/{command}"
        if command in ("issue-report", "supersede-report"):
            await self.mark()
        answer = await self.asker.client.post(path, json=body, headers=headers)
        await self.travel()
        return answer

    async def mark(self) -> None:
        """What is in the journal counts as judged; the reactor judges all of it again."""
        pool = self.travel.pool
        await pool.execute(MARK, await last_index(pool), date(2000, 1, 1), "none")

    async def done(self, command: str, body: Any, **more: Any) -> Any:
        """The reply to a command that is accepted."""
        answer = await self.send(command, body, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(self, command: str, body: Any, **more: Any) -> tuple[int, str]:
        """Status and code of a command that is refused."""
        answer = await self.send(command, body, **more)
        return answer.status_code, answer.json().get("code", "accepted")
