"""The year 2022 of a demo union, entered through the services as an office would enter it."""

from typing import Any


def run(**options: Any) -> int:
    """Run the demo (see `guildhall.demo.demonstration.run`); returns the exit status."""
    from guildhall.demo.demonstration import run as perform  # noqa: PLC0415 - generating needs none

    return perform(**options)
