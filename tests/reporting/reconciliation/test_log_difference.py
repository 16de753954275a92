"""What differs between an owner's entries and the journal's: of every kind one, nothing else."""

from typing import Any

import pytest

from services.reporting.reconciliation.log_difference import Elsewhere, differing

NOWHERE = Elsewhere({}, (), ())


def entry(sequence: int, event_id: str | None = "e", leaf: str | None = "00") -> dict[str, Any]:
    return {"sequence": sequence, "event_id": event_id, "leaf": leaf, "log_index": 70 + sequence}


@pytest.mark.parametrize(
    ("owner", "journal", "elsewhere", "kind"),
    [
        ([entry(1)], [entry(1)], NOWHERE, None),
        ([entry(1)], [], NOWHERE, "missing"),
        ([entry(1)], [], Elsewhere({}, {"e"}, ()), "in-quarantine"),
        ([entry(1)], [], Elsewhere({}, (), {"e"}), None),
        ([entry(1)], [], Elsewhere({"e": "00"}, (), ()), None),
        ([entry(1)], [], Elsewhere({"e": "11"}, (), ()), "missing"),
        ([entry(1)], [entry(1, "f")], NOWHERE, "another-event"),
        ([entry(1)], [entry(1, "f")], Elsewhere({}, (), {"e"}), "another-event"),
        ([entry(1)], [entry(1), entry(1, "f")], NOWHERE, "another-event"),
        ([entry(1)], [entry(1, leaf="11")], NOWHERE, "document-differs"),
        ([], [entry(1)], NOWHERE, "not-the-owners"),
        ([entry(1, None, None)], [entry(1)], NOWHERE, "owner-lost"),
        ([entry(1, None, None)], [], NOWHERE, "owner-lost"),
    ],
)
def test_one_sequence(
    owner: list[Any], journal: list[Any], elsewhere: Elsewhere, kind: str | None
) -> None:
    found = differing("/s", 3, owner, journal, elsewhere)
    assert [(each.sequence, each.kind) for each in found] == ([(1, kind)] if kind else [])


def test_both_sides_are_named_in_order_of_sequence() -> None:
    owner = [entry(1), entry(2, "a", "aa"), entry(4, "d", "dd")]
    journal = [entry(1), entry(2, "b", "bb"), entry(3, "c", "cc")]
    found = [each[3:] for each in differing("/s", 3, owner, journal, NOWHERE)]
    assert found == [
        ("another-event", "a", "aa", "b", "bb", 72),
        ("not-the-owners", None, None, "c", "cc", 73),
        ("missing", "d", "dd", None, None, None),
    ]
