"""A delivery as it stands: issued, signed, returned, issued again."""

from services.reporting.projections.deliveries import DELIVERIES
from tests.reporting.projections.rows import day, only
from tests.reporting.year import (
    gift,
    person,
    returned,
    signed,
)


def test_issued_signed_and_returned() -> None:
    row = only(
        DELIVERIES,
        gift("s", "birthday", 1, "2022-01-05"),
        signed("s", 1, "2022-01-06"),
        returned("s", 1, "2022-01-07"),
    )
    assert (row.issued_on, row.signed_on, row.returned_on) == (
        day("2022-01-05"),
        day("2022-01-06"),
        day("2022-01-07"),
    )
    assert (row.amount_fen, row.signed_by) == (30000, person(1))


def test_issued_again_after_its_return_it_is_a_delivery_again() -> None:
    row = only(
        DELIVERIES,
        gift("s", "birthday", 1, "2022-01-05"),
        returned("s", 1, "2022-01-07"),
        gift("s", "birthday", 1, "2022-02-05"),
    )
    assert (row.issued_on, row.returned) == (day("2022-02-05"), None)
