"""A union's rows as they were known; and on which days a person was a member, as SQL has it."""

import random
from datetime import date, timedelta

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.findings import FINDINGS
from services.reporting.projections.meetings import MEETINGS
from services.reporting.projections.register import REGISTER, Registration
from services.reporting.queries.rows import member_on, row_of, rows_of
from tests.examples.reporting import finding_raised
from tests.reporting.history import History
from tests.reporting.projections.rows import only
from tests.reporting.records import ORG
from tests.reporting.year import joined, left, person

DAY = date(2022, 1, 1)


OURS = "/guildhall/members"


def some_registration(chance: random.Random) -> Registration:
    """Any spells of membership, long or a day, one upon the other."""

    def day() -> date:
        return DAY + timedelta(days=chance.randrange(12))

    former = tuple("/".join(map(str, sorted((day(), day())))) for _ in range(chance.randrange(3)))
    since = day() if chance.random() < 0.8 else None
    until = day() if chance.random() < 0.5 else None
    return Registration(ORG, "王梅", OURS, member_from=since, member_until=until, former=former)


async def test_sql_and_the_register_agree_on_who_was_a_member(pool: asyncpg.Pool) -> None:
    chance = random.Random(2022)
    asked = f"""SELECT coalesce({member_on("g", "$4::date")}, false)
        FROM (SELECT $1::date AS member_from, $2::date AS member_until, $3::text[] AS former) g"""
    told = set()
    async with pool.acquire() as connection:
        statement = await connection.prepare(asked)
        for _ in range(300):
            row, day = some_registration(chance), DAY + timedelta(days=chance.randrange(12))
            found = await statement.fetchval(row.member_from, row.member_until, row.former, day)
            assert found == row.member_on(day), (row, day)
            told.add(found)
    assert told == {True, False}


async def test_rows_are_those_of_the_union_as_known_in_the_order_asked_for(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(joined(2, "2022-01-01"), joined(1, "2022-02-01"), left(2, "2022-03-01"))
    history(joined(3, "2022-01-01").model_copy(update={"org_id": "jt-group"}))
    await history.told(simulated)

    async def known(at: int, org_id: str = ORG) -> list[tuple[str, date | None]]:
        rows = await rows_of(pool, REGISTER, org_id, at, "person_id")
        return [(row.person_id, row.member_until) for row in rows]

    assert await known(0) == []
    assert await known(2) == [(person(1), None), (person(2), None)]
    assert await known(4) == [(person(1), None), (person(2), date(2022, 3, 1))]
    assert await known(4, "jt-group") == [(person(3), None)]
    assert await rows_of(pool, MEETINGS, ORG, 4, "meeting_id") == []


def test_a_row_is_read_from_a_record_whatever_else_it_holds_and_in_whatever_order() -> None:
    row = only(FINDINGS, finding_raised(evidence=("a", "b")))
    record = dict(reversed(row._asdict().items()))
    record |= {"evidence": ["a", "b"], "valid_from": 1, "valid_to": 2}
    assert row_of(FINDINGS, record) == row
