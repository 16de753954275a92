"""What a business date may be."""

from datetime import date

from shared.errors import Invalid


def not_future(on: date, today: date) -> None:
    """What is recorded has happened. Raises Invalid `date-in-future` (`today` in Asia/Shanghai)."""
    if on > today:
        raise Invalid("date-in-future", f"{on} has not come yet: today is {today}")
