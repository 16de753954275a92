"""What the routes answer is JSON whose field names are fixed, and leaves nothing out."""

from base64 import b64decode
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.api.answers import (
    account_answer,
    dated_count_answer,
    difference_answer,
    figure_answer,
    finding_answer,
    quarantine_answer,
    reconciled_answer,
    reconciliation_answer,
    value_answer,
    verdict_answer,
)
from services.reporting.figures import BY_NAME, FIGURES
from services.reporting.projections.findings import FINDINGS
from services.reporting.projections.programmes import Programme
from services.reporting.queries.figures import Value
from services.reporting.queries.findings import FindingShown
from services.reporting.queries.membership import Account, AccountDay
from services.reporting.queries.reconciliation import Reconciliation
from services.reporting.queries.rosters import DatedCount
from services.reporting.queries.what_if import Difference
from services.reporting.reconciliation.log_difference import LogDifference
from services.reporting.reconciliation.progress import CopyState, Gap, SourceState
from services.reporting.reconciliation.reconciler import Reconciled
from services.reporting.rules import BY_ID
from shared.http.problems import Json
from shared.kafka.packing import pack_headers
from tests.examples.reporting import finding_raised
from tests.reporting.projections.rows import only
from tests.reporting.rules.cases import CASES

DAY = date(2022, 9, 7)
AMOUNT = BY_NAME["claim_hospital_paid_amount"]


def json_of(answer: dict[str, Any]) -> str:
    """As it goes over the wire. Raises TypeError where something in it is not JSON."""
    return bytes(Json(answer).body).decode()


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_is_named_titled_and_measured(figure: Any) -> None:
    told = figure_answer(figure)
    names = {"figure", "title", "unit", "scale", "measure", "stock", "report_line"}
    assert set(told) == names
    assert told["scale"] == (2 if figure.measure == "amount_fen" else 0), "fen are of scale 2"
    assert (told["figure"], told["title"]) == (figure.name, figure.title)


def test_a_value_says_what_a_reader_must_be_told_and_else_says_nothing() -> None:
    plain = value_answer(Value(AMOUNT, 30_000, 2, 0, 0, 0))
    assert plain == figure_answer(AMOUNT) | {
        "value": 30_000,
        "lines": 2,
        "assumed": 0,
        "without_amount": 0,
        "provable": True,
    }
    noted = value_answer(Value(AMOUNT, 30_000, 2, 1, 0, 1))
    assert noted["note"] == "完整性不可证明;1项未载明金额"
    assert noted["provable"] is False


def test_an_account_lists_its_days_with_what_moved_and_where_it_does_not_close() -> None:
    days = [AccountDay(DAY, 10, {"joined": 2, "left": 1}, 12, 1)]
    told = account_answer(Account(10, {"joined": 2, "left": 1}, 12, days))
    assert told == {
        "opening": 10, "joined": 2, "left": 1, "closing": 12, "closes": False,
        "first_open_day": DAY,
        "days": [
            {"day": DAY, "opening": 10, "joined": 2, "left": 1, "closing": 12, "difference": 1}
        ],
    }  # fmt: skip
    assert account_answer(Account(0, {}, 0, []))["closes"] is True


def test_a_programme_without_a_roster_has_none_and_with_one_says_whether_it_is_whole() -> None:
    counts = {"both": 9, "roster_only": 2}
    bare = Programme("tjtc", "spring-2022", "/guildhall/benefits", title="春节慰问")
    told = reconciliation_answer(Reconciliation(bare, counts, [], None, 0))
    assert (told["roster"], told["title"], told["next"]) == (None, "春节慰问", None)
    frozen = bare._replace(
        roster_as_of=DAY, roster_count=11, roster_sha256="0" * 64, roster_chunks=1,
        roster_chunks_due=1,
    )  # fmt: skip
    people = [{"person_id": "p-1"}]
    told = reconciliation_answer(Reconciliation(frozen, counts, people, "p-1", 11))
    assert told["roster"] == {"as_of": DAY, "count": 11, "sha256": "0" * 64, "complete": True}
    assert (told["counts"], told["people"], told["next"]) == (counts, people, "p-1")


def test_a_dated_count_says_whether_it_agrees_with_the_roll_of_its_day() -> None:
    fields = dict.fromkeys(DatedCount._fields, 0) | {"day": DAY, "movements": {}}
    count = DatedCount(**fields)
    assert dated_count_answer(count) == {**count._asdict(), "agrees": count.agrees}


def test_a_finding_is_told_with_its_words() -> None:
    finding = only(FINDINGS, finding_raised())
    told = finding_answer(FindingShown(finding, "限额", "超过限额"))
    assert (told["title"], told["sentence"]) == ("限额", "超过限额")
    assert {name: told[name] for name in finding._fields} == finding._asdict()
    assert "超过限额" in json_of(told)


def some_verdicts() -> list[Any]:
    return [v for case in CASES[:20] for v in BY_ID[case.rule].verdicts(case.facts)]


def test_a_verdict_is_json_with_its_finding_its_evidence_and_the_values_it_stands_on() -> None:
    verdicts = some_verdicts()
    assert any(verdict.values for verdict in verdicts)
    for verdict in verdicts:
        told = verdict_answer(verdict)
        assert told["finding_id"] == verdict.finding_id
        assert [UUID(event_id) for event_id in told["evidence"]] == list(verdict.evidence)
        assert [value["clause"] for value in told["values"]] == [v.clause for v in verdict.values]
        assert verdict.sentence in json_of(told)


def test_a_subject_not_judged_at_all_is_null() -> None:
    verdict = some_verdicts()[0]
    told = difference_answer(Difference("s", None, verdict))
    assert told == {"subject": "s", "now": None, "then": verdict_answer(verdict)}
    assert difference_answer(Difference("s", verdict, None))["then"] is None


BYTES = st.none() | st.binary(max_size=30) | st.text(max_size=10).map(str.encode)


@given(BYTES, st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=3), BYTES)
def test_a_quarantined_record_is_told_byte_for_byte_and_is_json_whatever_it_holds(
    key: bytes | None, headers: list[tuple[str, bytes]], value: bytes | None
) -> None:
    row = {
        "id": 1, "reason": "not-json", "key": key, "headers": pack_headers(headers),
        "value": value, "content": b"\x01\xff",
    }  # fmt: skip
    told = quarantine_answer(row)
    json_of(told)
    assert (told["id"], told["reason"], told["content_sha256"]) == (1, "not-json", "01ff")
    assert (None if told["value_base64"] is None else b64decode(told["value_base64"])) == value
    assert [name for name, _ in told["headers"]] == [name for name, _ in headers]
    assert (told["key"] is None) == (key is None)
    if told["value_text"] is not None:
        assert told["value_text"].encode() == value
    assert not {"value", "content"} & set(told)


def test_bytes_that_are_no_text_are_told_as_what_they_are() -> None:
    row = {
        "key": b"\xff", "headers": pack_headers([("名", b"a\xff")]), "value": b"\xff",
        "content": b"",
    }  # fmt: skip
    told = quarantine_answer(row)
    assert (told["key"], told["headers"]) == (r"\xff", [["名", r"a\xff"]])
    assert (told["value_text"], told["value_base64"]) == (None, "/w==")


def test_a_comparison_tells_the_gaps_of_every_source_and_copy() -> None:
    gap = Gap("/guildhall/benefits", 3, 7, 9)
    difference = LogDifference("/guildhall/benefits", 3, 5, "missing", "e", "00", None, None, None)
    source = SourceState(
        "/guildhall/benefits", True, False, 2, [gap], ["behind", "differs"], [difference]
    )
    other = difference._replace(kind="another-event", journal_event_id="g", journal_leaf="11")
    copy = CopyState("events", "/guildhall/members", 0, [], differences=[other])
    fields = dict.fromkeys(Reconciled._fields) | {
        "complete": False, "watermark": 5, "sources": [source], "copies": [copy],
    }  # fmt: skip
    told = reconciled_answer(Reconciled(**fields))
    assert set(told) == set(Reconciled._fields)
    assert told["sources"] == [
        {**source._asdict(), "gaps": [gap._asdict()], "differences": [difference._asdict()]}
    ]
    named = {
        "source": "/guildhall/benefits", "shard": 3, "sequence": 5, "kind": "another-event",
        "owner_event_id": "e", "owner_leaf": "00", "copy_event_id": "g", "copy_leaf": "11",
    }  # fmt: skip
    assert told["copies"] == [{**copy._asdict(), "gaps": [], "differences": [named]}]
