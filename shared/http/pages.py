"""One page shape for every list: asked by `cursor` and `limit`, answered `items` and `next`.

Pages are by key: `next` is the `cursor` of the following page, null after the last.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

PAGE_MAX = 1000

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="at most so many items")]
Cursor = Annotated[
    str, Query(pattern=r"^[a-z0-9.-]{0,63}$", description="the `next` of the page before")
]


def page(items: Sequence[dict[str, Any]], limit: int, key: str) -> dict[str, Any]:
    """At most `limit` items, found in the order of `key`, as answered."""
    return {"items": items, "next": items[-1][key] if len(items) == limit else None}
