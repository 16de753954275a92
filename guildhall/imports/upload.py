"""An office file into commands: read, look people up, send, and say what became of each row."""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from guildhall.imports.error_file import error_file_of, write_error_file
from guildhall.imports.http_client import CommandClient
from guildhall.imports.kinds import ROWS_PER_COMMAND, Command, Kind, Row
from guildhall.imports.rows import TITLES, RowError, known_headings, read_rows
from guildhall.imports.spreadsheet import Sheet, SheetError, read_sheet
from guildhall.imports.submission import ImportRefused, Submission, TooManyErrors, send

MAX_ERROR_RATE = 0.20

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done with."""


class Options(NamedTuple):
    """How to import. Above `max_error_rate` nothing goes in (see Outcome.stopped).

    `at_once` is how many commands may be under way; `patience_seconds` how long to wait for a
    service whose copy of the people lags behind members.
    """

    max_error_rate: float = MAX_ERROR_RATE
    at_once: int = 4
    patience_seconds: float = 60.0


DEFAULTS = Options()


class Outcome(NamedTuple):
    """What became of a file. `rows` = `accepted` + `already` + rows in `bad` + `not_sent`.

    `already` rows had been entered before: this upload added nothing for them. `stopped`: more rows
    were bad than allowed. Then nothing of a file went in that is one command (up to 1,000 rows of a
    bulk kind); of a longer one, what `accepted` says, because commands are not one transaction.
    """

    kind: str
    rows: int
    accepted: int
    already: int
    not_sent: int
    bad: Sequence[RowError]
    events: int
    commands: int
    stopped: bool
    ignored: tuple[str, ...]
    bad_rows_file: Path | None

    @property
    def complete(self) -> bool:
        """Whether every row is in, now or before."""
        return not self.bad and not self.not_sent


async def import_file(
    client: CommandClient,
    kind: Kind,
    file: Path,
    *,
    given: Mapping[str, Any] | None = None,
    options: Options = DEFAULTS,
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Import one file. `given` are values for fields the sheet has no column for.

    Rows that are not acceptable are left out and written to a file of their own, to correct and
    upload again. Raises SheetError, ImportRefused, OSError, httpx.TransportError.
    """
    sheet = read_sheet(file, known_headings(kind))
    parsed = read_rows(kind, sheet, given)
    total = len(parsed.rows) + len({flaw.number for flaw in parsed.bad})
    if not total:
        raise SheetError("no-rows", f"{file.name} has no rows below its headings")
    rows, bad = await _with_people(client, kind, parsed.rows)
    run = _Run(total, options, [*parsed.bad, *bad], progress)
    submission = Submission(
        client, kind, _digest(file, client.org_id, kind, given), options.patience_seconds
    )
    await run.send_all(submission, kind.commands(rows))
    return run.outcome(kind, parsed.ignored, _write(file, sheet, run.bad))


class _Run:
    """The state of one import while it is under way."""

    def __init__(
        self, total: int, options: Options, bad: list[RowError], progress: Progress
    ) -> None:
        self.total, self.bad, self._progress = total, bad, progress
        self.accepted: set[int] = set()
        self.already: set[int] = set()
        self.events = self.commands = 0
        self._bad_max = options.max_error_rate * total
        self._at_once = asyncio.Semaphore(options.at_once)
        self.stopped = self._bad_left() < 0

    async def send_all(self, submission: Submission, stages: Sequence[Sequence[Command]]) -> None:
        """Send stage after stage; a row refused in one is left out of the next."""
        for stage in stages:
            bad = self._bad_numbers()
            kept = [c._replace(rows=[r for r in c.rows if r.number not in bad]) for c in stage]
            tasks = [self._send(submission, command) for command in kept if command.rows]
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

    async def _send(self, submission: Submission, command: Command) -> None:
        async with self._at_once:
            if self.stopped:
                return
            try:
                sent = await send(submission, command, self._bad_left())
            except TooManyErrors as why:
                self.stopped = True
                self.bad += why.bad
                return
        self.commands += 1
        self.events += sent.events
        self.accepted |= {row.number for row in sent.accepted}
        self.already |= {row.number for row in sent.already}
        self.bad += sent.bad
        self._progress(len(self.accepted | self.already | self._bad_numbers()), self.total)

    def _bad_numbers(self) -> set[int]:
        return {flaw.number for flaw in self.bad}

    def _bad_left(self) -> float:
        """How many more rows may be refused."""
        return self._bad_max - len(self._bad_numbers())

    def outcome(self, kind: Kind, ignored: tuple[str, ...], written: Path | None) -> Outcome:
        """What became of the file."""
        bad = self._bad_numbers()
        accepted = self.accepted - bad
        already = self.already - accepted - bad
        done = len(accepted) + len(already) + len(bad)
        return Outcome(
            kind.name,
            self.total,
            len(accepted),
            len(already),
            self.total - done,
            sorted(self.bad),
            self.events,
            self.commands,
            self.stopped,
            ignored,
            written,
        )


async def _with_people(
    client: CommandClient, kind: Kind, rows: Sequence[Row]
) -> tuple[list[Row], list[RowError]]:
    """The rows with person ids for employee numbers, and the rows whose numbers nobody holds, or
    whose holders' records cannot be read."""
    numbers = {row.values[field] for row in rows for field in kind.people if field in row.values}
    found: dict[str, str] = {}
    unreadable: set[str] = set()
    asked = sorted(numbers)
    for at in range(0, len(asked), ROWS_PER_COMMAND):
        question = {"employee_nos": asked[at : at + ROWS_PER_COMMAND], "purpose": kind.purpose}
        answer = await client.ask("members", "people/lookup", question)
        if not answer.accepted:
            raise ImportRefused(answer)
        found |= {each["employee_no"]: each["person_id"] for each in answer.body["people"]}
        unreadable |= set(answer.body.get("unreadable", ()))
    ready: list[Row] = []
    bad: list[RowError] = []
    for row in rows:
        unknown = [
            field
            for field in kind.people
            if row.values.get(field, "") not in found and field in row.values
        ]
        bad += [_unknown(kind, row, field, unreadable) for field in unknown]
        if not unknown:
            people = {
                field: found[row.values[field]] for field in kind.people if field in row.values
            }
            ready.append(row._replace(values={**row.values, **people}))
    return ready, bad


def _unknown(kind: Kind, row: Row, field: str, unreadable: Collection[str]) -> RowError:
    heading = next(column.headings[0] for column in kind.columns if column.field == field)
    code = "record-unreadable" if row.values[field] in unreadable else "unknown-employee"
    return RowError(row.number, heading, code, TITLES[code])


def _digest(file: Path, org_id: str, kind: Kind, given: Mapping[str, Any] | None) -> str:
    """What makes this upload the same one: the union, the kind, given values, the content."""
    options = orjson.dumps([org_id, kind.name, given or {}], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(options + b"\n" + file.read_bytes()).hexdigest()


def _write(file: Path, sheet: Sheet, bad: Sequence[RowError]) -> Path | None:
    target = error_file_of(file)
    if not bad:
        # What was wrong last time is not wrong any more.
        target.unlink(missing_ok=True)
        return None
    write_error_file(target, sheet, bad)
    return target
