"""A file of dated values is refused unless it is beyond doubt."""

import contextlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.rules import INSTRUMENTS, RULES, _load, wel_04
from services.reporting.rules.values_file import (
    ValuesRefused,
    load_instruments,
    load_values,
    read_values,
)

GOOD = """\
rule: cap
title: {zh: 限额, en: Cap}
values:
  cap_fen:
    zh: 每人限额
    unit: fen
    entries:
      - effective_from: 2017-12-15
        effective_to: 2020-12-31
        value: 100000
        status: CONF-S
        jurisdiction: national
        instrument: NAT-2017
        clause: 第八条
        source: S15
      - effective_from: 2021-01-01
        status: UNKNOWN
        jurisdiction: national
        instrument: NAT-2017
        clause: 未查到
        source: none
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "cap.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_beyond_doubt_is_read(tmp_path: Path) -> None:
    values = load_values(write(tmp_path, GOOD), INSTRUMENTS)
    cap = values.on("cap_fen", date(2020, 12, 31))
    assert cap is not None
    assert (cap.value, cap.status, cap.firm_in("tianjin")) == (100000, "CONF-S", True)


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("value: 100000", "value: 1000.00", "no value in fen"),
        ("value: 100000", 'value: "1000.00"', "no value in fen"),
        ("value: 100000", "value: 0100000", "no value in fen"),
        ("value: 100000", "value: 1_000", "no value in fen"),
        ("value: 100000", "value: 12:30", "no value in fen"),
        ("value: 100000", "value: -1", "no value in fen"),
        ("value: 100000", "value: [100000]", "no value in fen"),
        ("value: 100000", "value: on", "no value in fen"),
        ("value: 100000", "value:", "left empty"),
        ("        value: 100000\n", "", "left out exactly where it is UNKNOWN"),
        ("status: UNKNOWN", "value: 5\n        status: UNKNOWN", "left out exactly"),
        ("value: 100000", "value: 100000\n        value: 200000", "repeated keys ['value']"),
        ("status: CONF-S", "status: CONFIRMED", "status 'CONFIRMED'"),
        ("        clause: 第八条\n", "", "missing ['clause']"),
        ("        source: S15\n", "", "missing ['source']"),
        ("clause: 第八条", "clause: " + "条" * 121, "at most 120 characters"),
        ("source: S15", "source: S15\n        note: x", "unknown ['note']"),
        (
            "instrument: NAT-2017\n        clause: 第八条",
            "instrument: NAT-1\n        clause: 八",
            "not in the register",
        ),
        (
            "instrument: NAT-2017\n        clause: 第八条",
            "instrument: TJ-TRIAL\n        clause: 八",
            "superseded after 2017-09-21",
        ),
        ("effective_from: 2017-12-15", "effective_from: 2017-12-14", "in force from 2017-12-15"),
        ("effective_from: 2017-12-15", "effective_from: 2017-02-30", "no day"),
        ("effective_from: 2017-12-15", "effective_from: 20171215", "no day"),
        ("effective_from: 2021-01-01\n        status", "status", "in force from 2017-12-15 only"),
        (
            "effective_from: 2021-01-01\n        status: UNKNOWN\n        jurisdiction: national\n"
            "        instrument: NAT-2017",
            "status: UNKNOWN\n        jurisdiction: national\n        instrument: AUDIT-PRACTICE",
            "only a first entry has no effective_from",
        ),
        ("effective_from: 2021-01-01", "effective_from: 2021-01-02", "must begin the day after"),
        ("effective_from: 2021-01-01", "effective_from: 2020-12-31", "must begin the day after"),
        ("effective_from: 2021-01-01", "effective_from: 2018-01-01", "must begin the day after"),
        ("effective_to: 2020-12-31", "effective_to: 2017-12-01", "ends before it begins"),
        ("        effective_to: 2020-12-31\n", "", "only the last entry"),
        (
            "effective_from: 2021-01-01",
            "effective_from: 2021-01-01\n        effective_to: 2022-01-01",
            "say what holds after 2022-01-01",
        ),
        (
            "jurisdiction: national\n        instrument: NAT-2017\n        clause: 第八条",
            "jurisdiction: mars\n        instrument: NAT-2017\n        clause: 第八条",
            "'mars'",
        ),
        ("unit: fen", "unit: yuan", "unit 'yuan'"),
        ("unit: fen", "unit: days", "money is named"),
        ("cap_fen:", "cap:", "money is named"),
        ("rule: cap", "rule: other", "says it is rule 'other'"),
        ("title: {zh: 限额, en: Cap}", "title: {zh: 限额}", "missing ['en']"),
        ("title: {zh: 限额, en: Cap}", "title: &t {zh: 限额, en: Cap}", "anchors are refused"),
        ("value: 100000", "value: !!int 100000", "tags are refused"),
        ("rule: cap", "rule: cap\nrule: cap", "repeated keys ['rule']"),
        ("rule: cap", "rule: cap\n---\nrule: cap", "expected a single document"),
    ],
)
def test_anything_odd_is_refused(tmp_path: Path, was: str, becomes: str, why: str) -> None:
    assert GOOD.count(was) >= 1
    with pytest.raises(ValuesRefused) as refused:
        load_values(write(tmp_path, GOOD.replace(was, becomes, 1)), INSTRUMENTS)
    assert why in str(refused.value)
    assert "cap.yaml" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ("{a: b}", "expected a map"),
        ("b", "at least one value"),
        ("[b]", "at least one value"),
        ("{}", "left empty"),
        ("{a: {zh: 甲, unit: days, entries: b}}", "no entries"),
    ],
)
def test_a_file_without_values_is_refused(tmp_path: Path, values: str, why: str) -> None:
    text = f"rule: cap\ntitle: {{zh: 限额, en: Cap}}\nvalues: {values}\n"
    with pytest.raises(ValuesRefused, match=why):
        load_values(write(tmp_path, text), INSTRUMENTS)


def test_a_clause_may_fill_what_a_finding_can_bear(tmp_path: Path) -> None:
    text = GOOD.replace("clause: 第八条", "clause: " + "条" * 120)
    assert load_values(write(tmp_path, text), INSTRUMENTS).on("cap_fen", date(2018, 1, 1))


def test_an_instrument_is_registered_once(tmp_path: Path) -> None:
    row = "- {key: A, title: 甲, status: KNOW}\n"
    with pytest.raises(ValuesRefused, match="A is there twice"):
        load_instruments(write(tmp_path, row * 2))


def test_a_fraction_is_exact() -> None:
    quorum = next(rule for rule in RULES if rule.id == "con-11").values.parameters["quorum"]
    assert quorum.entries[0].value == Fraction(2, 3)


UNITS = [
    ("days", "30", 30),
    ("percent", "0", 0),
    ("times", "9999999999999999", 10**16 - 1),
    ("fraction", "2/3", Fraction(2, 3)),
    ("fraction", "4/6", Fraction(2, 3)),
    ("months", "[1, 12]", ("1", "12")),
    ("terms", "[spring_festival, birthday]", ("spring_festival", "birthday")),
]


def of_unit(unit: str, value: str) -> str:
    named = GOOD.replace("cap_fen", "cap").replace("unit: fen", f"unit: {unit}")
    return named.replace("value: 100000", f"value: {value}")


@pytest.mark.parametrize(("unit", "text", "value"), UNITS)
def test_a_value_is_read_in_its_unit(unit: str, text: str, value: object) -> None:
    values = read_values("cap", of_unit(unit, text), INSTRUMENTS)
    assert values.parameters["cap"].entries[0].value == value


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("days", "三十"), ("days", "３０"), ("days", "30.0"), ("days", "99999999999999999"),
        ("percent", "5%"), ("fraction", "2"), ("fraction", "0/3"), ("fraction", "2/0"),
        ("fraction", "0.66"), ("months", "[0]"), ("months", "[13]"), ("months", "12"),
        ("terms", "[Spring]"), ("terms", "[春节]"), ("terms", "birthday"), ("terms", "[[a]]"),
    ],
)  # fmt: skip
def test_what_is_no_value_in_its_unit_is_refused(unit: str, text: str) -> None:
    with pytest.raises(ValuesRefused, match=f"no value in {unit}"):
        read_values("cap", of_unit(unit, text), INSTRUMENTS)


@pytest.mark.parametrize(
    "text", ["", "[]", "- a", "限额", "rule: cap", "[" * 5000, "{a: [", "\x00", "a: b: c"]
)
def test_a_text_that_is_no_file_of_values_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ValuesRefused, match=r"^cap\.yaml"):
        read_values("cap", text, INSTRUMENTS)


@given(st.text() | st.sampled_from(GOOD.splitlines()).map(lambda line: GOOD.replace(line, "")))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with contextlib.suppress(ValuesRefused):
        assert read_values("cap", text, INSTRUMENTS).rule == "cap"


@given(st.data())
def test_a_file_with_a_character_changed_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    other = data.draw(st.sampled_from("\t\n :-[]{}#&*!|>'\"%@`0一\x00\ud7ff"))
    with contextlib.suppress(ValuesRefused):
        found = read_values("cap", GOOD[:at] + other + GOOD[at + 1 :], INSTRUMENTS)
        assert list(found.parameters)


def test_a_rule_has_the_same_version_until_its_formula_or_values_change() -> None:
    rule = next(rule for rule in RULES if rule.id == "wel-04")
    assert _load(wel_04).version == rule.version
    assert len({rule.version for rule in RULES}) == len(RULES)


ELSEWHERE = """\
    elsewhere:
      anhui:
        - effective_from: 2025-08-21
          value: 220000
          status: CONF-D
          jurisdiction: anhui
          instrument: AH-2025
          clause: 第八条
          source: S34
"""


def test_values_of_another_place_stand_beside_and_hold_there_alone(tmp_path: Path) -> None:
    values = load_values(write(tmp_path, GOOD + ELSEWHERE), INSTRUMENTS)
    day = date(2025, 8, 21)
    here, there = values.on("cap_fen", day), values.under("anhui").on("cap_fen", day)
    assert here is not None and here.value is None
    assert there is not None and there.value == 220000
    assert values.under("anhui").on("cap_fen", date(2020, 12, 31)) is None


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("anhui:\n        -", "tianjin:\n        -", "elsewhere is none of"),
        ("anhui:\n        -", "atlantis:\n        -", "elsewhere is none of"),
        ("effective_from: 2025-08-21", "effective_from: 2025-08-20", "in force from 2025-08-21"),
    ],
)
def test_values_of_no_place_or_before_their_instrument_are_refused(
    tmp_path: Path, was: str, becomes: str, why: str
) -> None:
    assert was in ELSEWHERE
    text = GOOD + ELSEWHERE.replace(was, becomes)
    with pytest.raises(ValuesRefused, match=why):
        load_values(write(tmp_path, text), INSTRUMENTS)


OLD = "- {key: A, title: 甲, status: KNOW, effective_to: 2021-12-31, replaced_by: B}\n"
NEW = "- {key: B, title: 乙, status: KNOW, effective_from: 2022-01-01}\n"


def test_what_took_an_instrument_s_place_is_registered_and_follows_it(tmp_path: Path) -> None:
    found = load_instruments(write(tmp_path, OLD + NEW))
    assert found["A"].replaced_by == "B"
    assert [found["A"].in_force_on(date(2021, 12, d)) for d in (30, 31)] == [True, True]
    eve, day = date(2021, 12, 31), date(2022, 1, 1)
    assert [found["A"].in_force_on(day), found["B"].in_force_on(eve)] == [False, False]
    assert found["B"].in_force_on(day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OLD, "replaced by 'B', which is not registered"),
        (OLD.replace("effective_to: 2021-12-31, ", "") + NEW, "but no last day"),
        (OLD + NEW.replace("2022-01-01", "2022-01-02"), "B begins after it ended"),
        (NEW.replace("KNOW,", "KNOW, effective_to: 2021-12-31,"), "ends before it begins"),
    ],
)
def test_an_instrument_replaced_by_none_or_too_late_is_refused(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(ValuesRefused, match=why):
        load_instruments(write(tmp_path, text))
