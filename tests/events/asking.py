"""Commands sent in tests: accepted, or refused with nothing written."""

from typing import Any

from shared.testing.http import InProcess
from tests.events.requests import BODIES


async def accepted(service: InProcess, *names: str) -> None:
    for name in names:
        answer = await service.command(name, BODIES[name])
        assert answer.status_code == 201, (name, answer.json())


async def refused(
    service: InProcess, name: str, body: dict[str, Any], status: int, code: str, **how: Any
) -> dict[str, Any]:
    """The command is refused so, with a Chinese title, and the log is as it was."""
    before = await service.event_count()
    answer = await service.command(name, body, **how)
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["title"] != code
    assert await service.event_count() == before
    return problem
