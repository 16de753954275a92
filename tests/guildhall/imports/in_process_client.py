"""An import's client of a service in this process: its real decisions, on a real PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any

from guildhall.imports.http_client import Answer
from shared.testing.http import TEST_ORG, InProcess

LookUp = Callable[[str], str | None]


class InProcessClient:
    """Sends commands of one service as a person in `role`. People are looked up at the service
    itself, where it is members, else by `people`."""

    def __init__(
        self,
        service: InProcess,
        role: str = "clerk",
        people: LookUp | None = None,
        *,
        enter_withdrawn: bool = False,
    ) -> None:
        self.service, self.role, self._people = service, role, people
        self._headers = {} if enter_withdrawn else {"Guildhall-Unless-Withdrawn": "true"}
        self.org_id = TEST_ORG

    async def command(self, service: str, name: str, body: Mapping[str, Any], key: str) -> Answer:
        """Send a command."""
        answer = await self.service.command(
            name, body, role=self.role, key=key, headers=self._headers
        )
        return Answer(answer.status_code, answer.json(), "idempotent-replayed" in answer.headers)

    async def preview(self, service: str, name: str, body: Mapping[str, Any]) -> Answer:
        """Preview a command."""
        headers = {"Guildhall-Preview": "true", **self._headers}
        answer = await self.service.command(name, body, role=self.role, headers=headers)
        return Answer(answer.status_code, answer.json())

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Look people up."""
        if self._people is None:
            answer = await self.service.command(path, body, role=self.role)
            return Answer(answer.status_code, answer.json())
        found = {number: self._people(number) for number in body["employee_nos"]}
        people = [{"employee_no": no, "person_id": one} for no, one in found.items() if one]
        return Answer(200, {"people": people})
