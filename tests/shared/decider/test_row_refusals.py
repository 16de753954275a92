"""A bulk command is refused for all its bad rows at once."""

import pytest

from shared.decider import row_refusals
from shared.decider.row_refusals import listed_twice, refuse_rows, refused_row
from shared.errors import Conflict, Invalid

ORDER = {"listed-twice": Invalid, "already-issued": Conflict}


def test_without_a_bad_row_nothing_is_refused() -> None:
    refuse_rows([], ORDER)


def test_the_first_code_in_order_is_raised_and_every_row_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_refusals, "ROWS_LISTED_MAX", 2)
    rows = [refused_row(n, "already-issued", person_id=f"p-{n}") for n in (1, 2)]
    rows.append(refused_row(3, "listed-twice", person_id="p-1"))
    with pytest.raises(Invalid) as refused:
        refuse_rows(rows, ORDER)
    assert refused.value.code == "listed-twice"
    assert refused.value.errors == rows[:2]
    assert refused.value.facts == {"rows": 3}


def test_who_is_listed_again_is_told_by_row() -> None:
    assert listed_twice(["a", "b", "a", "a"]) == [
        {"row": 3, "code": "listed-twice", "person_id": "a"},
        {"row": 4, "code": "listed-twice", "person_id": "a"},
    ]
