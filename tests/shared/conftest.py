"""Databases of an event store."""

import pytest

from tests.databases import NewDatabase


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh database with an event store and nothing else."""
    return await new_database("shared.eventstore")
