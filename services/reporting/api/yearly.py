"""Routes about a period's money: by month, and against the year's budget."""

from typing import Any

from fastapi import APIRouter, Depends

from services.reporting.api.access import Asked, Built
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.queries.money import FIGURES, Budget, money
from shared.http.problems import Json

router = APIRouter(tags=["reading"], route_class=FromProjections, dependencies=[Depends(fresh)])


@router.get("/v1/{org_id}/money")
async def money_of(built: Built, asked: Asked) -> Json:
    """Money in and out by month, in fen: null where no event of a month states any. `figures` are
    those that the months add up to. `budget` is the version in force at the period's end against
    what was paid on each line; null where no event states one, or the period is no calendar
    year."""
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        found = await money(connection, asked.org_id, asked.period, at)
    return Json(
        asked.head(at)
        | {
            "figures": FIGURES,
            "months": [each._asdict() for each in found.months],
            "budget": _budget(found.budget),
        }
    )


def _budget(budget: Budget | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    return {**budget._asdict(), "lines": [each._asdict() for each in budget.lines]}
