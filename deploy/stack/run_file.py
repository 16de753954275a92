"""`run.json`: where a running stack is. Written by the supervisor, read by the command line.

The file holds the command line's client secret, so only its owner may read it. Standard library
alone: every command reads the file, and start-up time is felt.
"""

import json
from pathlib import Path
from typing import NamedTuple

from shared.service.private_files import write_private

FILE = "run.json"


class RunFile(NamedTuple):
    """A running stack: addresses by service, process ids, and how to ask for a token.

    `kafka` are the settings of the operator's access, which name its password's file; None while
    Kafka has not started yet. `passcode` is what a browser must know to pick a person.
    """

    pid: int
    started_at: str
    simulated: bool
    urls: dict[str, str]
    pids: dict[str, int]
    issuer: str
    client_id: str
    client_secret: str
    kafka: dict[str, str] | None = None
    passcode: str = ""

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"{self.issuer}/token"


class NotRunning(Exception):
    """No stack runs in that directory; the message says how to start one."""


def write_run_file(directory: Path, running: RunFile) -> None:
    """Write `run.json`, replacing it in one step."""
    document = json.dumps(running._asdict(), ensure_ascii=False, indent=1)
    write_private(directory / FILE, document.encode())


def read_run_file(directory: Path) -> RunFile:
    """The stack that runs in `directory`. Raises NotRunning."""
    try:
        return RunFile(**json.loads((directory / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotRunning(
            f"no stack runs in {directory}: `guildhall up --data {directory}` starts one"
        ) from None
    except (ValueError, TypeError) as why:
        raise NotRunning(f"{directory / FILE} is not readable: {why}") from why


def remove_run_file(directory: Path) -> None:
    """Remove `run.json`: the stack has stopped."""
    (directory / FILE).unlink(missing_ok=True)
