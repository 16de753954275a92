"""How the command line prints: tables and sentences for people, JSON documents for machines.

What is asked for goes to stdout; refusals, notices and progress go to stderr, so that output can be
piped. With --json a refusal is a document too, on stdout, where the program that asked reads it.
"""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

ERRORS_SHOWN = 50
PIPE_COLUMNS = 1000
"""Without a terminal a table is as wide as it needs to be: no line of a pipe is cut."""

PROBLEM_MEMBERS = {"type", "title", "status", "detail", "code", "errors"}
ERROR_PLACES = ("row", "line", "pointer")


class Output:
    """Prints for a person, or (`machine`) one JSON document a command."""

    def __init__(self, machine: bool = False) -> None:
        self.machine = machine

    def document(self, content: Any) -> None:
        """Print a JSON document; only for machines."""
        if self.machine:
            sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")

    def say(self, text: str) -> None:
        """Print a line for a person; nothing for machines."""
        if not self.machine:
            _console().print(text, soft_wrap=True)

    def notice(self, text: str) -> None:
        """Print a line on stderr, for whoever watches."""
        _console(stderr=True).print(text, soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
        """Print a table for a person; a column whose name starts with `>` is right-aligned."""
        if self.machine:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
        for name in columns:
            if name.startswith(">"):
                table.add_column(name[1:], justify="right", no_wrap=True)
            else:
                table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*("" if cell is None else Text(str(cell)) for cell in row))
        _console().print(table)

    def refusal(self, problem: Mapping[str, Any]) -> None:
        """Print a problem document (RFC 9457): title, code, detail, facts, rows at fault."""
        if self.machine:
            self.document(problem)
            return
        for line in refusal_lines(problem):
            self.notice(line)

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator["Bar"]:
        """A progress bar on stderr, only where a person watches a terminal."""
        if self.machine or not sys.stderr.isatty():
            yield Bar(None, 0)
            return
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        named = TextColumn("{task.description}", markup=False)
        columns = (named, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=_console(stderr=True), transient=True) as bars:
            yield Bar(bars, bars.add_task(what, total=total))


class Bar:
    """One progress bar, or none."""

    def __init__(self, bars: "Progress | None", task: int) -> None:
        self._bars, self._task = bars, task

    def to(self, completed: float, total: float | None = None) -> None:
        """Show how far it is."""
        if self._bars is not None:
            from rich.progress import TaskID

            self._bars.update(TaskID(self._task), completed=completed, total=total)


def refusal_lines(problem: Mapping[str, Any]) -> list[str]:
    """A problem document as lines to read: the sentence first, then what it concerns."""
    code, status = problem.get("code", ""), problem.get("status")
    named = ", ".join(str(part) for part in (code, f"HTTP {status}" if status else "") if part)
    lines = [f"✗ {problem.get('title') or code}" + (f"  ({named})" if named else "")]
    if problem.get("detail"):
        lines.append(f"  {problem['detail']}")
    lines += [
        f"  {name}: {value}"
        for name, value in problem.items()
        if name not in PROBLEM_MEMBERS and value not in (None, "", [], {})
    ]
    errors = problem.get("errors") or []
    lines += [f"  {_error_line(error)}" for error in errors[:ERRORS_SHOWN]]
    if len(errors) > ERRORS_SHOWN:
        lines.append(f"  and {len(errors) - ERRORS_SHOWN} more (--json lists all)")
    return lines


def _error_line(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error)
    place = next((f"{name} {error[name]}" for name in ERROR_PLACES if name in error), "")
    named = [str(error[name]) for name in ("code", "title", "detail") if error.get(name)]
    known = {*ERROR_PLACES, "code", "title", "detail"}
    named += [f"{name}={value}" for name, value in error.items() if name not in known]
    return f"{place}: {'  '.join(named)}" if place else "  ".join(named)


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_COLUMNS
    # What is said is data: `[red]` and `:100:` stand in it as they are.
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def flat(facts: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Rows of a table: each name, and its value as a person reads it."""
    return [
        (name, sentence(value) if isinstance(value, Mapping | list) else value)
        for name, value in facts.items()
    ]


def sentence(value: Any) -> str:
    """A value of JSON as a person reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {sentence(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(map(sentence, value))
    return str(value)
