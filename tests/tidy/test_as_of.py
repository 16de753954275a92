"""What was known at a log_index is asked by one condition, which stands in one place."""

import re

from services.reporting.projections.as_of import known_at
from tests.tidy.tree import python_files, text

BOTH_ENDS = re.compile(r"valid_from\s*<=(?P<at>[^\n]+?)\s+AND\s+\S*valid_to\s*>(?P=at)")


def test_the_search_sees_the_condition() -> None:
    assert BOTH_ENDS.search(known_at("$3", "l"))
    assert BOTH_ENDS.search("x.valid_from <= {at}\n    AND x.valid_to > {at}")
    assert not BOTH_ENDS.search("valid_from <= $1 AND list = $2 AND valid_to > $3")


def test_the_condition_of_the_past_is_written_once() -> None:
    found = [
        str(path)
        for path in python_files("services", "shared", "guildhall", "deploy")
        if BOTH_ENDS.search(text(path))
    ]
    assert found == ["services/reporting/projections/as_of.py"], (
        f"{found}: use known_at of services/reporting/projections/as_of.py"
    )
