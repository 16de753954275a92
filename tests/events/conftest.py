"""The events service in this process, with a union and three people it has heard of."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.events.__main__ import PARTS
from shared.testing.http import TEST_ORG, InProcess, in_process
from tests.databases import NewDatabase
from tests.events.requests import ANN, BO, CAI
from tests.examples.members import organisation_registered, staff_registered


@pytest_asyncio.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh database of this service."""
    return await new_database("shared.eventstore", "services.events")


@pytest_asyncio.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    """The service on a fresh database; its copy knows the union, Ann, Bo and Cai."""
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        for person in (ANN, BO, CAI):
            await running.hear(f"{TEST_ORG}/person-{person}", staff_registered(person_id=person))
        yield running
