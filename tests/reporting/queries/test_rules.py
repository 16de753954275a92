"""The rules as JSON values: complete, exact, and of no type that JSON lacks."""

from datetime import date
from fractions import Fraction

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.queries.rules import plain_value, rules_listed, value_listed
from services.reporting.rules import INSTRUMENTS, RULES
from services.reporting.rules.dated import InForce, Value
from services.reporting.rules.definition import SHARED_REASONS


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (0, 0),
        (10**16, 10**16),
        (Fraction(2, 3), "2/3"),
        (Fraction(4, 2), "2/1"),
        (("春节", "birthday"), ["春节", "birthday"]),
        ((), []),
    ],
)
def test_a_value_is_plain_and_exact(value: Value | None, plain: object) -> None:
    assert plain_value(value) == plain
    assert orjson.loads(orjson.dumps(plain_value(value))) == plain


@given(st.fractions(min_value=0))
def test_a_fraction_can_be_read_back(fraction: Fraction) -> None:
    told = plain_value(fraction)
    assert isinstance(told, str) and Fraction(told) == fraction


def test_a_dated_value_is_told_with_the_instrument_it_is_quoted_from() -> None:
    key = "NAT-2017"
    entry = InForce(
        "cap_fen", 100_000, "CONF-S", date(2017, 12, 15), None, "national", key, "第八条", "S15"
    )
    told = value_listed(entry)
    assert {told[name] for name in ("instrument_title",)} == {INSTRUMENTS[key].title}
    assert told["instrument_number"] == INSTRUMENTS[key].number
    assert {name: told[name] for name in entry._fields} == entry._asdict()


def test_a_value_that_is_not_known_is_null() -> None:
    entry = InForce("a", None, "UNKNOWN", None, None, "national", "NAT-2017", "未查到", "none")
    assert (value_listed(entry)["value"], value_listed(entry)["status"]) == (None, "UNKNOWN")


def test_every_rule_is_listed_with_all_its_values_and_reasons() -> None:
    listed = {rule["id"]: rule for rule in rules_listed()}
    assert list(listed) == [rule.id for rule in RULES]
    for rule in RULES:
        told = listed[rule.id]
        assert (told["version"], told["title"]) == (rule.version, rule.values.zh)
        assert [value["name"] for value in told["values"]] == list(rule.values.parameters)
        for value in told["values"]:
            parameter = rule.values.parameters[value["name"]]
            assert value["unit"] == parameter.unit
            assert [e["clause"] for e in value["entries"]] == [e.clause for e in parameter.entries]
        codes = [reason.code for reason in (*rule.reasons, *SHARED_REASONS)]
        assert [reason["code"] for reason in told["reasons"]] == codes
        assert all(reason["sentence"] for reason in told["reasons"])


def test_the_list_is_json_with_its_chinese() -> None:
    assert "限额" in orjson.dumps(rules_listed()).decode()
    assert rules_listed([]) == []
