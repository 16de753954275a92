"""The members service in this process, and its union with a few people."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.members.__main__ import parts
from shared.testing.http import InProcess, in_process
from tests.databases import NewDatabase

PERSON_KEY = "0f" * 32


@pytest_asyncio.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh database of this service."""
    return await new_database("shared.eventstore", "services.members")


@pytest_asyncio.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    """The service on a fresh database, with no union yet."""
    async with in_process(parts(PERSON_KEY), database) as running:
        yield running


@pytest_asyncio.fixture
async def union(service: InProcess) -> InProcess:
    """The service with the union of the report registered."""
    accepted(
        await service.command(
            "register-organisation",
            {
                "name": "天津交通职业学院工会",
                "kind": "grassroots",
                "parent_org_id": "jt-group",
                "simulated": True,
                "registered_on": "2002-05-01",
            },
            role="operator",
        )
    )
    return service


def accepted(answer: httpx.Response) -> httpx.Response:
    """The answer, after making sure that it is not a refusal."""
    assert answer.is_success, answer.text
    return answer
