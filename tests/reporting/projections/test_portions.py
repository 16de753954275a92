"""Portions of the union above: applied for and received are two numbers."""

from services.reporting.projections.portions import PORTIONS
from tests.examples.benefits import gift_applied, gift_received
from tests.reporting.projections.rows import rows


def test_portions_applied_and_received_stand_apart() -> None:
    about = {"programme_id": "s", "occasion": "summer_cooling"}
    found = rows(
        PORTIONS,
        gift_applied(occurred_on="2022-07-01", **about, to_org="jt-group"),
        gift_received(occurred_on="2022-07-09", **about, quantity=78, from_org="jt-group"),
    )
    assert sorted((row.step, row.quantity, row.superior) for row in found) == [
        ("applied", 80, "jt-group"),
        ("received", 78, "jt-group"),
    ]
