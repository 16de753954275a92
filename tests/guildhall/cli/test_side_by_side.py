"""Whoever hangs keeps nobody else's answer back."""

import threading
import time

from guildhall.cli.side_by_side import SideBySide


def test_answers_and_failures_come_by_name() -> None:
    asked = SideBySide()
    asked.ask("a", lambda: 1)
    asked.ask("b", lambda: int("x"))
    assert asked.answer("a", 5) == 1
    assert isinstance(asked.answer("b", 5), ValueError)


def test_the_time_is_counted_once_for_all() -> None:
    gate, asked = threading.Event(), SideBySide()
    for name in "abc":
        asked.ask(name, lambda: gate.wait(30))
    asked.ask("d", lambda: "here")
    began = time.monotonic()
    late = [asked.answer(name, 0.3) for name in "abc"]
    assert time.monotonic() - began < 2
    assert [str(each) for each in late] == ["no answer within 0.3 s"] * 3
    assert asked.answer("d", 0.3) == "here"
    gate.set()
