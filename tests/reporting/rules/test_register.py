"""Every rule is written down once; what is said of it follows from the code and the contract."""

from collections import Counter
from pathlib import Path

import pytest

from services.reporting.rules import BY_ID, HERE, INSTRUMENTS, REGISTER
from services.reporting.rules.register import Registered, load_register, said
from services.reporting.rules.values_file import ValuesRefused
from tests.reporting.rules.cases import CASES

OF = {entry.id: entry for entry in REGISTER}
ROW = """\
- id: WEL-01
  title: 节日慰问
  check: 限于节日
  severity: high
  kind: decide
  needs: [GiftIssued.occasion]
  instruments: [NAT-2017]
"""


def test_the_136_that_were_searched_and_the_three_proposed_are_there() -> None:
    assert Counter(entry.origin for entry in REGISTER) == {
        "searched": 136, "proposed": 3, "added": 1,
    }  # fmt: skip
    kinds = Counter(entry.kind for entry in REGISTER if entry.origin == "searched")
    assert kinds == {"decide": 95, "ask": 25, "register": 9, "merged": 7}
    assert {e.id for e in REGISTER if e.origin != "searched"} == {
        "REP-01", "ACC-01", "ACC-02", "RPT-01",
    }  # fmt: skip


def test_every_rule_that_is_judged_is_registered_by_its_title_and_lacks_nothing() -> None:
    registered = {entry.rule: entry for entry in REGISTER}
    assert BY_ID.keys() <= registered.keys()
    for rule in BY_ID.values():
        entry = registered[rule.id]
        assert entry.title == rule.values.zh
        assert entry.kind in {"decide", "ask"}
        assert entry.state(BY_ID) == "implemented"
        assert not entry.missing, entry.id


def test_every_instrument_that_a_rule_s_values_cite_is_on_its_row() -> None:
    registered = {entry.rule: entry for entry in REGISTER}
    unread = {"LOCAL-UNREAD"}
    for rule in BY_ID.values():
        cited = {
            entry.instrument
            for parameter in rule.values.parameters.values()
            for entries in (parameter.entries, *parameter.elsewhere.values())
            for entry in entries
        }
        assert cited - unread <= set(registered[rule.id].instruments), rule.id


def test_what_may_never_pass_has_no_case_in_which_it_passes() -> None:
    asking = {entry.rule for entry in REGISTER if entry.kind == "ask"} & BY_ID.keys()
    for case in CASES:
        if case.rule in asking:
            outcomes = {verdict.outcome for verdict in BY_ID[case.rule].verdicts(case.facts)}
            assert "pass" not in outcomes, (case.rule, case.name)


@pytest.mark.parametrize(
    ("rule", "judged", "state"),
    [
        ("WEL-04", {"wel-04"}, "implemented"),
        ("WEL-04", set(), "not_written"),
        ("INC-02", set(), "not_decidable"),
        ("NO-5", set(), "merged"),
        ("INC-09", set(), "not_for_a_machine"),
    ],
)
def test_a_state_is_derived(rule: str, judged: set[str], state: str) -> None:
    assert OF[rule].state(judged) == state


@pytest.mark.parametrize(
    ("need", "is_said"),
    [
        ("GiftIssued", True),
        ("GoodsNeverSeen", False),
        ("GiftIssued.occasion", True),
        ("GiftIssued.lot", False),
        ("GiftIssued.occasion=birthday", True),
        ("GiftIssued.occasion=easter", False),
        ("ReportIssued.figures", True),
        ("ReportIssued.figures.value", True),
        ("ReportIssued.figures.lot", False),
        ("BudgetApproved.lines.budget_line=capital", True),
        ("GiftIssued.person_id=p", False),
        ("ClaimRejected.actor", True),
        ("Nothing.actor", False),
    ],
)
def test_what_a_rule_needs_is_looked_up_in_the_contract(need: str, is_said: bool) -> None:
    assert said(need) == is_said


def registered(tmp_path: Path, *texts: str) -> tuple[Registered, ...]:
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load_register(tmp_path, INSTRUMENTS)


def test_a_row_is_read_as_it_stands(tmp_path: Path) -> None:
    (entry,) = registered(tmp_path, ROW)
    assert (entry.rule, entry.needs, entry.missing) == ("wel-01", ("GiftIssued.occasion",), ())
    assert (entry.origin, entry.instruments) == ("searched", ("NAT-2017",))


MERGED = ROW.replace("kind: decide", "kind: merged").replace(
    "needs: [GiftIssued.occasion]", "merged_into: [WEL-02]"
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ROW + ROW, "WEL-01 is there twice"),
        (ROW.replace("WEL-01", "WEL-1"), "no id of a rule"),
        (ROW.replace("high", "grave"), "severity is none of"),
        (ROW.replace("decide", "decides"), "kind is none of"),
        (ROW + "  origin: heard\n", "origin is none of"),
        (ROW.replace("decide", "merged"), "needs stands exactly where"),
        (ROW.replace("decide", "register"), "needs stands exactly where"),
        (ROW + "  merged_into: [WEL-02]\n", "merged_into stands exactly where"),
        (ROW + "  not_for_a_machine: 无\n", "not_for_a_machine stands exactly where"),
        (ROW.replace("GiftIssued.occasion", "gift occasion"), "are no events or instruments"),
        (ROW.replace("NAT-2017", "NAT-1917"), "NAT-1917.* are no events or instruments"),
        (MERGED, "merged into .'WEL-02'., which are not registered"),
        (ROW.replace("  check: 限于节日\n", ""), "missing .'check'."),
        ("rule: wel-01\n", "expected a list"),
    ],
)
def test_a_row_in_doubt_is_refused_with_its_file(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValuesRefused, match=why):
        registered(tmp_path, text)


def test_a_rule_in_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValuesRefused, match=r"1\.yaml: WEL-01 is there twice"):
        registered(tmp_path, ROW, ROW)


def test_every_family_has_a_file_and_every_file_is_read() -> None:
    files = sorted((HERE / "register").glob("*.yaml"))
    assert len(files) == 15
    assert sum(text.read_text("utf-8").count("- id: ") for text in files) == len(REGISTER)
