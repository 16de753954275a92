"""What a business date may be."""

from datetime import date

from shared.errors import Invalid


def not_in_future(today: date, *dates: date | None) -> None:
    """What is recorded has happened; late is welcome. `today` is the civil date in Asia/Shanghai,
    an absent date (None) is no date. Raises Invalid `date-in-future`."""
    for on in dates:
        if on is not None and on > today:
            raise Invalid("date-in-future", f"{on} has not come yet: today is {today} in Shanghai")
