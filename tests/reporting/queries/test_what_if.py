"""Other values can be tried before they are law: what would change, and nothing is recorded."""

from datetime import date

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.queries.what_if import differences, tried, values_text, what_if
from services.reporting.rules import BY_ID, HERE
from shared.errors import Invalid, Unknown
from tests.reporting.office import Office
from tests.reporting.records import ORG, gift
from tests.reporting.rules.given import Given

WRITTEN = (HERE / "values" / "wel-04.yaml").read_text(encoding="utf-8")
FOUND = WRITTEN.replace(
    """      - effective_from: 2020-09-23
        status: UNKNOWN
""",
    """      - effective_from: 2020-09-23
        value: 150000
        status: CONF-P
""",
)
"""As if the document of 2020 had been found: 1,500 yuan."""


def test_a_value_that_is_found_decides_what_was_open() -> None:
    facts = Given(date(2022, 9, 7), {"gifts": [{"person": "甲", "yuan": "1200"}]}).facts()
    (change,) = differences(facts, BY_ID["wel-04"], tried("wel-04", FOUND))
    assert change.now is not None and change.then is not None
    assert (change.now.reason, change.then.reason) == ("over-last-known-cap", "within-cap")
    assert change.then.rule_version.startswith("wel-04.trial-")


def test_the_values_there_are_change_nothing() -> None:
    facts = Given(date(2022, 9, 7), {"gifts": [{"person": "甲", "yuan": "1200"}]}).facts()
    assert differences(facts, BY_ID["wel-04"], tried("wel-04", WRITTEN)) == []


def test_values_in_doubt_an_unknown_rule_and_missing_parameters_are_refused() -> None:
    with pytest.raises(Invalid, match=r"values-refused: wel-04\.yaml: cap_fen, entry 4"):
        tried("wel-04", FOUND.replace("150000", "1500.00"))
    with pytest.raises(Invalid, match=r"the formula reads \{'cap_fen': 'fen'\}"):
        tried("wel-04", FOUND.replace("cap_fen:", "limit_fen:"))
    with pytest.raises(Unknown, match="unknown-rule"):
        tried("wel-99", FOUND)


def test_another_cap_that_leaves_fewer_over_it_is_a_change() -> None:
    gifts = {"gifts": [{"person": "甲", "yuan": "1200"}, {"person": "乙", "yuan": "1600"}]}
    facts = Given(date(2022, 9, 7), gifts).facts()
    before, after = tried("wel-04", FOUND.replace("150000", "110000")), tried("wel-04", FOUND)
    (change,) = differences(facts, before, after)
    assert change.now is not None and change.then is not None
    assert change.now.outcome == change.then.outcome == "fail"
    assert (len(change.now.persons), len(change.then.persons)) == (2, 1)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("status: UNKNOWN", "status: [UNKNOWN]"),
        ("unit: fen", "unit: [fen]"),
        ("value: 150000", f"value: {'9' * 5000}"),
        ("values:", f"values: {'[' * 2000}"),
    ],
)
def test_what_is_no_values_file_at_all_is_refused_too(written: str, instead: str) -> None:
    assert written in FOUND
    with pytest.raises(Invalid, match="values-refused"):
        tried("wel-04", FOUND.replace(written, instead, 1))


async def test_it_is_tried_on_the_facts_of_a_period_and_leaves_no_event(
    pool: asyncpg.Pool,
) -> None:
    office = await Office.opened(pool)
    await office.happened(gift(1))
    at = await journal.last_index(pool)
    async with pool.acquire() as connection:
        rule = tried("wel-04", FOUND)
        of_2022 = await what_if(
            connection, ORG, date(2022, 1, 1), date(2022, 12, 31), at, rule=rule
        )
        of_2023 = await what_if(
            connection, ORG, date(2023, 1, 1), date(2023, 12, 31), at, rule=rule
        )
    assert [change.subject for change in of_2022] == ["year:2022"]
    assert of_2023 == []
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


def test_the_text_of_a_rules_values_is_the_rule_as_it_is() -> None:
    for rule_id in BY_ID:
        rule, text = values_text(rule_id)
        assert tried(rule_id, text).values == rule.values
    with pytest.raises(Unknown, match="unknown-rule"):
        values_text("../rules")
