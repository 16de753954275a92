"""A part that fails or hangs is told, with a reason, and begun again; others never wait for it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import SimulatedClock
from shared.errors import Refusal
from shared.health import REASON_MAX, Health, reason_of
from shared.metrics import PART_FAILURES, PART_LAST_SUCCESS

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def work() -> int:
    return 7


async def test_what_succeeded_is_told_with_its_time() -> None:
    health = Health(SimulatedClock(NOON))
    assert await health.attempt("a", work) == 7
    assert health.told() == {"a": {"last_success": NOON, "failed_at": None, "reason": ""}}
    assert PART_LAST_SUCCESS.labels("a")._value.get() == NOON.timestamp()


async def test_a_failure_keeps_the_last_success_until_the_next() -> None:
    clock = SimulatedClock(NOON)
    health = Health(clock)
    health.succeeded("b")
    clock.set(NOON + timedelta(seconds=5))

    async def fails() -> None:
        raise TimeoutError

    before = PART_FAILURES.labels("b", "TimeoutError")._value.get()
    assert await health.attempt("b", fails) is None
    state = health.parts["b"]
    assert state == (NOON, NOON + timedelta(seconds=5), "TimeoutError")
    assert PART_FAILURES.labels("b", "TimeoutError")._value.get() == before + 1
    await health.attempt("b", work)
    assert health.parts["b"].reason == ""


async def test_what_hangs_is_left_and_not_begun_twice() -> None:
    health, gate, begun = Health(), asyncio.Event(), 0

    async def hangs() -> str:
        nonlocal begun
        begun += 1
        await gate.wait()
        return "late"

    for _ in range(3):
        assert await health.attempt("c", hangs, 0.01) is None
    assert begun == 1
    assert "0.01 s" in health.parts["c"].reason
    gate.set()
    assert await health.attempt("c", hangs, 5) == "late"
    assert await health.attempt("c", hangs, 5) == "late"
    assert begun == 2


async def test_a_part_that_was_cancelled_inside_has_failed_and_its_caller_lives() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    health = Health()
    assert await health.attempt("d", cancelled) is None
    assert health.parts["d"].reason == "CancelledError"


async def test_whoever_is_cancelled_takes_the_part_along() -> None:
    health, ended = Health(), asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(health.attempt("e", long))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(ended.wait(), 5)
    assert await health.attempt("e", work) == 7


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (TimeoutError(), "TimeoutError"),
        (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError: [Errno 111] refused"),
        (ValueError("  one\nDETAIL: a row"), "ValueError: one"),
        (ValueError(" \n "), "ValueError"),
        (Refusal("no-token", "nobody gives one"), "no-token: nobody gives one"),
        (ExceptionGroup("2 unions", [TimeoutError()]), "2 unions: TimeoutError"),
    ],
)
def test_a_reason_is_one_line_and_never_blank(why: BaseException, said: str) -> None:
    assert reason_of(why) == said


def test_a_reason_is_not_long() -> None:
    assert len(reason_of(ValueError("x" * 10_000))) == REASON_MAX
