"""Filters are offered where they make sense, are those of reporting, and are said in words."""

from typing import Any, get_args

from services.console.list_filters import FILTERS, choices_of_lines, said_of
from services.reporting.queries.narrowing import Answer, Gender, Known, Told


def test_what_is_offered_is_what_reporting_takes() -> None:
    taken = {"on_roster": Known, "signed": Known, "assumed": Answer, "told_by": Told,
             "gender": Gender}  # fmt: skip
    offered = {name: set(choices) for name, (_, choices) in FILTERS.items()}
    assert offered == {name: set(get_args(kind)) for name, kind in taken.items()}


def test_only_gifts_have_rosters_and_receipts() -> None:
    def of(name: str) -> Any:
        return choices_of_lines({"by_list": [{"list": name}]})

    assert set(of("gift.mid_autumn.member")) == set(FILTERS)
    assert set(of("spent.own.union_funds")) == {"assumed", "told_by", "gender"}


def test_filters_are_said_in_words() -> None:
    assert said_of({"on_roster": "unknown", "assumed": "yes"}, str) == (
        "在册：没有名册可核；金额：是假定"
    )
    assert said_of({}, str) == ""
