"""The register as JSON values: each rule once, in one state, with its instruments' days."""

from typing import get_args

import orjson
import pytest

from services.reporting.queries.register import STATES, register_listed, states_counted
from services.reporting.rules import BY_ID, INSTRUMENTS, REGISTER
from services.reporting.rules.register import State


def test_every_rule_is_listed_once_in_the_state_that_follows() -> None:
    listed = register_listed()
    assert [row["id"] for row in listed] == [entry.id for entry in REGISTER]
    for row, entry in zip(listed, REGISTER, strict=True):
        assert row["state"] == entry.state(BY_ID)
        rule = BY_ID.get(entry.rule)
        assert row["rule_version"] == (rule.version if rule else None)
        assert [each["key"] for each in row["instruments"]] == list(entry.instruments)
        for each in row["instruments"]:
            assert each == INSTRUMENTS[each["key"]]._asdict()
    assert orjson.loads(orjson.dumps(listed))


@pytest.mark.parametrize("state", get_args(State))
def test_one_state_alone_is_listed_and_they_add_up(state: State) -> None:
    found = register_listed(state)
    assert {row["state"] for row in found} <= {state}
    assert states_counted()[state] == len(found)


def test_the_states_are_all_rules_and_a_rule_not_judged_says_why() -> None:
    assert sum(states_counted().values()) == len(REGISTER)
    assert tuple(states_counted()) == STATES
    for row in register_listed():
        why = (row["rule_version"], row["missing"], row["merged_into"], row["not_for_a_machine"])
        assert any(why) or row["state"] == "not_written", row["id"]
