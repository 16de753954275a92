"""The parts of a process: when each last did its work, and why it failed since.

A part goes on by itself: a relay, ingest, a comparison. One that fails, or hangs, keeps no other
from running; what became of it is told by readiness, by `guildhall status` and by metrics.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import structlog

from shared.clock import Clock, system_clock
from shared.errors import Refusal
from shared.metrics import PART_FAILURES, PART_LAST_SUCCESS

log = structlog.get_logger("health")

REASON_MAX = 300

Found = TypeVar("Found")


class PartState(NamedTuple):
    """When a part last succeeded; `reason`: why it failed since, empty where it did not."""

    last_success: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""


class Health:
    """The states of one process's parts, by name."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self.parts: dict[str, PartState] = {}
        self._running: dict[str, asyncio.Task[Any]] = {}

    def succeeded(self, part: str) -> None:
        """It has done its work, now."""
        now = self._clock()
        self.parts[part] = PartState(now)
        PART_LAST_SUCCESS.labels(part).set(now.timestamp())

    def failed(self, part: str, why: BaseException) -> None:
        """It failed, now; when it last succeeded is kept."""
        before, reason = self.parts.get(part, PartState()), reason_of(why)
        if reason != before.reason:
            log.error("a part failed", part=part, reason=reason, exc_info=why)
        self.parts[part] = PartState(before.last_success, self._clock(), reason)
        PART_FAILURES.labels(part, _kind(why)).inc()

    async def attempt(
        self,
        part: str,
        work: Callable[[], Coroutine[Any, Any, Found]],
        seconds: float | None = None,
    ) -> Found | None:
        """What `work` answers; None where it fails, or has not ended within `seconds` (None: it may
        take for ever). What has not ended is waited for the next time, and not begun twice."""
        running = self._running.get(part)
        if running is None:
            running = self._running[part] = asyncio.create_task(work())
        try:
            done, _ = await asyncio.wait({running}, timeout=seconds)
        except asyncio.CancelledError:
            running.cancel()
            del self._running[part]
            raise
        if not done:
            self.failed(part, TimeoutError(f"it has not ended within {seconds:g} s"))
            return None
        del self._running[part]
        why = asyncio.CancelledError() if running.cancelled() else running.exception()
        if why is None:
            self.succeeded(part)
            found: Found = running.result()
            return found
        self.failed(part, why)
        return None

    def told(self) -> dict[str, dict[str, Any]]:
        """Every part's state, as a JSON document has it."""
        return {part: self.parts[part]._asdict() for part in sorted(self.parts)}


def reason_of(why: BaseException) -> str:
    """What failed, in a line that is never blank: `str(TimeoutError())` is."""
    if isinstance(why, BaseExceptionGroup):
        return f"{why.message}: {reason_of(why.exceptions[0])}"[:REASON_MAX]
    lines = str(why).strip().splitlines()
    said = lines[0] if lines else ""
    if isinstance(why, Refusal):  # whose text begins with its code
        return said[:REASON_MAX]
    return (f"{type(why).__name__}: {said}" if said else type(why).__name__)[:REASON_MAX]


def _kind(why: BaseException) -> str:
    """The few words that a metric is labelled with."""
    return why.code if isinstance(why, Refusal) else type(why).__name__
