"""What a payment names is looked up in the union's records, source by source, as known then."""

import asyncpg

from services.reporting.journal import log as journal
from services.reporting.projections.books import Payment
from services.reporting.queries.facts import read_facts
from services.reporting.queries.referred import NAMED, referred
from services.reporting.rules.facts import Referred
from services.reporting.rules.formulas.no_8 import CHECKED
from shared.contract.catalogue import source_of
from tests.examples.benefits import claim_approved, claim_filed, expenditure_paid, programme_opened
from tests.examples.events import congress_held
from tests.reporting.office import YEAR, Office
from tests.reporting.records import ORG
from tests.reporting.rules.given import Given

BENEFITS, EVENTS = source_of("benefits"), source_of("events")


def paying(for_: str | None, decided: str | None = None) -> Payment:
    row = {"id": "p"} if for_ is None else {"id": "p", "for": for_}
    if decided is not None:
        row["decided"] = decided
    given = Given(YEAR[0], {})
    return given.payment(row)


def test_what_the_rule_can_check_is_what_is_looked_up() -> None:
    assert set(CHECKED) == NAMED.keys()


async def test_programmes_claims_and_meetings_are_found_by_the_names_of_their_streams(
    pool: asyncpg.Pool,
) -> None:
    office = await Office.opened(pool)
    opened, met = programme_opened(programme_id="spring"), congress_held(meeting_id="jdh")
    filed = claim_filed(claim_id="c1")
    approved = claim_approved(claim_id="c1", occurred_on="2022-03-03")
    await office.happened(opened, met, filed, approved)
    at = await journal.last_index(pool)
    paid = [
        paying("programme-spring"),
        paying("claim-c1", decided="jdh"),
        paying("activity-none"),
        paying(None),
    ]
    found = await referred(pool, ORG, at, paid)
    assert found == {
        "programme-spring": {BENEFITS: Referred(opened.payer, None)},
        "claim-c1": {BENEFITS: Referred(approved.kind, approved.occurred_on)},
        "meeting-jdh": {EVENTS: Referred(met.kind, met.occurred_on)},
    }
    assert await referred(pool, ORG, 0, paid) == {}, "nothing was known yet"
    assert await referred(pool, "other", at, paid) == {}, "of another union"
    assert await referred(pool, ORG, at, []) == {}


async def test_facts_hold_what_their_payments_name(pool: asyncpg.Pool) -> None:
    office = await Office.opened(pool)
    opened = programme_opened(programme_id="spring")
    paid = expenditure_paid(
        refers_to=f"{ORG}/programme-spring", decision_ref=None, occurred_on="2022-02-01"
    )
    await office.happened(opened, paid)
    async with pool.acquire() as connection:
        facts = await read_facts(connection, ORG, *YEAR, await journal.last_index(pool))
    assert facts.referred == {"programme-spring": {BENEFITS: Referred(opened.payer, None)}}
    assert [union.org_id for union in facts.unions] == [ORG]
