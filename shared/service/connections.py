"""What a connection to a service may cost: bytes and seconds of a head, and how many there are.

uvicorn with httptools takes a head of any length, each byte anew (100 MB: 11 s of a process that
answers nobody meanwhile), and keeps whoever sends nothing for ever. Here a head is bounded in bytes
and seconds, and connections in number, of one address and in all. Of too many, the one that has
waited longest for its head makes room: who asks at once is heard, and a flood pushes out itself.
"""

import asyncio
import resource
import time
from asyncio import TimerHandle
from typing import Any, ClassVar, NamedTuple, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.http.problems import problem_bytes
from shared.metrics import HTTP_CONNECTIONS, HTTP_REFUSED


class Limits(NamedTuple):
    """Bytes, seconds and numbers. A proxy in front is one address, and so is loopback."""

    head_bytes: int = 32_768
    head_seconds: float = 10.0
    write_seconds: float = 30.0
    linger_seconds: float = 2.0
    linger_bytes: int = 1_048_576
    lingering: int = 64
    connections: int = 1024
    of_one_address: int = 768


USUAL = Limits()
OPEN_FILES = 8192
"""The soft limit of open files that a service asks for: while connections are pushed out, more are
open than the limits say; 1,024, the usual limit, is too few."""


def raise_open_files() -> None:
    """Raise this process's soft limit of open files, as far as its hard limit lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Room:
    """The connections of one server.

    `waiting`: those whose head has not come, and until when it may, the first to wait first.
    `idle`: those kept alive between two requests. All others are being answered.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.count = self.lingering = 0
        self.of_address: dict[str, int] = {}
        self.waiting: dict[Connection, float] = {}
        self.idle: dict[Connection, None] = {}

    def enter(self, connection: "Connection") -> bool:
        """Count a connection. False: there is no room for it, and none that could make some."""
        self.count += 1
        HTTP_CONNECTIONS.inc()
        of_address = self.of_address.get(connection.address, 0) + 1
        self.of_address[connection.address] = of_address
        if of_address > self.limits.of_one_address:
            return self._make_room(connection.address)
        return self.count <= self.limits.connections or self._make_room(None)

    def leave(self, connection: "Connection") -> None:
        """Forget a connection that is lost."""
        self.settle(connection)
        self.count -= 1
        HTTP_CONNECTIONS.dec()
        self.of_address[connection.address] -= 1
        if not self.of_address[connection.address]:
            del self.of_address[connection.address]

    def settle(self, connection: "Connection") -> None:
        """It waits no longer, and is not idle."""
        self.waiting.pop(connection, None)
        self.idle.pop(connection, None)

    def _make_room(self, address: str | None) -> bool:
        for kind in (self.waiting, self.idle):
            for each in kind:
                if address is None or each.address == address:
                    each.push_out()
                    return True
        return False

    async def sweep(self) -> None:
        """Close those whose head did not come in time, until cancelled."""
        while True:
            await asyncio.sleep(min(1.0, self.limits.head_seconds / 4))
            now = time.monotonic()
            for connection in [each for each, until in self.waiting.items() if until <= now]:
                seconds = self.limits.head_seconds
                connection.refuse(408, "head-too-slow", f"no request within {seconds:g} s")


class _Wire:
    """A transport that lets the other end read the answer before it closes."""

    def __init__(self, transport: asyncio.Transport, connection: "Connection") -> None:
        self._transport, self._connection = transport, connection
        self.write, self.get_extra_info = transport.write, transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading

    def is_closing(self) -> bool:
        return self._connection.ending or self._transport.is_closing()

    def close(self) -> None:
        self._connection.end()


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, within the limits of a room."""

    room: ClassVar[Room]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._bare, self.ending, self._lingers = transport, False, False
        self._head_bytes, self._in_head, self._dropped = 0, True, 0
        self._timer: TimerHandle | None = None
        super().connection_made(cast(asyncio.Transport, _Wire(transport, self)))
        self.address = self.client[0] if self.client else ""
        if self.room.enter(self):
            self._wait()
        else:
            self.push_out()

    def connection_lost(self, exc: Exception | None) -> None:
        self.room.leave(self)
        self.room.lingering -= self._lingers
        self._stop_timer()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.ending:
            self._dropped += len(data)
            if self._dropped > self.room.limits.linger_bytes:
                self._bare.abort()
            return
        if self._in_head:
            if not self._head_bytes and self not in self.room.waiting:
                self.room.idle.pop(self, None)
                self._wait()
            left = self.room.limits.head_bytes - self._head_bytes
            self._head_bytes += len(data)
            if len(data) > left:
                super().data_received(data[:left])
                data = data[left:]
                if self._in_head and not self.ending:
                    most = f"at most {self.room.limits.head_bytes} bytes before the body"
                    self.refuse(431, "head-too-large", most)
                if self.ending:
                    return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes = False, 0
        self.room.settle(self)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self.room.idle[self] = None

    def send_400_response(self, msg: str) -> None:
        """httptools cannot read on: nothing that follows can be believed."""
        self.refuse(400, "malformed-request", msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_timer()
        self._timer = self.loop.call_later(self.room.limits.write_seconds, self._bare.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.ending:
            self._stop_timer()

    def refuse(self, status: int, code: str, detail: str) -> None:
        """Answer a problem detail, unless an answer to a request before it is under way; close."""
        if self.transport.is_closing():
            return
        HTTP_REFUSED.labels(code).inc()
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering or (self._in_body() and not self.cycle.response_started):
            self._bare.write(problem_bytes(status, code, detail))
        self.end()

    def push_out(self) -> None:
        """Make room for another: at once, for there are many."""
        HTTP_REFUSED.labels("connections-many").inc()
        self.room.settle(self)
        self.ending = True
        if self.cycle is None or self.cycle.response_complete:
            self._bare.write(MANY)
        self._bare.close()

    def end(self) -> None:
        """Close, and where something may still be on its way, let the answer be read first: closed
        with bytes unread, TCP resets the connection, and the answer is lost with it."""
        if self.transport.is_closing():
            return
        self.ending = True
        self.room.settle(self)
        self._unset_keepalive_if_required()
        arriving = self._in_body() or self._head_bytes
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not arriving or self.room.lingering >= self.room.limits.lingering:
            self._bare.close()
            return
        self._lingers = True
        self.room.lingering += 1
        self._stop_timer()
        self._timer = self.loop.call_later(self.room.limits.linger_seconds, self._bare.abort)
        if self._bare.can_write_eof():
            self._bare.write_eof()
        self._bare.resume_reading()

    def _in_body(self) -> bool:
        return self.cycle is not None and self.cycle.more_body

    def _wait(self) -> None:
        self.room.waiting[self] = time.monotonic() + self.room.limits.head_seconds

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


MANY = problem_bytes(503, "connections-many", "this server has no room for one more: come again")


def protocol_in(room: Room) -> Any:
    """The class of the connections of one server."""
    return type("ConnectionOfRoom", (Connection,), {"room": room})
