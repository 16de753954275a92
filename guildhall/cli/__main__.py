"""The `guildhall` command: an authenticated HTTP client, and the way to run a stack here."""

import sys

import typer

from guildhall.cli import backup, commands, contract, events, figures, stack
from guildhall.cli.auditors import auditors
from guildhall.cli.copies import copies
from guildhall.cli.export import export
from guildhall.cli.file_import import import_
from guildhall.cli.quarantine import quarantine
from guildhall.cli.rebuild import rebuild
from guildhall.cli.reconcile import reconcile
from guildhall.cli.rules import rules
from guildhall.cli.sources import sources
from guildhall.cli.status import status
from guildhall.cli.union import union

app = typer.Typer(
    name="guildhall",
    help=(
        "Guildhall keeps the records of a trade union as an event log and proves what the union"
        " reports.\n\nExit status: 0 what was said is true; 1 it is not, or was refused; 2 wrong"
        " usage; 3 nobody answered, the outcome is unknown."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RUN, ASK, ENTER, OPERATE = "Run", "Ask", "Enter", "Operate"

app.command(rich_help_panel=RUN)(stack.up)
app.command(rich_help_panel=RUN)(stack.demo)
app.command(rich_help_panel=RUN)(status)
app.command(rich_help_panel=RUN)(stack.token)
app.command(rich_help_panel=ASK)(figures.figures)
app.command(rich_help_panel=ASK)(figures.explain)
app.command(rich_help_panel=ASK)(figures.diff)
app.command(rich_help_panel=ASK)(figures.findings)
app.command(rich_help_panel=ASK)(figures.report)
app.command(rich_help_panel=ASK)(export)
app.add_typer(union, name="union", rich_help_panel=ENTER)
app.add_typer(rules, name="rules", rich_help_panel=ASK)
app.command(rich_help_panel=ENTER)(commands.command)
app.command(rich_help_panel=ENTER)(commands.commands)
app.command("import", rich_help_panel=ENTER)(import_)
app.add_typer(events.events, name="events", rich_help_panel=ENTER)
app.add_typer(contract.contract, name="contract", rich_help_panel=ENTER)
app.command(rich_help_panel=OPERATE)(rebuild)
app.command(rich_help_panel=OPERATE)(reconcile)
app.command(rich_help_panel=OPERATE)(backup.backup)
app.command(rich_help_panel=OPERATE)(backup.restore)
app.command(rich_help_panel=OPERATE)(backup.drill)
app.add_typer(quarantine, name="quarantine", rich_help_panel=OPERATE)
app.add_typer(sources, name="sources", rich_help_panel=OPERATE)
app.add_typer(auditors, name="auditors", rich_help_panel=OPERATE)
app.add_typer(copies, name="copies", rich_help_panel=OPERATE)


def main() -> None:
    """Entry point of the `guildhall` command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal whose encoding lacks a character shows another one rather than an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
