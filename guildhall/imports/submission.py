"""One command of an import, retried until it is accepted or finally refused."""

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.imports.http_client import Answer, CommandClient
from guildhall.imports.kinds import Command, Kind, Row
from guildhall.imports.rows import RowError

RETRY_SECONDS = 0.2
FIRST_RETRY_SECONDS = 0.02
REPLICA_BEHIND = frozenset({"unknown-member", "unknown-union", "members-behind"})
"""Refusals of a service whose replica of members lags. Every person sent was found in members' own
records a moment ago: the command is retried for `patience_seconds`."""


class Submitted(NamedTuple):
    """What became of a command's rows. `events` were written now; `already` rows were before."""

    accepted: list[Row]
    already: list[Row]
    bad: list[RowError]
    events: int


class TooManyErrors(Exception):
    """So many rows of the command are refused that nothing of it may go in."""

    def __init__(self, bad: list[RowError]) -> None:
        super().__init__(f"{len(bad)} rows are refused")
        self.bad = bad


class ImportRefused(Exception):
    """The import as a whole is refused: no token, wrong role, wrong union, no such service."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.title)
        self.answer = answer


class Submission(NamedTuple):
    """How the commands of one file are sent. `digest`: of union, options and content."""

    client: CommandClient
    kind: Kind
    digest: str
    patience_seconds: float


async def send(submission: Submission, command: Command, bad_rows_max: float) -> Submitted:
    """Send the command; rows the service refuses are taken out, the rest goes in together.

    With more refused rows than `bad_rows_max` nothing of it goes in.

    Raises TooManyErrors, ImportRefused.
    """
    rows, bad, already = list(command.rows), list[RowError](), list[Row]()
    deadline, pause = time.monotonic() + submission.patience_seconds, FIRST_RETRY_SECONDS
    while rows:
        key = _key(submission, command, rows)
        answer = await submission.client.command(
            command.service, command.name, command.body(rows), key
        )
        if answer.accepted:
            return _accepted(answer, rows, already, bad)
        if answer.status in {401, 403}:
            raise ImportRefused(answer)
        refused = refused_rows(answer, len(rows))
        if _may_come(answer, refused) and time.monotonic() < deadline:
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_SECONDS)
            continue
        before = {at for at, why in refused.items() if why.code in submission.kind.already}
        already += [rows[at] for at in sorted(before)]
        bad += [
            why._replace(number=rows[at].number)
            for at, why in sorted(refused.items())
            if at not in before
        ]
        if len(bad) > bad_rows_max:
            raise TooManyErrors(bad)
        rows = [row for at, row in enumerate(rows) if at not in refused]
    return Submitted([], already, bad, 0)


def refused_rows(answer: Answer, count: int) -> dict[int, RowError]:
    """Which of `count` rows (from 0) a refusal concerns; all of them where it names none.

    A service numbers rows from 1; a request that is not valid points into a list, from 0.
    """
    named: dict[int, RowError] = {}
    for error in answer.body.get("errors") or ():
        at, field = _place(error)
        if at is not None and 0 <= at < count:
            code = str(error.get("code") or answer.code) if "row" in error else answer.code
            title = answer.title if code == answer.code else code
            named.setdefault(at, RowError(0, field, code, title))
    return named or {at: RowError(0, "", answer.code, answer.title) for at in range(count)}


def _accepted(
    answer: Answer, rows: list[Row], already: list[Row], bad: list[RowError]
) -> Submitted:
    if answer.replayed:
        return Submitted([], [*already, *rows], bad, 0)
    return Submitted(rows, already, bad, int(answer.body.get("events", len(rows))))


def _may_come(answer: Answer, refused: Mapping[int, RowError]) -> bool:
    return answer.status == 503 or {why.code for why in refused.values()} <= REPLICA_BEHIND


def _place(error: Mapping[str, Any]) -> tuple[int | None, str]:
    if "row" in error:
        return int(error["row"]) - 1, ""
    steps = str(error.get("pointer", "")).strip("/").split("/")
    number = next((int(step) for step in steps if step.isdecimal()), None)
    return number, steps[-1] if not steps[-1].isdecimal() else ""


def _key(submission: Submission, command: Command, rows: Sequence[Row]) -> str:
    """The same file, the same command, the same rows: the same key, so nothing goes in twice."""
    numbers = ",".join(str(row.number) for row in rows)
    parts = f"{submission.digest}/{command.label}/{numbers}"
    return f"import-{submission.kind.name}-{hashlib.sha256(parts.encode()).hexdigest()[:40]}"
