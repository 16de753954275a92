"""Every refusal has a stable code, a status of its own, and what a person and a program are told.

The document it becomes on the wire is held in tests/shared/http/test_problems.py.
"""

import pytest

from shared.errors import (
    Conflict,
    ContractViolation,
    Invalid,
    NotPermitted,
    NotYet,
    Refusal,
    SaidBefore,
    StaleVersion,
    Unknown,
)

STATUSES = {Invalid: 422, NotPermitted: 403, Unknown: 404, Conflict: 409, NotYet: 503}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_each_kind_has_its_status_and_is_a_refusal(kind: type[Refusal], status: int) -> None:
    refusal = kind("code", "因此")
    assert isinstance(refusal, Refusal) and refusal.status == status
    assert not refusal.replayed


def test_a_refusal_keeps_what_it_was_given_and_reads_as_a_sentence() -> None:
    rows = [{"row": 1, "code": "already-issued"}]
    refusal = Conflict("already-issued", "王梅已领取", errors=tuple(rows), person_id="p-1")
    assert (refusal.code, refusal.detail) == ("already-issued", "王梅已领取")
    assert (refusal.errors, refusal.facts) == (rows, {"person_id": "p-1"})
    assert str(refusal) == "already-issued: 王梅已领取"


def test_a_refusal_without_rows_lists_none_and_shares_no_list() -> None:
    one, two = Invalid("a", ""), Invalid("b", "")
    one.errors.append({"row": 1, "code": "x"})
    assert (two.errors, two.facts) == ([], {})


def test_a_stale_version_tells_the_stream_and_both_versions() -> None:
    refusal = StaleVersion("tjtc/claim-1", 3, 5)
    assert (refusal.status, refusal.code) == (412, "stale-version")
    assert refusal.facts == {"stream": "tjtc/claim-1", "expected": 3, "found": 5}
    assert refusal.detail == "Expected version 3 of tjtc/claim-1, found 5"


@pytest.mark.parametrize(
    "first",
    [
        StaleVersion("tjtc/claim-1", 3, 5),
        Unknown("unknown-union", ""),
        Invalid("unknown-member", "无此人", errors=[{"row": 2, "code": "unknown-member"}], rows=1),
    ],
)
def test_what_was_said_before_is_said_as_it_was_with_its_status(first: Refusal) -> None:
    saved = {
        "code": first.code,
        "detail": first.detail,
        "errors": first.errors,
        "facts": first.facts,
    }
    again = SaidBefore(first.status, saved)
    assert again.replayed
    assert (again.status, str(again)) == (first.status, str(first))
    assert (again.errors, again.facts) == (first.errors, first.facts)
    assert SaidBefore.status == Refusal.status, "the class is not changed by one of its refusals"


def test_a_violated_contract_is_no_refusal_of_a_request() -> None:
    violation = ContractViolation("unknown-type", "没有此类型")
    assert not isinstance(violation, Refusal)
    assert (violation.reason, violation.detail) == ("unknown-type", "没有此类型")
    assert str(violation) == "unknown-type: 没有此类型"
