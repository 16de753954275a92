"""One check of every business date."""

from datetime import date

import pytest

from shared.decider.dates import not_in_future
from shared.errors import Invalid

TODAY, TOMORROW = date(2022, 12, 15), date(2022, 12, 16)


def test_today_and_any_day_before_have_come_and_an_absent_date_is_none() -> None:
    not_in_future(TODAY, TODAY, date(1949, 10, 1), None)


def test_one_date_that_has_not_come_is_refused() -> None:
    with pytest.raises(Invalid, match="date-in-future"):
        not_in_future(TODAY, TODAY, None, TOMORROW)
