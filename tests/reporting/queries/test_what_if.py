"""Other values can be tried before they are law: what would change, and nothing is recorded."""

from datetime import date

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.queries.what_if import differences, tallied, tried, values_text, what_if
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


BIRTHS = {
    "members": [{"person": each} for each in "甲乙丙丁"],
    "gifts": [
        *(
            {"person": each, "programme": "baby", "occasion": "birth", "yuan": "1000"}
            for each in "甲乙丙丁"
        ),
        {"person": "甲", "programme": "wed", "occasion": "marriage", "yuan": "1000"},
    ],
}
"""The four births of the report at 1,000 yuan, and a marriage."""


def births(fen: int) -> str:
    """WEL-09 as if Anhui's figure of one day had held from that day on."""
    text = (HERE / "values" / "wel-09.yaml").read_text(encoding="utf-8")
    stated = """        - effective_from: 2018-04-28
          effective_to: 2018-04-28
          value: 60000
"""
    after = text.index("        - effective_from: 2018-04-29")
    assert stated in text
    held = stated.replace("          effective_to: 2018-04-28\n", "").replace("60000", str(fen))
    return text[:after].replace(stated, held)


def test_by_another_place_s_figures_exactly_the_births_turn_and_here_they_stay_open() -> None:
    facts = Given(date(2022, 9, 7), BIRTHS).facts()
    rule = BY_ID["wel-09"]
    assert {verdict.outcome for verdict in rule.verdicts(facts)} == {"indeterminate"}
    for fen, outcome in ((60_000, "fail"), (200_000, "pass")):
        then = tried("wel-09", births(fen))
        found = differences(facts, rule, then, "anhui")
        assert [(pair.then and pair.then.outcome) for pair in found] == [outcome] * 4
        assert tallied(found) == [
            {"now": "indeterminate", "then": outcome, "subjects": 4, "persons": 4}
        ]
        assert differences(facts, rule, then) == [], "what Anhui gives says nothing of Tianjin"


def test_two_places_stand_side_by_side_by_the_values_there_are() -> None:
    facts = Given(date(2025, 8, 21), BIRTHS).facts()
    for rule in ("wel-08", "wel-09"):
        found = differences(facts, BY_ID[rule], tried(rule, None), "anhui")
        assert {(p.now and p.now.outcome, p.then and p.then.outcome) for p in found} == {
            ("indeterminate", "pass")
        }
    assert tallied([]) == []
