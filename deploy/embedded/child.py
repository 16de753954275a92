"""One child process of ours: start it, watch it, stop it, and never leave it behind."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from signal import SIGKILL, Signals

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.identity import end_recorded, identify, write_record

LAUNCH = Path(__file__).with_name("launch.py")
# Nothing of the caller's environment reaches a server: JAVA_TOOL_OPTIONS, PGDATA and their like
# would change it unseen. UTF-8, so that a data directory may have a Chinese name.
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
LOG_BYTES_KEPT = 10_000_000
TAIL_LINES = 15
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Account:
    """The account a child runs under; ``capability`` is the one Linux capability it keeps.

    ``shown_uid`` and ``shown_gid`` are the ids it sees itself under, in a user namespace of its
    own.
    """

    uid: int = -1
    gid: int = -1
    capability: int = -1
    shown_uid: int = -1
    shown_gid: int = -1

    @property
    def words(self) -> list[str]:
        """The account as arguments for ``launch.py``."""
        return [str(number) for number in astuple(self)]


OWN_ACCOUNT = Account()


class Child:
    """A process of ours, in its own session so that the terminal's Ctrl-C does not reach it.

    Start it from the thread that lives as long as it should: Linux sends the death signal when the
    *thread* that started the child ends, which is also what ends it if this process is killed.
    """

    def __init__(self, name: str, log: Path, record: Path, death_signal: Signals) -> None:
        self.name = name
        self.log = log
        self._record = record
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def ended_by_itself(self) -> bool:
        """Whether it was started and has ended without being asked to."""
        return self._process is not None and self.pid is None and not self._stopping

    @property
    def exit_status(self) -> int | None:
        """The exit status once it has ended, negative for a signal; None before."""
        return self._process.poll() if self._process else None

    async def start(
        self,
        command: Sequence[str | Path],
        account: Account = OWN_ACCOUNT,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Start ``command``; its output is appended to the log file.

        What an earlier run left behind is ended first, if it is still that very process.
        """
        try:
            await asyncio.to_thread(end_recorded, self._record, self._death_signal, 10.0)
        except PermissionError as error:
            raise EmbeddedError(
                f"cannot start {self.name}: an earlier one, recorded in {self._record}, still runs "
                "under another account"
            ) from error
        self._keep_log_small()
        self._stopping = False
        launch = [sys.executable, "-I", "-S", LAUNCH, os.getpid(), int(self._death_signal)]
        launch += [*account.words, *command]
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._process = subprocess.Popen(  # noqa: ASYNC220 - no loop may own a server's life
                [str(word) for word in launch],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=ENVIRONMENT | (environment or {}),
                cwd="/",
                start_new_session=True,
            )
        process = identify(self._process.pid)
        if process is not None:
            write_record(self._record, process)

    def _keep_log_small(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_BYTES_KEPT:
                self.log.replace(self.log.with_suffix(".log.1"))

    def send(self, number: Signals) -> None:
        """Send a signal that is meant to end it, if it runs."""
        self._stopping = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    async def finish(self, seconds: float) -> int | None:
        """Wait for its end; return its exit status, None when it still runs after ``seconds``."""
        deadline = time.monotonic() + seconds
        while self.pid is not None:
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(POLL_SECONDS)
        self._record.unlink(missing_ok=True)
        return self.exit_status

    async def stop(self, number: Signals, seconds: float) -> None:
        """Ask it to end, give it ``seconds``, then kill it."""
        self.send(number)
        if await self.finish(seconds) is None and self.pid is not None:
            await self.kill()

    async def kill(self) -> None:
        """End it with SIGKILL and wait until it is gone."""
        self.send(SIGKILL)
        await self.finish(10.0)

    async def wait_until_ready(
        self,
        asked: str,
        probe: Callable[[], Awaitable[object]],
        not_yet: tuple[type[Exception], ...],
        seconds: float,
    ) -> None:
        """Probe until the probe no longer raises one of ``not_yet``.

        Raises :class:`EmbeddedError` when the process has ended, and when ``seconds`` have passed:
        then it is ended. ``asked`` says what for, as in "cannot <asked>".
        """
        deadline = time.monotonic() + seconds
        while True:
            if self.pid is None:
                raise self.failure(asked, f"it ended with status {self.exit_status}")
            try:
                await probe()
                return
            except not_yet as error:
                if time.monotonic() > deadline:
                    await self.kill()
                    truth = f"it did not serve within {seconds:.0f} s ({error!r})"
                    raise self.failure(asked, truth) from error
            await asyncio.sleep(POLL_SECONDS)

    def tail(self) -> str:
        """Return the last lines of what this run wrote, for an error message."""
        with contextlib.suppress(FileNotFoundError), self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
            return "\n".join(f"  | {line}" for line in lines[-TAIL_LINES:])
        return ""

    def failure(self, asked: str, truth: str) -> EmbeddedError:
        """Return an error that names what was asked, what is true, and the end of the log."""
        return EmbeddedError(f"cannot {asked}: {truth}\nthe end of {self.log}:\n{self.tail()}")
