"""Asking several services at once, and waiting for none of them longer than for the others."""

import threading
import time
from collections.abc import Callable
from typing import Any

Ask = Callable[[], Any]


class SideBySide:
    """Questions under way, each in a thread that nobody waits for in the end: a service that hangs
    keeps its thread, and the command ends all the same."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._threads: dict[str, threading.Thread] = {}
        self._found: dict[str, Any] = {}

    def ask(self, name: str, question: Ask) -> None:
        """Begin to ask."""

        def asking() -> None:
            try:
                self._found[name] = question()
            except Exception as why:  # whatever it is, it is the answer
                self._found[name] = why

        thread = threading.Thread(target=asking, name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def answer(self, name: str, seconds: float) -> Any:
        """What was answered, or the exception instead of it: TimeoutError where nothing was until
        so many seconds after the beginning."""
        self._threads[name].join(max(0.0, self._begun + seconds - time.monotonic()))
        return self._found.get(name, TimeoutError(f"no answer within {seconds:g} s"))
