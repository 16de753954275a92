"""The unions under a union, as its tree was on a day and as that was known."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.tree import tree_on
from shared.contract.members import OrganisationRegistered
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    organisation_corrected,
    organisation_registered,
)
from tests.reporting.history import History


def registered(name: str, under: str | None, on: str = "2000-01-01") -> OrganisationRegistered:
    return organisation_registered(org_id=name, parent_org_id=under, occurred_on=on)


def moved(name: str, to: str, on: str) -> tuple[Any, Any]:
    return (
        affiliation_transfer_started(org_id=name, to_parent=to, occurred_on="2021-01-01"),
        affiliation_transfer_completed(org_id=name, to_parent=to, occurred_on=on),
    )


async def under(pool: asyncpg.Pool, org: str, day: str, at: int | None = None) -> list[str]:
    known = await last_index(pool) if at is None else at
    found = await tree_on(pool, org, date.fromisoformat(day), known)
    return [f"{'-' * each.level}{each.union.org_id}" for each in found]


@pytest.fixture
async def city(simulated: Ingest) -> None:
    """A city with two groups; a college that moved from one to the other in June 2022."""
    await History()(
        registered("city", None), registered("group-a", "city"), registered("group-b", "city"),
        registered("college", "group-a"), registered("school", "college", "2022-09-01"),
        registered("other", None), *moved("college", "group-b", "2022-06-01"),
    ).told(simulated)  # fmt: skip


@pytest.mark.usefixtures("city")
async def test_a_union_stands_where_it_belonged_on_the_day(pool: asyncpg.Pool) -> None:
    assert await under(pool, "city", "2022-05-31") == [
        "city", "-group-a", "--college", "-group-b",
    ]  # fmt: skip
    assert await under(pool, "city", "2022-12-31") == [
        "city", "-group-a", "-group-b", "--college", "---school",
    ]  # fmt: skip
    assert await under(pool, "group-a", "2022-12-31") == ["group-a"]
    assert await under(pool, "nobody", "2022-12-31") == ["nobody"]


@pytest.mark.usefixtures("city")
async def test_it_is_told_as_it_was_known(pool: asyncpg.Pool) -> None:
    assert await under(pool, "group-b", "2022-12-31", at=6) == ["group-b"]


async def test_what_was_registered_wrongly_is_put_right_for_all_days(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        registered("city", None), registered("group-a", "city"),
        organisation_corrected(org_id="group-a", parent_org_id="province"),
    ).told(simulated)  # fmt: skip
    assert await under(pool, "city", "2010-01-01") == ["city"]
    assert await under(pool, "province", "2010-01-01") == ["province", "-group-a"]


async def test_a_circle_of_registrations_ends(pool: asyncpg.Pool, simulated: Ingest) -> None:
    await History()(registered("a-union", "b-union"), registered("b-union", "a-union")).told(
        simulated
    )
    assert await under(pool, "a-union", "2022-01-01") == ["a-union", "-b-union"]
