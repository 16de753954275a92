"""An office file into commands: read, look people up, send, and say what became of each row."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from guildhall.imports.cells import SheetError
from guildhall.imports.corrections import Correction, Quoted, corrected, quoted
from guildhall.imports.error_file import error_file_of, write_error_file
from guildhall.imports.headings import known_headings
from guildhall.imports.http_client import CommandClient
from guildhall.imports.kinds import ROWS_PER_COMMAND, Command, Kind, Place, Row
from guildhall.imports.listed_twice import listed_once
from guildhall.imports.outcome import Outcome
from guildhall.imports.rows import TITLES, RowError, Table, read_rows
from guildhall.imports.spreadsheet import Book, read_book
from guildhall.imports.submission import (
    WITHDRAWN,
    ImportRefused,
    Submission,
    Submitted,
    TooManyErrors,
    send,
)
from guildhall.imports.what_to_do import TO_DO, WHATEVER_KIND, what_to_do

MAX_ERROR_RATE = 0.20
QUOTED_GOOD = 5

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done with."""


class Options(NamedTuple):
    """How to import. Above `max_error_rate` nothing goes in (see Outcome.stopped).

    `at_once` is how many commands may be under way; `patience_seconds` how long to wait for a
    service whose copy of the people lags behind members. `given` are values for fields that the
    sheet has no column for; `mapped` says which column is which field; `only` names the sheets to
    read. `preview` writes nothing. `corrections` are what some cells say instead; with `quote`, the
    outcome holds the cells of the rows that do not go in, and of the first that do.
    `enter_withdrawn`: what a person took back before goes in again (the client asks so).
    """

    max_error_rate: float = MAX_ERROR_RATE
    at_once: int = 4
    patience_seconds: float = 60.0
    given: Mapping[str, Any] = {}
    mapped: Mapping[str, str] = {}
    only: Sequence[str] = ()
    preview: bool = False
    corrections: Sequence[Correction] = ()
    quote: bool = False
    enter_withdrawn: bool = False


DEFAULTS = Options()


async def import_file(
    client: CommandClient,
    kind: Kind,
    file: Path,
    *,
    options: Options = DEFAULTS,
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Import one file.

    Rows that are not acceptable are left out and written to a file of their own, to correct and
    upload again. Raises SheetError, ImportRefused, NotBalanced, OSError, httpx.TransportError.
    """
    book = corrected(read_book(file, known_headings(kind)), options.corrections)
    table = read_rows(kind, book, options.given, options.mapped, options.only)
    kept = book if options.quote else None
    del book
    if not table.rows and not table.bad:
        raise SheetError("no-rows", f"{file.name} has no rows below its headings")
    once, twice = listed_once(kind, table.rows)
    rows, unknown = await _with_people(client, kind, once)
    run = _Run(table, options, [*table.bad, *twice, *unknown], progress)
    submission = Submission(client, kind, uuid4().hex, options.patience_seconds, options.preview)
    await run.send_all(submission, kind.commands(rows))
    told = [_in_words(kind, flaw) for flaw in sorted(run.differs)]
    run.bad = [_with_advice(kind, flaw) for flaw in run.bad]
    written, warnings = _write(file, table, [*run.bad, *told], options)
    outcome = run.outcome(kind, told, written, warnings).balanced()
    return outcome._replace(quoted=_quoted(kept, kind, run, options)) if kept else outcome


def _quoted(book: Book, kind: Kind, run: "_Run", options: Options) -> list[Quoted]:
    places = {flaw.place for flaw in (*run.bad, *run.differs)}
    places |= set(sorted(run.accepted - places)[:QUOTED_GOOD])
    pages = [page for page in book.pages if not options.only or page.name in options.only]
    several = len(pages) > 1
    read = book._replace(pages=pages)
    return quoted(read, kind, options.given, options.mapped, several, places)


class _Run:
    """The state of one import while it is under way."""

    def __init__(
        self, table: Table, options: Options, bad: list[RowError], progress: Progress
    ) -> None:
        self.table, self.bad, self._options = table, bad, options
        self.total = table.total - len(table.passed)
        self._progress = progress
        self.differs: list[RowError] = []
        self.accepted: set[Place] = set()
        self.already: set[Place] = set()
        self._refused = {flaw.place for flaw in bad}
        self.events = self.commands = 0
        self._bad_max = options.max_error_rate * self.total
        self._at_once = asyncio.Semaphore(options.at_once)
        self.stopped = self._bad_left() < 0
        self._advance()

    async def send_all(self, submission: Submission, stages: Sequence[Sequence[Command]]) -> None:
        """Send stage after stage; a row refused in one is left out of the next."""
        for stage in stages:
            out = self._refused | {flaw.place for flaw in self.differs}
            kept = [c._replace(rows=[r for r in c.rows if r.place not in out]) for c in stage]
            # A worker a command under way, not a task a command: 100,000 of those are 400 MB.
            waiting = iter([command for command in kept if command.rows])
            workers = [self._work(submission, waiting) for _ in range(self._options.at_once)]
            for result in await asyncio.gather(*workers, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

    async def _work(self, submission: Submission, waiting: Iterator[Command]) -> None:
        for command in waiting:
            if self.stopped:
                return
            try:
                self._count(await send(submission, command, self._bad_left()))
            except TooManyErrors as why:
                self.stopped = True
                self._count(why.done._replace(accepted=[], events=0))

    def _count(self, sent: Submitted) -> None:
        self.commands += bool(sent.accepted)
        self.events += sent.events
        self.accepted |= {row.place for row in sent.accepted}
        self.already |= {row.place for row in sent.already}
        self.differs += sent.differs
        self.bad += sent.bad
        self._refused |= {flaw.place for flaw in sent.bad}
        self._advance()

    def _advance(self) -> None:
        done = len(self.accepted) + len(self.already) + len(self.differs) + len(self._refused)
        self._progress(min(done, self.total), self.total)

    def _bad_left(self) -> float:
        """How many more rows may be refused."""
        return self._bad_max - len(self._refused)

    def outcome(
        self, kind: Kind, differs: list[RowError], written: Path | None, warnings: tuple[str, ...]
    ) -> Outcome:
        """What became of the file. A row of several commands is refused if one of them is, differs
        if one does, is entered if one was."""
        told = {flaw.place for flaw in differs} - self._refused
        accepted = self.accepted - self._refused - told
        already = self.already - accepted - self._refused - told
        done = len(accepted) + len(already) + len(told) + len(self._refused)
        table = self.table
        return Outcome(
            kind=kind.name,
            rows=table.total,
            accepted=len(accepted),
            already=len(already),
            not_sent=self.total - done,
            differs=[flaw for flaw in differs if flaw.place in told],
            bad=sorted(self.bad, key=lambda flaw: (flaw.place, flaw.field, flaw.code)),
            passed=table.passed,
            events=self.events,
            commands=self.commands,
            stopped=self.stopped,
            ignored=table.ignored,
            told=table.told,
            unread=table.unread,
            bad_rows_file=written,
            warnings=warnings,
            preview=self._options.preview,
        )


def _with_advice(kind: Kind, flaw: RowError) -> RowError:
    advice = TO_DO.get(kind.name, {}).get(flaw.code) or WHATEVER_KIND.get(flaw.code)
    return flaw._replace(title=f"{flaw.title}。{advice}") if advice else flaw


def _in_words(kind: Kind, flaw: RowError) -> RowError:
    """A row that differs: the headings of the fields that do, and what to do about it; or that it
    was taken back since, by name."""
    at = f"({flaw.entry})" if flaw.entry else ""
    if flaw.code == WITHDRAWN:
        return flaw._replace(
            title=f"录入过{at}，后被人撤回，不再录入。{what_to_do(kind.name, WITHDRAWN)}"
        )
    headings = {column.field: column.headings[0] for column in kind.columns}
    told = [
        kind.told_as.get(f"{flaw.code}/{field}") or kind.told_as.get(field, field)
        for field in flaw.differs or ()
    ]
    named = [headings.get(field, field) for field in told]
    fields = tuple(dict.fromkeys(named))
    return flaw._replace(
        field="、".join(fields),
        title=f"已录入{at}，但{'、'.join(fields)}与本行不同。{what_to_do(kind.name, flaw.code)}",
        differs=fields,
    )


async def _with_people(
    client: CommandClient, kind: Kind, rows: Sequence[Row]
) -> tuple[list[Row], list[RowError]]:
    """The rows with person ids for employee numbers, and the rows whose numbers nobody holds, or
    whose holders' records cannot be read."""
    asking = (*kind.people, *((kind.new_people,) if kind.new_people else ()))
    numbers = {row.values[field] for row in rows for field in asking if field in row.values}
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
            for field in asking
            if field in row.values
            and row.values[field] not in found
            and (field in kind.people or row.values[field] in unreadable)
        ]
        bad += [_unknown(kind, row, field, unreadable) for field in unknown]
        if not unknown:
            ready.append(_with_ids(kind, row, found))
    return ready, bad


def _with_ids(kind: Kind, row: Row, found: Mapping[str, str]) -> Row:
    people = {field: found[row.values[field]] for field in kind.people if field in row.values}
    if kind.new_people and row.values[kind.new_people] in found:
        people["person_id"] = found[row.values[kind.new_people]]
    return row._replace(values={**row.values, **people}) if people else row


def _unknown(kind: Kind, row: Row, field: str, unreadable: Collection[str]) -> RowError:
    heading = next(column.headings[0] for column in kind.columns if column.field == field)
    code = "record-unreadable" if row.values[field] in unreadable else "unknown-employee"
    return RowError(row.number, heading, code, TITLES[code], row.sheet)


def _write(
    file: Path, table: Table, bad: Sequence[RowError], options: Options
) -> tuple[Path | None, tuple[str, ...]]:
    """The file of the rows that did not go in; where it cannot be written, a warning. A preview
    leaves the files as they are."""
    target = error_file_of(file)
    if options.preview:
        return None, ()
    try:
        if not bad:
            # What was wrong last time is not wrong any more.
            target.unlink(missing_ok=True)
            return None, ()
        write_error_file(target, table, bad)
    except OSError as why:
        return None, (f"{target.name} could not be written: {why.strerror or why}",)
    return target, ()
