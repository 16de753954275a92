"""`guildhall import`: an office file into commands, and what became of each of its rows."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guildhall.cli.commands import Now
from guildhall.cli.connection import Connection, Refused, Unreachable
from guildhall.cli.period import Org
from guildhall.cli.session import Session, connected
from guildhall.output import Bar, Output

if TYPE_CHECKING:
    from guildhall.imports.corrections import Correction
    from guildhall.imports.kinds import Kind
    from guildhall.imports.outcome import Outcome
    from guildhall.imports.rows import RowError
    from guildhall.imports.upload import Options

ROWS_SHOWN = 50


KindName = Annotated[str, typer.Argument(help="members, gifts, claims, …: any wrong one lists all")]
Given = Annotated[
    list[str] | None,
    typer.Option("--set", help="FIELD=VALUE for a column the sheet lacks; 字段=值 too"),
]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", help="列=字段: which column, by heading or letter, is which field"),
]
Sheets = Annotated[
    list[str] | None, typer.Option("--sheet", help="read this sheet only; may be repeated")
]
Preview = Annotated[
    bool, typer.Option("--preview", help="write nothing, and say what would become of it")
]
Template = Annotated[
    bool, typer.Option("--template", help="write an empty workbook of this kind to FILE")
]
Corrected = Annotated[
    Path | None,
    typer.Option("--corrections", help="JSON: what cells say instead, by sheet, row and column"),
]
EnterWithdrawn = Annotated[
    bool, typer.Option("--enter-withdrawn", help="enter again what a person took back before, too")
]
Quote = Annotated[
    bool, typer.Option("--quote", help="with --json: the cells of the rows that do not go in")
]
MaxErrorRate = Annotated[
    float, typer.Option(min=0, max=1, help="with more refused rows than this, nothing goes in")
]


@connected(acts_as="clerk")
def import_(
    session: Session,
    *,
    kind: KindName,
    file: Annotated[Path, typer.Argument(dir_okay=False)],
    org: Org,
    given: Given = None,
    mapped: Mapped = None,
    sheets: Sheets = None,
    preview: Preview = False,
    corrections: Corrected = None,
    quote: Quote = False,
    enter_withdrawn: EnterWithdrawn = False,
    template: Template = False,
    max_error_rate: MaxErrorRate = 0.20,
    now: Now = None,
) -> None:
    """Enter an office file (.xlsx, .csv); status 0 only if every row is in, now or before.

    Every row is told of: entered, already in, differing from what is in, refused, passed over.
    Rows that are refused or differ are written to a file beside it, to correct and import again.

    Example: guildhall import gifts 春节.xlsx --org tjtc --set programme_id=spring-2022 --preview
    """
    meant = _kind(kind)
    if template:
        _write_template(session.output, meant, file)
        return
    _is_there(file)
    if not session.person_named:
        session.connection.person = meant.role
    from guildhall.imports.upload import Options

    options = Options(
        max_error_rate=max_error_rate,
        given=_given(meant, given or ()),
        mapped=_pairs(meant, mapped or (), "--map", field_first=False),
        only=tuple(sheets or ()),
        preview=preview,
        corrections=_corrections(corrections),
        quote=quote,
        enter_withdrawn=enter_withdrawn,
    )
    with session.output.progress(f"importing {file.name}", None) as bar:
        importing = run_import(
            session.connection, org=org, kind=meant, file=file, options=options, now=now, bar=bar
        )
        outcome = asyncio.run(importing)
    show_outcome(session.output, outcome)
    _require_complete(session, outcome, file)


def _require_complete(session: Session, outcome: "Outcome", file: Path) -> None:
    if not outcome.complete:
        session.untrue(f"correct {outcome.bad_rows_file or file} and import it again")


def _is_there(file: Path) -> None:
    if not file.is_file():
        raise typer.BadParameter(f"{file} is no file that is there")


async def run_import(
    connection: Connection,
    *,
    org: str,
    kind: "Kind",
    file: Path,
    options: "Options",
    now: str | None,
    bar: Bar,
) -> "Outcome":
    """Import a file as the connection's person. Raises Refused, Unreachable."""
    import httpx

    from guildhall.imports.cells import SheetError
    from guildhall.imports.http_client import HttpClient, open_http
    from guildhall.imports.submission import ImportRefused
    from guildhall.imports.upload import import_file

    urls, token = connection.target.urls, connection.bearer()
    async with open_http() as http:
        client = HttpClient(http, urls, org, token, now, enter_withdrawn=options.enter_withdrawn)
        try:
            return await import_file(client, kind, file, options=options, progress=bar.to)
        except ImportRefused as why:
            raise Refused({"status": why.answer.status, **why.answer.body}) from why
        except SheetError as why:
            raise Refused({"title": str(why), "code": why.code}) from why
        except httpx.TransportError as why:
            raise Unreachable(f"the import stopped: {str(why) or type(why).__name__}") from why


def show_outcome(output: Output, outcome: "Outcome") -> None:
    """Print what became of a file: rows that did not go in first, then the account of all rows."""
    output.document(outcome.document())
    if output.machine:
        return
    _rows(output, outcome.bad, "refused")
    _rows(output, outcome.differs, "differs")
    would = "would be " if outcome.preview else ""
    output.say(
        f"{outcome.rows:,} rows: {outcome.accepted:,} {would}entered,"
        f" {outcome.already:,} were already in,"
        f" {len({flaw.place for flaw in outcome.differs}):,} differ from what is in,"
        f" {outcome.refused:,} refused, {outcome.not_sent:,} not sent,"
        f" {len(outcome.passed):,} passed over"
    )
    if outcome.withdrawn:
        output.say(
            f"  of those that differ {outcome.withdrawn:,} were entered and taken back since"
        )
    for reason, count in outcome.passed_by_reason().items():
        output.say(f"  passed over: {count:,} × {reason}{_numbers(outcome, reason)}")
    for told in outcome.told:
        output.say(f"  {told.text}")
    for name in outcome.unread:
        output.notice(
            f"the sheet {name} was not read: it has no headings of this kind;"
            " --sheet names those to read"
        )
    if outcome.ignored:
        output.say(f"columns passed over: {', '.join(outcome.ignored)}")
    if outcome.stopped:
        output.notice("too many rows were refused: what was not sent yet was not entered")
    if outcome.preview:
        output.say("a preview: nothing was written")
    for warning in outcome.warnings:
        output.notice(f"warning: {warning}")


def _numbers(outcome: "Outcome", reason: str) -> str:
    """The first numbers of the rows passed over for a reason that a clerk will want to check."""
    from guildhall.imports.passed_over import REASONS

    found = [each for each in outcome.passed if REASONS[each.reason] == reason]
    if found[0].reason in {"headings", "title"}:
        return ""
    shown = ", ".join(_place(each.sheet, each.number) for each in found[:10])
    return f" (row {shown}{', …' if len(found) > 10 else ''})"


def _rows(output: Output, flaws: "Sequence[RowError]", what: str) -> None:
    for flaw in flaws[:ROWS_SHOWN]:
        output.say(
            f"row {_place(flaw.sheet, flaw.number)}: {flaw.field}  {flaw.title} ({flaw.code})"
        )
    if len(flaws) > ROWS_SHOWN:
        output.say(f"and {len(flaws) - ROWS_SHOWN:,} more {what} (--json lists all)")


def _place(sheet: str, number: int) -> str:
    return f"{sheet}!{number}" if sheet else str(number)


def _given(kind: "Kind", texts: Sequence[str]) -> dict[str, Any]:
    """The values of --set by field, read as a cell of that column would be."""
    from guildhall.imports.cells import CellError
    from guildhall.imports.rows import TITLES

    values: dict[str, Any] = {}
    for field, value in _pairs(kind, texts, "--set", field_first=True).items():
        column = next(each for each in kind.columns if each.field == field)
        try:
            values[field] = column.read(value)
        except CellError as why:
            raise typer.BadParameter(f"--set {field}: {TITLES[why.code]} ({why.code})") from why
    return values


def _corrections(file: Path | None) -> "list[Correction]":
    from guildhall.imports.cells import SheetError
    from guildhall.imports.corrections import read_corrections

    try:
        return read_corrections(file.read_bytes()) if file else []
    except SheetError as why:
        raise Refused({"title": str(why), "code": why.code}) from why


def _kind(name: str) -> "Kind":
    from guildhall.imports import KINDS

    if name not in KINDS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(KINDS)}")
    return KINDS[name]


def _pairs(kind: "Kind", texts: Sequence[str], option: str, *, field_first: bool) -> dict[str, str]:
    from guildhall.imports.cells import SheetError
    from guildhall.imports.headings import field_named

    pairs: dict[str, str] = {}
    for text in texts:
        left, equals, right = (text.partition if field_first else text.rpartition)("=")
        if not equals or not left or not right:
            meant = "FIELD=VALUE" if field_first else "列=字段"
            raise typer.BadParameter(f"{option} {text}: it must be {meant}")
        try:
            field = field_named(kind, left if field_first else right)
        except SheetError as why:
            raise typer.BadParameter(f"{option} {text}: {why}") from why
        if (field if field_first else left) in pairs or field in pairs.values():
            raise typer.BadParameter(f"{option} {text}: it was said before")
        pairs |= {field: right} if field_first else {left: field}
    return pairs


def _write_template(output: Output, kind: "Kind", file: Path) -> None:
    from guildhall.imports.template import write_template

    if file.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{file.name}: a template is an .xlsx workbook")
    if file.exists():
        raise typer.BadParameter(f"{file} is there already, and is not written over")
    write_template(file, kind)
    output.document({"template": str(file), "kind": kind.name})
    output.say(f"{file}: fill it in below the headings, then guildhall import {kind.name} {file}")
