"""What an event says of a list becomes lines: added, ended, or taken back, each once."""

from datetime import date
from typing import Any

from services.reporting.figures.definition import Counted, Dropped, Effect, Ended, Rules
from services.reporting.journal.record import Entry
from services.reporting.projections.figure_lines import Line, line_projection
from shared.contract.benefits import GiftIssued, GiftReturned
from tests.examples.benefits import gift_returned
from tests.reporting.history import History, current_rows, folded
from tests.reporting.records import ORG, gift

DAY, LATER = date(2022, 9, 7), date(2022, 12, 1)


def lines(history: History, *told: tuple[Effect, ...]) -> list[dict[tuple[Any, ...], Line]]:
    """The lines that stand after each entry, where the entries say these effects in turn."""
    saying = dict(enumerate(told, start=1))

    def rule(_event: Any, entry: Entry) -> tuple[Effect, ...]:
        return saying[entry.log_index]

    rules: Rules = {GiftIssued: rule, GiftReturned: rule}
    versions = folded(line_projection(rules), history.entries())
    return [current_rows(versions, at) for at in saying]


def counted(item: str, **changes: Any) -> Counted:
    return Counted(
        **{"list": "gift", "item": item, "subject": "王梅", "occurred_on": DAY, **changes}
    )


def test_a_line_keeps_what_it_counts_and_where_it_comes_from() -> None:
    told = counted("i", quantity=2, amount_fen=30_000, assumed=True, first=True)
    [stands] = lines(History()(gift(1)), (told,))
    assert stands == {
        (ORG, "i"): Line(ORG, "i", "gift", "王梅", DAY, None, 2, 30_000, True, True, 1)
    }


def test_a_line_of_a_source_that_numbers_nothing_is_not_provable() -> None:
    [ours] = lines(History()(gift(1)), (counted("i"),))
    [theirs] = lines(History().from_outside(gift(1)), (counted("i"),))
    assert [line.provable for line in (*ours.values(), *theirs.values())] == [True, False]


def test_an_event_adds_lines_to_several_lists_or_to_none() -> None:
    several = (counted("a"), counted("b", list="gift.member"), counted("c", subject="李强"))
    [stands] = lines(History()(gift(1)), several)
    assert {(line.item, line.list, line.subject) for line in stands.values()} == {
        ("a", "gift", "王梅"), ("b", "gift.member", "王梅"), ("c", "gift", "李强"),
    }  # fmt: skip
    assert lines(History()(gift(1)), ()) == [{}]


def test_of_one_line_that_an_event_tells_twice_the_last_counts() -> None:
    twice = (counted("i", quantity=1), counted("j"), counted("i", quantity=9))
    [stands] = lines(History()(gift(1)), twice)
    assert {item: line.quantity for (_, item), line in stands.items()} == {"i": 9, "j": 1}
    [dropped] = lines(History()(gift(1)), (counted("i"), Dropped("i")))
    assert dropped == {}


def test_a_stock_s_line_ends_and_what_was_known_before_stays_known() -> None:
    history = History()(gift(1), gift_returned())
    before, after = lines(history, (counted("i", first=True),), (Ended("i", LATER),))
    assert [line.ended_on for line in (*before.values(), *after.values())] == [None, LATER]
    assert after[ORG, "i"]._replace(ended_on=None) == before[ORG, "i"]


def test_a_line_taken_back_is_gone_from_then_on() -> None:
    history = History()(gift(1), gift_returned())
    before, after = lines(history, (counted("i", first=True),), (Dropped("i"),))
    assert set(before) == {(ORG, "i")}
    assert after == {}


def test_to_end_or_take_back_what_never_was_is_nothing() -> None:
    assert lines(History()(gift(1)), (Ended("i", LATER), Dropped("j"))) == [{}]


def test_a_line_told_again_replaces_what_was_said() -> None:
    history = History()(gift(1), gift(2))
    one, other = lines(history, (counted("i"),), (counted("i", list="gift.retiree", quantity=3),))
    assert one[ORG, "i"].list == "gift"
    assert (other[ORG, "i"].list, other[ORG, "i"].quantity) == ("gift.retiree", 3)
    assert other[ORG, "i"].log_index == 2


def test_a_line_told_again_after_it_ended_stands_again() -> None:
    history = History()(gift(1), gift_returned(), gift(1))
    told = ((counted("i"),), (Ended("i", LATER),), (counted("i"),))
    assert lines(history, *told)[2][ORG, "i"].ended_on is None
