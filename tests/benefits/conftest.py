"""The benefits service in this process, with a union and the people it has heard of."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.benefits.__main__ import PARTS
from shared.testing.http import TEST_ORG, InProcess, in_process
from tests.benefits.requests import (
    ANN,
    BO,
    CAI,
    CHILD,
)
from tests.databases import NewDatabase
from tests.examples.members import (
    dependant_declared,
    member_joined,
    member_retired,
    organisation_registered,
    staff_registered,
)


@pytest_asyncio.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh database of this service."""
    return await new_database("shared.eventstore", "services.benefits")


@pytest_asyncio.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    """The service on a fresh database. Ann is a member in post with a child, Bo retired and kept
    membership, Cai is staff only."""
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        await running.hear(
            f"{TEST_ORG}/person-{ANN}",
            staff_registered(person_id=ANN),
            member_joined(person_id=ANN, occurred_on="2016-01-01"),
            dependant_declared(person_id=ANN, dependant_id=CHILD, occurred_on="2020-06-01"),
        )
        await running.hear(
            f"{TEST_ORG}/person-{BO}",
            staff_registered(person_id=BO, gender="male"),
            member_joined(person_id=BO, occurred_on="2016-01-01"),
            member_retired(person_id=BO, occurred_on="2021-07-01"),
        )
        await running.hear(f"{TEST_ORG}/person-{CAI}", staff_registered(person_id=CAI))
        yield running
