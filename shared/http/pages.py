"""One page shape for every list: asked by `cursor` and `limit`, answered `items` and `next`.

Pages are by key: `next` is the `cursor` of the following page, null after the last.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, Field

from shared.contract.admissible import FIRST_YEAR
from shared.contract.values import BusinessDate

PAGE_MAX = 1000

LAST_YEAR = 2098
"""No question is about 2099: office files write it for "never"."""


def _asked(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"a day asked about is of a year from {FIRST_YEAR} to {LAST_YEAR}")
    return day


AskedDate = Annotated[BusinessDate, AfterValidator(_asked)]
AskedYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="at most so many items")]
Cursor = Annotated[
    str, Query(pattern=r"^[a-z0-9.-]{0,63}$", description="the `next` of the page before")
]


def page(items: Sequence[dict[str, Any]], limit: int, key: str) -> dict[str, Any]:
    """At most `limit` items, found in the order of `key`, as answered."""
    return {"items": items, "next": items[-1][key] if len(items) == limit else None}
