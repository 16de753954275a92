"""What most commands share: the options that say where and as whom, and how a command ends.

`connected` adds those options to a command, opens the connection, and turns every way of failing
into a printed reason and an exit status.
"""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from guildhall.cli.connection import Connection, Refused, Unreachable, find_target
from guildhall.output import Output

EXIT_UNTRUE = 1
"""Refused, or what was asked turned out not to be so (sums differ, not ready, rows invalid)."""
EXIT_UNREACHABLE = 3
"""Nobody answered: nothing is known about the outcome."""

Data = Annotated[
    Path,
    typer.Option("--data", envvar="GUILDHALL_DATA", help="directory of the stack on this machine"),
]
Machine = Annotated[bool, typer.Option("--json", help="print one JSON document, for machines")]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="GUILDHALL_URL",
        help="address of a deployment elsewhere; services are at URL/members, URL/reporting, …",
    ),
]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="GUILDHALL_TOKEN", help="bearer token, instead of --as"),
]
DEFAULT_DATA = Path(".data")


class Session:
    """One command's run: the connection it asks and the output it prints to.

    `person_named` tells whether --as was given; without it a command may choose who acts.
    """

    def __init__(self, connection: Connection, output: Output, person_named: bool) -> None:
        self.connection, self.output = connection, output
        self.person_named = person_named

    def untrue(self, why: str) -> NoReturn:
        """End with status 1: what the command would have said is not so. Raises typer.Exit."""
        self.output.notice(f"✗ {why}")
        raise typer.Exit(EXIT_UNTRUE)


def connected(acts_as: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command a Session as its first argument, and the options to find and enter a stack.

    `acts_as` is the development user it acts as unless --as names another.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(
            *arguments: Any,
            data: Path,
            url: str | None,
            token: str | None,
            acts_for: str | None,
            machine: bool,
            **named: Any,
        ) -> None:
            output = Output(machine)
            with exit_on_failure(output):
                target = find_target(data, url, token)
                with Connection(target, acts_for or acts_as) as connection:
                    command(Session(connection, output, bool(acts_for)), *arguments, **named)

        person = Annotated[
            str | None,
            typer.Option("--as", help=f"development user who acts ({acts_as} unless named)"),
        ]
        own = list(inspect.signature(command).parameters.values())[1:]
        keyword = inspect.Parameter.KEYWORD_ONLY
        added = [
            inspect.Parameter("data", keyword, default=DEFAULT_DATA, annotation=Data),
            inspect.Parameter("url", keyword, default=None, annotation=Url),
            inspect.Parameter("token", keyword, default=None, annotation=Token),
            inspect.Parameter("acts_for", keyword, default=None, annotation=person),
            inspect.Parameter("machine", keyword, default=False, annotation=Machine),
        ]
        # typer reads a command's options from its signature and its type hints.
        signature = inspect.Signature([*own, *added])
        run.__signature__ = signature  # type: ignore[attr-defined]  # typeshed has no such field
        run.__annotations__ = {p.name: p.annotation for p in [*own, *added]}
        return run

    return decorate


class exit_on_failure:
    """Turn a failure into its printed reason and an exit status (see EXIT_…)."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, why: BaseException | None, trace: object) -> None:
        if isinstance(why, Refused):
            self._output.refusal(why.problem)
            raise typer.Exit(EXIT_UNTRUE) from why
        if isinstance(why, OSError):
            self._output.refusal({"title": "a file is in the way", "detail": str(why)})
            raise typer.Exit(EXIT_UNTRUE) from why
        if isinstance(why, Unreachable):
            self._output.refusal({"title": "no answer", "code": "unreachable", "detail": str(why)})
            raise typer.Exit(EXIT_UNREACHABLE) from why
