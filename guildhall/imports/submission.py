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
WITHDRAWN = "withdrawn-before"
"""The refusal of a row that was entered before, and taken back by a person since."""
OF_THE_ROW = frozenset({"maker-is-approver", "approver-is-payer"})
"""Refusals with HTTP status 403 that concern one row: who entered this one may not do that."""

REPLICA_BEHIND = frozenset({"unknown-member", "unknown-union", "members-behind"})
"""Refusals of a service whose replica of members lags. Every person sent was found in members' own
records a moment ago: the command is retried for `patience_seconds`."""


class Submitted(NamedTuple):
    """What became of a command's rows. `events` were written now; `already` rows were before, equal
    in every field; `differs` rows were before with something else."""

    accepted: list[Row]
    already: list[Row]
    differs: list[RowError]
    bad: list[RowError]
    events: int


class TooManyErrors(Exception):
    """So many rows of the command are refused that nothing of it may go in."""

    def __init__(self, done: Submitted) -> None:
        super().__init__(f"{len(done.bad)} rows are refused")
        self.done = done


class ImportRefused(Exception):
    """The import as a whole is refused: no token, wrong role, wrong union, no such service."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.title)
        self.answer = answer


class Submission(NamedTuple):
    """How the commands of one file are sent. `run` is of this import alone: what was entered before
    is found by the service, which knows what stands now; a key of the file's content would only
    tell what was said then. `preview`: the service decides and writes nothing."""

    client: CommandClient
    kind: Kind
    run: str
    patience_seconds: float
    preview: bool = False


async def send(submission: Submission, command: Command, bad_rows_max: float) -> Submitted:
    """Send the command; rows the service refuses are taken out, the rest goes in together.

    With more refused rows than `bad_rows_max` nothing of it goes in.

    Raises TooManyErrors, ImportRefused.
    """
    rows, done = list(command.rows), Submitted([], [], [], [], 0)
    deadline, pause = time.monotonic() + submission.patience_seconds, FIRST_RETRY_SECONDS
    while rows:
        answer = await _answer(submission, command, rows)
        if answer.accepted:
            return _accepted(answer, rows, done)
        if answer.status in {401, 403} and answer.code not in OF_THE_ROW:
            raise ImportRefused(answer)
        refused = refused_rows(answer, len(rows), [row.values.get("person_id") for row in rows])
        if _may_come(answer, refused) and time.monotonic() < deadline:
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_SECONDS)
            continue
        for at, why in sorted(refused.items()):
            named = why._replace(number=rows[at].number, sheet=rows[at].sheet)
            if why.code == WITHDRAWN:
                done.differs.append(named._replace(differs=()))
            elif why.differs is None:
                done.bad.append(named)
            elif why.differs:
                done.differs.append(named)
            else:
                done.already.append(rows[at])
        if len(done.bad) > bad_rows_max:
            raise TooManyErrors(done)
        rows = [row for at, row in enumerate(rows) if at not in refused]
    return done


async def _answer(submission: Submission, command: Command, rows: list[Row]) -> Answer:
    body = command.body(rows)
    if submission.preview:
        return await submission.client.preview(command.service, command.name, body)
    key = _key(submission, command, rows)
    return await submission.client.command(command.service, command.name, body, key)


def refused_rows(
    answer: Answer, count: int, people: Sequence[str | None] = ()
) -> dict[int, RowError]:
    """Which of `count` rows (from 0), of these `people`, a refusal concerns; all of them where it
    names none.

    A service numbers rows from 1, or names the person; a request that is not valid points into a
    list, from 0. Where what is asked stands already, the service says in `differs` which fields of
    it are others, and which `entry` it is.
    """
    named: dict[int, RowError] = {}
    for error in answer.body.get("errors") or ():
        at, field = _place(error, people)
        if at is not None and 0 <= at < count:
            code = str(error.get("code") or answer.code) if "row" in error else answer.code
            title = answer.title if code == answer.code else str(error.get("title") or code)
            flaw = RowError(0, field, code, title, "", _differs(error), _entry(error))
            named.setdefault(at, flaw)
    differs, entry = _differs(answer.body), _entry(answer.body)
    whole = RowError(0, "", answer.code, answer.title, "", differs, entry)
    return named or dict.fromkeys(range(count), whole)


def _differs(said: Mapping[str, Any]) -> tuple[str, ...] | None:
    fields = said.get("differs")
    return tuple(map(str, fields)) if isinstance(fields, list) else None


def _entry(said: Mapping[str, Any]) -> str:
    return str(said.get("entry") or "")


def _accepted(answer: Answer, rows: list[Row], done: Submitted) -> Submitted:
    """Rows that the service says were recorded before (`already_rows`, numbered from 1, and
    `differing_rows` with what differs) are no news."""
    before = {int(number) - 1 for number in answer.body.get("already_rows") or ()}
    said = {"errors": answer.body.get("differing_rows") or ()}
    others = refused_rows(Answer(answer.status, said), len(rows)) if said["errors"] else {}
    differs = [
        why._replace(number=rows[at].number, sheet=rows[at].sheet) for at, why in others.items()
    ]
    return done._replace(
        accepted=[row for at, row in enumerate(rows) if at not in before and at not in others],
        already=[*done.already, *(row for at, row in enumerate(rows) if at in before)],
        differs=[*done.differs, *differs],
        events=int(answer.body.get("events", len(rows))),
    )


def _may_come(answer: Answer, refused: Mapping[int, RowError]) -> bool:
    return answer.status == 503 or {why.code for why in refused.values()} <= REPLICA_BEHIND


def _place(error: Mapping[str, Any], people: Sequence[str | None]) -> tuple[int | None, str]:
    if "row" in error:
        return int(error["row"]) - 1, ""
    person = error.get("person_id")
    if person is not None and person in people:
        return people.index(person), ""
    steps = str(error.get("pointer", "")).strip("/").split("/")
    number = next((int(step) for step in steps if step.isdecimal()), None)
    return number, steps[-1] if not steps[-1].isdecimal() else ""


def _key(submission: Submission, command: Command, rows: Sequence[Row]) -> str:
    """The same command and rows of one import: the same key, so that a lost answer is asked for
    again and nothing goes in twice."""
    numbers = ",".join(f"{row.sheet}!{row.number}" for row in rows)
    parts = f"{submission.run}/{command.label}/{numbers}"
    return f"import-{submission.kind.name}-{hashlib.sha256(parts.encode()).hexdigest()[:40]}"
