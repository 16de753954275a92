"""Several years side by side: a year without records has no values, and 0 is a year's own."""

from datetime import date

import asyncpg
import pytest

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figures import figure_named, values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.years import changes, side_by_side, years_to
from shared.errors import Invalid
from tests.reporting.history import History, arbitrary_history
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined, staffed

CAKES, MEMBERS = figure_named("birthday_cakes"), figure_named("members_on_roll")
NOW = 10**6


async def test_every_year_says_what_it_would_say_alone(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    at = len((await arbitrary_history(simulated)).envelopes)
    for known in (at, at // 2):
        found = await side_by_side(pool, ORG, years_to(2023, 5), known)
        assert [year.year for year in found.years] == [2019, 2020, 2021, 2022, 2023]
        assert [year.recorded for year in found.years] == [False, False, False, True, False]
        alone = await values_at(pool, ORG, Period(date(2022, 1, 1), date(2022, 12, 31)), known)
        for figure in FIGURES:
            nothing = None, None, None, None
            assert found.values[figure.name] == [*nothing[:3], alone[figure.name], nothing[3]]


async def test_a_year_before_the_log_and_one_skipped_have_no_records_but_a_zero_is_zero(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        staffed(1, "1987-09-01"),
        joined(1, "1988-06-01"),
        gift("cake-1", "birthday", 1, "2020-02-01"),
        gift("spring", "spring_festival", 1, "2022-02-01"),
        gift("cake-2", "birthday", 1, "2023-02-01"),
        gift("cake-2", "birthday", 2, "2023-02-01"),
    )
    await history.told(simulated)
    found = await side_by_side(
        pool, ORG, years_to(2023, 5), NOW, today=date(2023, 12, 31), figures=[CAKES, MEMBERS]
    )
    assert [year.recorded for year in found.years] == [False, True, False, True, True]
    assert [year.unfinished for year in found.years] == [False, False, False, False, True]
    values = {
        name: [None if value is None else value.value for value in values]
        for name, values in found.values.items()
    }
    assert values == {
        "birthday_cakes": [None, 1, None, 0, 2],
        "members_on_roll": [None, 1, None, 1, 1],
    }
    assert changes(values["birthday_cakes"]) == [None, None, None, None, 2]


def test_years_that_no_question_is_about_are_refused() -> None:
    with pytest.raises(Invalid, match="1899"):
        years_to(1901, 3)
    assert [each.first.year for each in years_to(2022, 2)] == [2021, 2022]
