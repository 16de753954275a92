"""A rule's values can be tried over HTTP, as the command line does."""

from services.reporting.ingest.apply import Ingest
from services.reporting.rules import BY_ID
from tests.reporting.api.conftest import Asker
from tests.reporting.office import Office
from tests.reporting.queries.test_what_if import FOUND, WRITTEN
from tests.reporting.records import ORG, gift

PATH = f"{ORG}/rules/wel-04/what-if"


async def test_what_tried_values_change_is_told_with_both_verdicts(
    asker: Asker, simulated: Ingest
) -> None:
    office = await Office.opened(simulated.pool)
    await office.happened(gift(1))
    before = await simulated.pool.fetchval("SELECT count(*) FROM events")
    answer = await asker.post(PATH, {"values": FOUND}, role="auditor", year=2022)
    assert answer.is_success, answer.text
    told = answer.json()
    assert told["rule"] == "wel-04"
    assert told["rule_version"].startswith("wel-04.trial-")
    (difference,) = told["differences"]
    assert difference["subject"] == "year:2022"
    assert difference["now"]["rule_version"] == BY_ID["wel-04"].version
    assert (difference["now"]["outcome"], difference["then"]["outcome"]) == (
        "indeterminate",
        "pass",
    )
    assert await simulated.pool.fetchval("SELECT count(*) FROM events") == before


async def test_the_values_there_are_change_nothing_and_another_year_is_not_asked(
    asker: Asker, simulated: Ingest
) -> None:
    office = await Office.opened(simulated.pool)
    await office.happened(gift(1))
    for values, year in ((WRITTEN, 2022), (FOUND, 2023)):
        answer = await asker.post(PATH, {"values": values}, role="auditor", year=year)
        assert answer.json()["differences"] == [], answer.text


async def test_a_rule_that_is_none_and_values_that_are_none_are_named(asker: Asker) -> None:
    unknown = await asker.post(
        f"{ORG}/rules/wel-99/what-if", {"values": FOUND}, role="auditor", year=2022
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-rule")
    refused = await asker.post(PATH, {"values": "a: [1"}, role="auditor", year=2022)
    assert (refused.status_code, refused.json()["code"]) == (422, "values-refused")
    missing = await asker.post(PATH, {}, role="auditor", year=2022)
    assert missing.status_code == 422
