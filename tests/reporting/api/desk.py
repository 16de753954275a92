"""People of the union's office at the API."""

from typing import Any
from uuid import uuid4

import httpx

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
