"""What every decision asks of a business date."""

from datetime import date

from shared.errors import Invalid


def require_happened(on: date, today: date) -> None:
    """A fact is not dated after the day it is recorded on (Asia/Shanghai); late facts are welcome.

    Raises Invalid `date-in-future`.
    """
    if on > today:
        raise Invalid("date-in-future", f"{on} is after today, {today}: it has not happened yet")
