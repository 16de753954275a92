"""`guildhall contract …`: what may be published, and whether a file of records may."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import orjson
import typer

from guildhall.cli.session import Machine
from guildhall.output import Output
from shared.contract.contexts import CONTEXTS

contract = typer.Typer(
    help="The published contract: event types, their schemas, and a check that needs no stack.",
    no_args_is_help=True,
)

VIOLATIONS_SHOWN = 100


@contract.command("list")
def list_types(
    context: Annotated[str | None, typer.Option(help=", ".join(CONTEXTS))] = None,
    machine: Machine = False,
) -> None:
    """Every event type with its topic.

    Example: guildhall contract list --context benefits
    """
    from shared.contract.catalogue import EVENT_TYPES, topic_of

    if context is not None and context not in EVENT_TYPES:
        raise typer.BadParameter(f"{context!r} is none of {', '.join(EVENT_TYPES)}")
    types = [
        {
            "type": cls.type_name(),
            "context": name,
            "topic": topic_of(name),
            # However it is indented: Python 3.13 takes the indentation away.
            "meaning": " ".join((cls.__doc__ or "").split("\n\n")[0].split()),
        }
        for name, classes in EVENT_TYPES.items()
        if context in (None, name)
        for cls in classes
    ]
    output = Output(machine)
    output.document({"types": types})
    output.table(("type", "meaning"), ((row["type"], row["meaning"]) for row in types))


@contract.command()
def asyncapi() -> None:
    """The whole contract as an AsyncAPI 3.0 document: topics, messages, and who may do what.

    Example: guildhall contract asyncapi > guildhall.asyncapi.json
    """
    from deploy.asyncapi import asyncapi as document

    typer.echo(orjson.dumps(document(), option=orjson.OPT_INDENT_2).decode())


@contract.command()
def schema(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="full name, or the event's alone")],
) -> None:
    """The JSON Schema (2020-12) of an event's data.

    Example: guildhall contract schema GiftIssued
    """
    from shared.contract.document_schema import document_schema

    document = document_schema(_full_name(type_))
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@contract.command()
def diff(
    old: Annotated[Path, typer.Argument(exists=True, help="as it was published")],
    new: Annotated[
        Path | None, typer.Argument(exists=True, help="as it would be; by default ours")
    ] = None,
    machine: Machine = False,
) -> None:
    """Compare two contracts; status 0 only if whoever met the old one meets the new one, too.

    A contract is an AsyncAPI document, a document's JSON Schema, or a folder of schemas, as
    asyncapi and schema print them; or a service's OpenAPI document, beside another. What only adds
    is no loss: a field that may be absent, a value more, a wider range, a type or a route more.

    Example: guildhall contract diff published.asyncapi.json
    """
    output = Output(machine)
    try:
        found = _apis_compared(old, new) or _types_compared(old, new)
    except ValueError as why:
        raise typer.BadParameter(str(why)) from why
    what, count, losses, added = found
    output.document({what: count, "breaking": losses, "added": added})
    for name, lines in losses.items():
        for line in lines:
            output.notice(f"✗ {name}{line if line.startswith('.') else f': {line}'}")
    output.say(f"{count} {what} compared, {len(losses)} broken, {len(added)} added")
    if losses:
        raise typer.Exit(1)


class _Compared(NamedTuple):
    what: str
    compared: int
    losses: dict[str, list[str]]
    added: list[str]


def _types_compared(old: Path, new: Path | None) -> _Compared:
    from guildhall.cli.contract_files import current_schemas, schemas_in
    from shared.contract.narrowing import contract_losses

    before = schemas_in(old)
    after = schemas_in(new) if new else current_schemas()
    added = sorted(after.keys() - before.keys())
    return _Compared("types", len(before), contract_losses(before, after), added)


def _apis_compared(old: Path, new: Path | None) -> _Compared | None:
    """The routes of two OpenAPI documents; None: they are none."""
    from guildhall.cli.contract_files import api_in
    from shared.http.api_changes import api_losses, routes_of

    before = api_in(old)
    if before is None:
        return None
    after = api_in(new) if new else None
    if after is None:
        raise ValueError(f"{old} is an OpenAPI document: name another to compare it with")
    were, are = routes_of(before), routes_of(after)
    return _Compared("routes", len(were), api_losses(before, after), sorted(are.keys() - were))


@contract.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    type_: Annotated[
        str | None, typer.Option("--type", help="rows are the bare data of this event type")
    ] = None,
    after: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="what was published before, in order"),
    ] = None,
    continues: Annotated[
        bool, typer.Option("--continues", help="anything may have been published before")
    ] = False,
    machine: Machine = False,
) -> None:
    """Check records against the contract, offline; status 0 only if ingest would take every row.

    A row is a CloudEvent as JSON (structured mode), a dumped Kafka record with key, headers and
    value, or bare data with --type. JSON lines; a file named .json is one document or an array.
    Rows are held against those before them as if nothing of the source had been published yet:
    name with --after what was, or say --continues, and nothing is missed before the first row.

    Example: guildhall contract check to-publish.jsonl --after january.jsonl
    """
    output = Output(machine)
    name = _full_name(type_) if type_ else None
    found = _checked(output, file, after or [], name, continues=continues)
    summary = {"file": str(file), "checked": found.checked, "again": found.again}
    show_violations(output, found.violations, summary)
    bad = len({violation.row for violation in found.violations})
    output.say(f"{found.checked:,} rows checked, {bad:,} refused")
    if found.again:
        output.say(
            f"{found.again:,} of them say what an earlier row says, to the byte: counted once"
        )
    if not found.checked and not found.violations:
        output.notice(f"✗ {file} holds no record")
    if found.violations or not found.checked:
        raise typer.Exit(1)


class _Checked(NamedTuple):
    violations: list[Any]
    checked: int
    again: int


def _checked(
    output: Output, file: Path, after: list[Path], type_name: str | None, *, continues: bool
) -> _Checked:
    """Every violation in a file, held against what was published before."""
    from guildhall.cli.conformance import Violation, check_rows, rows_of
    from shared.errors import ContractViolation

    violations: list[Violation] = []
    checked = again = 0
    try:
        with output.progress(f"checking {file.name}", file.stat().st_size) as bar:
            done = 0
            earlier = [row for each in after for row in rows_of(each)]
            rows = check_rows(chain(earlier, rows_of(file)), type_name, continues=continues)
            for found in islice(rows, len(earlier), None):
                checked, done = checked + 1, done + len(found.row.content) + 1
                again += found.again
                violations += found.violations
                bar.to(done)
    except ContractViolation as why:
        violations.append(Violation(1, why.reason, why.detail))
    return _Checked(violations, checked, again)


def show_violations(output: Output, violations: list[Any], summary: dict[str, Any]) -> None:
    """Print violations by row; for machines, within a document that starts with `summary`."""
    output.document({**summary, "violations": [v._asdict() for v in violations]})
    if output.machine:
        return
    for violation in violations[:VIOLATIONS_SHOWN]:
        output.notice(f"row {violation.row}: {violation.reason}: {violation.detail}")
    if len(violations) > VIOLATIONS_SHOWN:
        output.notice(f"and {len(violations) - VIOLATIONS_SHOWN:,} more (--json lists all)")


def _full_name(name: str) -> str:
    """The type's name on the wire; the event's name alone will do where one type has it."""
    from shared.contract.catalogue import CATALOGUE

    if name in CATALOGUE:
        return name
    found = [full for full, cls in CATALOGUE.items() if cls.__name__ == name]
    if len(found) != 1:
        raise typer.BadParameter(f"no event type {name!r}; `guildhall contract list` names them")
    return found[0]
