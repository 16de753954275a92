"""What a business date may be."""

from datetime import date

from shared.errors import Invalid


def not_future(on: date, today: date) -> None:
    """What is recorded has happened; late is welcome. Raises Invalid `date-in-future`."""
    if on > today:
        raise Invalid("date-in-future", f"{on} has not come yet: today is {today} in Shanghai")
