"""A whole year of 2,500 members, told by services that are not ours, agrees in every figure."""

import asyncio
import secrets
from pathlib import Path

from deploy.stack.stack import Stack
from services.reporting.figures import BY_NAME
from tests.journeys.foreign_year.publishing import checked_and_published, received, register
from tests.journeys.foreign_year.year import whole_year
from tests.journeys.reporting import Reporting

FIGURES_COUNTED = 178
"""Every figure there was when the year was written; of a later one it may say nothing."""


async def test_every_figure_of_a_year_that_four_foreign_systems_tell_is_what_they_counted(
    stack: Stack, reporting: Reporting, tmp_path: Path
) -> None:
    year = whole_year(f"u-{secrets.token_hex(4)}")
    assert set(year.figures) <= set(BY_NAME) and all(year.figures.values())
    assert len(year.figures) >= FIGURES_COUNTED
    await asyncio.gather(*(register(stack, book) for book in year.books))
    await asyncio.gather(*(checked_and_published(stack, book, tmp_path) for book in year.books))
    for book in year.books:
        became = await received(reporting, book)
        assert became["applied"] == len(book.documents), became["reasons"]
    found = await reporting.figures(year.books[0].org)
    differ = {
        name: (found.get(name), counted)
        for name, counted in year.figures.items()
        if found.get(name) != counted
    }
    assert not differ, "as answered, as counted"
