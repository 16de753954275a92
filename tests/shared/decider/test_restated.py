"""What is said again: the fields that differ are named, and nothing that stands in them."""

from datetime import date

from shared.decider.restated import differing


def test_only_fields_that_differ_are_named() -> None:
    day = date(2022, 9, 8)
    assert differing(quantity=(1, 2), occurred_on=(day, day), relation=(None, "child")) == [
        "quantity",
        "relation",
    ]
    assert differing(quantity=(1, 1)) == []
