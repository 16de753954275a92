"""The account of a file's rows: it adds up, or it is not told."""

import pytest

from guildhall.imports.outcome import NotBalanced, Outcome
from guildhall.imports.passed_over import Passed
from guildhall.imports.rows import RowError

FLAW = RowError(4, "工号", "missing", "必填项为空")
OUTCOME = Outcome(
    kind="staff",
    rows=6,
    accepted=2,
    already=1,
    not_sent=0,
    differs=[RowError(5, "份数", "already-issued", "", differs=("份数",))],
    bad=[FLAW, FLAW._replace(field="姓名")],
    passed=[Passed("", 1, "headings")],
    events=2,
    commands=1,
    stopped=False,
    ignored=(),
    told=(),
    unread=(),
    bad_rows_file=None,
)


def test_an_account_that_adds_up_is_told() -> None:
    assert OUTCOME.balanced() is OUTCOME
    assert (OUTCOME.refused, OUTCOME.entries, OUTCOME.complete) == (1, 5, False)
    assert OUTCOME.passed_by_reason() == {"表头": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepted": 3}, {"already": 0}, {"not_sent": 1}, {"passed": []}, {"bad": []},
        {"differs": []}, {"rows": 7}, {"not_sent": -1, "accepted": 3},
        {"differs": [FLAW], "accepted": 2}, {"rows": 5, "differs": [FLAW]},
    ],
)  # fmt: skip
def test_an_account_that_does_not_add_up_is_not_told(wrong: dict[str, object]) -> None:
    with pytest.raises(NotBalanced):
        OUTCOME._replace(**wrong).balanced()  # type: ignore[arg-type]  # what each case gives


@pytest.mark.parametrize(
    "lacking", [{"bad": [FLAW]}, {"differs": [FLAW]}, {"not_sent": 1}, {"unread": ("后勤处",)}]
)
def test_it_is_complete_only_if_nothing_is_lacking(lacking: dict[str, object]) -> None:
    whole = OUTCOME._replace(bad=[], differs=[])
    assert whole.complete
    assert not whole._replace(**lacking).complete  # type: ignore[arg-type]  # what each case gives


def test_a_machine_reads_all_of_it() -> None:
    document = OUTCOME.document()
    assert document["bad"][0]["number"] == 4
    assert document["passed"] == [{"sheet": "", "number": 1, "reason": "headings"}]
    assert (document["complete"], document["entries"]) == (False, 5)
