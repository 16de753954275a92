"""`python -m tests.faults.besieger`: a process of its own that asks for nothing useful, so that the
clients' loop does not pay for it. What to do is one JSON document on standard input."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping

from aiokafka import AIOKafkaProducer

from shared.kafka.access import KafkaAccess
from shared.service.connections import raise_open_files

MEGABYTE = b"a" * 1_000_000


async def half_open(ports: list[int], count: int, seconds: float) -> None:
    """Open connections, begin a request on every second one, and hold all of them."""
    raise_open_files()
    until = time.monotonic() + seconds
    opened = []
    for number in range(count):
        try:
            opened.append(await asyncio.open_connection("127.0.0.1", ports[number % len(ports)]))
        except OSError:  # it was killed, and comes again
            continue
        if number % 2:
            opened[-1][1].write(b"POST /v1/thi")
        if number % 50 == 0:
            await asyncio.sleep(0.01)
    await asyncio.sleep(max(0.0, until - time.monotonic()))
    for _, writer in opened:
        writer.close()


async def long_header(port: int) -> None:
    """A header of 100 MB, as far as it is taken."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:  # it was killed, and comes again
        return
    try:
        writer.write(b"GET /v1/thing HTTP/1.1\r\nHost: us\r\nX-Long: ")
        for _ in range(100):
            writer.write(MEGABYTE)
            await writer.drain()
    except OSError:
        pass  # it was told to go
    finally:
        writer.close()


async def garbage(access: Mapping[str, str], topic: str, key: str, count: int) -> None:
    """Records that are no events, with the rights of the source whose topic it is."""
    kafka = KafkaAccess.from_environment(access)
    assert kafka is not None
    producer = AIOKafkaProducer(**kafka.client(), acks="all")
    await producer.start()
    try:
        sent = [
            await producer.send(topic, b"garbage %d" % number, f"{key}{number}".encode())
            for number in range(count)
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def main() -> None:
    """Do what standard input says."""
    asked = json.load(sys.stdin)
    match asked.pop("do"):
        case "half-open":
            await half_open(**asked)
        case "long-header":
            await long_header(**asked)
        case "garbage":
            await garbage(**asked)


if __name__ == "__main__":
    asyncio.run(main())
