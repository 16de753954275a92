"""Whose a connection is, told among others from the same port."""

import os
import socket
from contextlib import ExitStack

from tests.faults.sockets import connects_from

CLOSED = 16


def test_a_connection_is_told_from_those_its_port_had_before() -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(CLOSED + 1)
        ]
        port = 0
        for server in servers:
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind(("127.0.0.1", port))
            client.connect(server.getsockname())
            port = client.getsockname()[1]
            if server is not servers[-1]:
                client.close()  # and lingers in TIME_WAIT once its server closes too
                server.accept()[0].close()
        to = [server.getsockname()[1] for server in servers]
        assert connects_from(os.getpid(), port, to[-1])
        assert not any(connects_from(os.getpid(), port, closed) for closed in to[:-1])
        assert not connects_from(os.getppid(), port, to[-1])
