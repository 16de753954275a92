"""Asking the service in process: what is accepted, what is refused with nothing written."""

from typing import Any

from shared.testing.http import InProcess
from tests.benefits.requests import BODIES


async def accepted(service: InProcess, *names: str) -> dict[str, Any]:
    """These commands are accepted in their role and turn; returns the last one's reply."""
    body: dict[str, Any] = {}
    for name in names:
        body = await done(service, name, BODIES[name][1])
    return body


async def done(service: InProcess, name: str, body: dict[str, Any], **how: Any) -> dict[str, Any]:
    """The command is accepted, by default in the role of its example; returns the reply."""
    role = BODIES[name][0] if name in BODIES else "approver"
    answer = await service.command(name, body, **{"role": role, **how})
    reply: dict[str, Any] = answer.json()
    assert answer.status_code == 201, (name, reply)
    return reply


async def refused(
    service: InProcess, name: str, body: dict[str, Any], status: int, code: str, **how: Any
) -> dict[str, Any]:
    """The command is refused so, with a Chinese title, and nothing was written; returns why."""
    before = await service.event_count()
    role = BODIES[name][0] if name in BODIES else "approver"
    answer = await service.command(name, body, **{"role": role, **how})
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["title"] != code
    assert await service.event_count() == before
    return problem
