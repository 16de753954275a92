"""The benefits service in this process, with a union and the people it has heard of."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.benefits.__main__ import PARTS
from shared.testing.http import TEST_ORG, InProcess, in_process
from tests.benefits.examples import (
    ANN,
    BO,
    CAI,
    CHILD,
    dependant_declared,
    member_joined,
    member_retired,
    staff_registered,
    union_registered,
)


@pytest_asyncio.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    """The service on an empty database. Ann is a member in post with a child, Bo retired and kept
    membership, Cai is staff only."""
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", union_registered())
        await running.hear(
            f"{TEST_ORG}/person-{ANN}",
            staff_registered(ANN),
            member_joined(ANN),
            dependant_declared(ANN, CHILD),
        )
        await running.hear(
            f"{TEST_ORG}/person-{BO}",
            staff_registered(BO, gender="male"),
            member_joined(BO),
            member_retired(BO),
        )
        await running.hear(f"{TEST_ORG}/person-{CAI}", staff_registered(CAI))
        yield running
