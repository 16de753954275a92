"""A file of dated values is refused unless beyond doubt; a value holds on its days only."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from services.reporting.rules import INSTRUMENTS, RULES, _load, wel_04
from services.reporting.rules.dated import InForce, Parameter, Status
from services.reporting.rules.definition import fitting
from services.reporting.rules.values_file import ValuesRefused, load_instruments, load_values

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
    assert (cap.value, cap.status, cap.firm) == (100000, "CONF-S", True)


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
            "only a first, UNKNOWN entry has no effective_from",
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


def test_a_subject_too_long_for_an_event_is_cut_and_stays_itself() -> None:
    assert fitting("x" * 160) == "x" * 160
    cut = {fitting("x" * 160 + end) for end in ("y", "z")}
    assert [len(subject) for subject in cut] == [160, 160]


def test_an_instrument_is_registered_once(tmp_path: Path) -> None:
    row = "- {key: A, title: 甲, status: KNOW}\n"
    with pytest.raises(ValuesRefused, match="A is there twice"):
        load_instruments(write(tmp_path, row * 2))


def entry(since: date | None, value: int | None) -> InForce:
    status: Status = "UNKNOWN" if value is None else "CONF-P"
    return InForce("cap_fen", value, status, since, None, "national", "NAT-2017", "条", "S")


def test_a_value_holds_from_its_day_and_the_last_known_one_is_only_named() -> None:
    first, second = date(2015, 2, 9), date(2020, 9, 23)
    cap = Parameter("cap_fen", "限额", "fen", (entry(first, 100000), entry(second, None)))
    assert cap.on(date(2015, 2, 8)) is None
    assert [value and value.value for value in map(cap.on, (first, second))] == [100000, None]
    for day in (first, date(2022, 1, 1)):
        known = cap.last_known(day)
        assert known is not None and known.value == 100000
    assert cap.last_known(date(2015, 2, 8)) is None


def test_a_fraction_is_exact() -> None:
    quorum = next(rule for rule in RULES if rule.id == "con-11").values.parameters["quorum"]
    assert quorum.entries[0].value == Fraction(2, 3)


def test_a_rule_has_the_same_version_until_its_formula_or_values_change() -> None:
    rule = next(rule for rule in RULES if rule.id == "wel-04")
    assert _load(wel_04).version == rule.version
    assert len({rule.version for rule in RULES}) == len(RULES)


def test_known_and_unknown_values_and_those_of_other_provinces_are_not_firm() -> None:
    confirmed = entry(None, 5)
    assert confirmed.firm
    assert not confirmed._replace(status="KNOW").firm
    assert not confirmed._replace(status="UNKNOWN", value=None).firm
    assert not confirmed._replace(jurisdiction="anhui").firm
