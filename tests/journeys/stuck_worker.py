"""Reporting's worker with a consumer that keeps its partitions, sends heartbeats and reads nothing.

A program for tests/journeys/test_traps_stall.py: aiokafka does so by itself after some rebalances
and restarts of brokers (847, 1154), and cannot be asked to.
"""

import asyncio
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer

from services.reporting.worker import main
from shared.service.settings import ReportingSettings


async def read_nothing(
    _consumer: AIOKafkaConsumer, *_partitions: Any, timeout_ms: int = 0, **_limits: Any
) -> dict[Any, Any]:
    """What `getmany` answers when there is nothing."""
    await asyncio.sleep(timeout_ms / 1000)
    return {}


if __name__ == "__main__":
    AIOKafkaConsumer.getmany = read_nothing
    uvloop.run(main(ReportingSettings()))
