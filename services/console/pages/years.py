"""Several years side by side, each with its difference from the one before."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page, with_query
from services.console.scope import Scope, of_year

router = APIRouter()

COUNTS = (2, 3, 4, 5)


@router.get("/{org}/{period}/years")
async def years(http: Request, visit: AtUnion) -> Response:
    """Every figure of several years, the last one the page's."""
    scope = visit.scope
    assert scope is not None
    count = count_of(visit.given("count"))
    answer, choices = await asyncio.gather(
        visit.report("years", **question(scope, count)), choices_of(visit)
    )
    zeros = visit.given("zeros") == "shown"
    shown = [each for each in answer["figures"] if zeros or any(each["values"])]
    return page(
        http,
        "years/years.html",
        visit=visit,
        choices=choices,
        page_named="years",
        years=[{**each, "at": at_year(scope, each)} for each in answer["years"]],
        figures=[{**each, "cells": cells_of(scope, each, answer["years"])} for each in shown],
        hidden=len(answer["figures"]) - len(shown),
        with_zeros=with_query(http, zeros="shown"),
        counts=[(each, with_query(http, count=each)) for each in COUNTS],
        count=count,
    )


def count_of(said: str) -> int:
    """How many years an address asks for; three where it does not say."""
    return int(said) if said in {str(each) for each in COUNTS} else 3


def question(scope: Scope, count: int) -> dict[str, Any]:
    """What reporting is asked: the years up to that of the period's last day."""
    return {"last": scope.period.last.year, "count": count, "as_of": scope.at}


def at_year(scope: Scope, year: dict[str, Any]) -> str:
    """The address of a year's page."""
    return scope._replace(period=of_year(year["year"])).to()


def cells_of(
    scope: Scope, figure: dict[str, Any], years: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A figure's value of each year, its change, and the address of its list."""
    return [
        {
            "year": year["year"],
            "value": value,
            "change": change,
            "assumed": bool(assumed),
            "provable": provable,
            "at": None
            if value is None
            else scope._replace(period=of_year(year["year"])).to(f"figures/{figure['figure']}"),
        }
        for year, value, change, assumed, provable in zip(
            years,
            figure["values"],
            figure["changes"],
            figure["assumed"],
            figure["provable"],
            strict=True,
        )
    ]
