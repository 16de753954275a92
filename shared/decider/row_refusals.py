"""Refusing a bulk command for some of its rows: all are named, nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import Refusal

ROWS_LISTED_MAX = 5000
"""How many rows a refusal lists, as many as a command carries; `rows` says how many there are."""

RefusedRow = dict[str, Any]


def refused_row(number: int, code: str, **concerned: Any) -> RefusedRow:
    """One refused row, numbered from 1, and what it concerns, such as `person_id`; `differs` where
    what it says stands already (restated.py)."""
    return {"row": number, "code": code, **concerned}


def refuse_rows(rows: Sequence[RefusedRow], precedence: Mapping[str, type[Refusal]]) -> None:
    """Raise the refusal of the first code in `precedence` that any row has, listing them all."""
    if not rows:
        return
    counted = Counter(row["code"] for row in rows)
    code = next(code for code in precedence if code in counted)
    detail = ", ".join(f"{counted[code]} {code}" for code in precedence if code in counted)
    raise precedence[code](
        code, f"rows refused: {detail}", errors=rows[:ROWS_LISTED_MAX], rows=len(rows)
    )


def listed_twice(person_ids: Sequence[str]) -> list[RefusedRow]:
    """The rows that name a person whom an earlier row names."""
    seen: set[str] = set()
    twice = []
    for number, person_id in enumerate(person_ids, start=1):
        if person_id in seen:
            twice.append(refused_row(number, "listed-twice", person_id=person_id))
        seen.add(person_id)
    return twice
