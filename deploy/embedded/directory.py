"""The data directory: one holder at a time, ports and passwords that survive a restart."""

import fcntl
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from deploy.embedded.errors import EmbeddedError

# Below the range from which Linux takes the local ports of outgoing connections (32768 and up):
# a port picked there is not taken by a connection between picking and binding.
PORTS = range(20_000, 32_000)
PORT_ATTEMPTS = 3
PRINCIPALS = "principals"
"""The directory with a file for each of Kafka's principals: its password."""


class DataDirectory:
    """A directory that holds the servers' data, held by one process at a time.

    Holding is an flock: it ends with the process, however that ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the directory."""
        return self._lock is not None

    def hold(self) -> None:
        """Take the directory, creating it if need be.

        Raises :class:`EmbeddedError` when another process holds it, naming that process.
        """
        if self.held:
            return
        if sys.platform != "linux":
            raise EmbeddedError(
                f"the embedded servers run on Linux, this is {sys.platform}: "
                "name servers of your own in GUILDHALL_KAFKA and GUILDHALL_DATABASE_URL"
            )
        try:
            for part in (self.path, self.path / "logs", self.path / "run"):
                part.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise EmbeddedError(f"cannot use {self.path} as data directory: {error}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            lock.close()
            raise EmbeddedError(
                f"cannot start servers in {self.path}: {holder} holds this directory; "
                "stop it first, or choose another directory"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} ({_command_line()})")
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let another process have the directory."""
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def log(self, name: str) -> Path:
        """Return the log file of a server."""
        return self.path / "logs" / f"{name}.log"

    def record(self, name: str) -> Path:
        """Return the file that says which process a server is."""
        return self.path / "run" / f"{name}.json"

    def port(self, name: str) -> int:
        """Return the port this name had before if it is still free, else a new free one."""
        path = self.path / "ports.json"
        ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        if name not in ports or not is_free(ports[name]):
            ports[name] = _free_port(ports.values())
            path.write_text(json.dumps(ports))
        return ports[name]

    def passwords(self, names: Iterable[str]) -> dict[str, str]:
        """Return a password for each name, random when first asked for, kept in a 0600 file."""
        path = self.path / "passwords.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in names if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(24) for name in missing}
            write_private(path, json.dumps(kept))
        return {name: kept[name] for name in names}

    def principal(self, name: str) -> Path:
        """Return the file with the password of a principal of Kafka; random, made when first asked
        for, and readable by its owner alone."""
        path = self.path / PRINCIPALS / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(path, secrets.token_urlsafe(24))
        return path


def read_password(file: Path) -> str:
    """Return what is in a password's file."""
    return file.read_text("utf-8").strip()


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _command_line() -> str:
    words = Path("/proc/self/cmdline").read_bytes().decode(errors="replace").split("\0")
    return " ".join(words).strip()[:120]


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        # As the servers do: an address in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(taken: Iterable[int]) -> int:
    for _ in range(1000):
        port = PORTS.start + secrets.randbelow(len(PORTS))
        if port not in taken and is_free(port):
            return port
    raise EmbeddedError(f"no free port from {PORTS.start} to {PORTS.stop} on 127.0.0.1")
