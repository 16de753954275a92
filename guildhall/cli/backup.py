"""`guildhall backup`, `restore` and `drill`: what an operator does so that nothing is lost."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import asyncio
import contextlib
import random
import signal
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from guildhall.cli.session import DEFAULT_DATA, EXIT_UNTRUE, Data, Machine
from guildhall.output import Output

DRILL_HOURS_MAX = 36.0
"""A drill that is older says nothing of today's backups."""
MARK_SECONDS = 10.0

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="GUILDHALL_DATABASE_URL",
        help="DSN of a server of your own: a role with REPLICATION that may read every database",
    ),
]
To = Annotated[Path, typer.Option("--to", help="the archive's directory, best on another disk")]
From = Annotated[Path, typer.Option("--from", help="the archive's directory", exists=True)]


def backup(
    *,
    to: To,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="go on archiving the log until Ctrl-C")
    ] = False,
    base: Annotated[bool, typer.Option(help="take a base backup first")] = True,
    machine: Machine = False,
) -> None:
    """Take a base backup and archive the write-ahead log up to now; --follow goes on with it.

    Example: guildhall backup --to /mnt/other/guildhall --follow
    """
    from deploy.backup.archive import Archive, Mark
    from deploy.backup.base_backup import take
    from deploy.backup.live_server import live_server
    from deploy.backup.wal_stream import follow as follow_wal

    output = Output(machine)

    async def told(mark: Mark) -> None:
        output.notice(f"archived up to {_second(mark.at)}, {sum(mark.events.values()):,} events")

    with _exit_on_failure(output):
        server = live_server(data, database_url)
        taken = _run(take(Archive(to), server, base=base))
        output.document(taken._asdict() | {"mark": taken.mark._asdict()})
        if taken.base:
            output.say(f"base {taken.base} of epoch {taken.epoch}, verified")
        output.say(f"can be restored up to {_second(taken.mark.at)}")
        if follow:
            _run(follow_wal(Archive(to), server, MARK_SECONDS, told))


def restore(
    *,
    source: From,
    at: Annotated[str, typer.Option(help="the second, such as 2026-11-23T12:34:56Z")],
    data: Data = DEFAULT_DATA,
    machine: Machine = False,
) -> None:
    """Restore every database to a second, into a stack's directory that is not in use.

    Data that are there are kept under another name. The log begins a new epoch: what was published
    after that second is recognised and quarantined when the stack runs again.

    Example: guildhall restore --from /mnt/other/guildhall --at 2026-11-23T12:34:56Z --data .data
    """
    from deploy.backup.archive import Archive
    from deploy.backup.restore import restore as restore_to

    output = Output(machine)
    with _exit_on_failure(output):
        done = _run(restore_to(Archive(source), _instant(at), data))
        output.document(
            {
                "at": done.at,
                "base": done.base,
                "epoch": done.epoch,
                "seconds": done.seconds,
                "events": {name: each.events for name, each in done.found.items()},
                "moved": done.moved and str(done.moved),
            }
        )
        output.table(("step", ">seconds"), [(n, f"{s:.1f}") for n, s in done.seconds.items()])
        output.say(f"restored to {_second(done.at)}; the log begins epoch {done.epoch}")
        if done.moved:
            output.say(f"the data that were there are kept in {done.moved}")
        if not (data / "person-key").exists():
            output.notice(
                "bring the file person-key here before the stack starts: without it no"
                " person record can be read"
            )


def drill(
    *,
    source: From,
    at: Annotated[str | None, typer.Option(help="the second; a random one by default")] = None,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = None,
    scratch: Annotated[Path | None, typer.Option(help="where the copy is laid out")] = None,
    age: Annotated[
        bool, typer.Option("--age", help="only tell how long ago the last drill was")
    ] = False,
    machine: Machine = False,
) -> None:
    """Restore to a second beside everything, prove the copy, log the time; status 0 if it held.

    With --age: status 0 only if the last drill held and is not older than 36 hours.

    Example: guildhall drill --from /mnt/other/guildhall
    """
    from deploy.backup.archive import Archive, BackupError
    from deploy.backup.drill import any_second
    from deploy.backup.drill import drill as drill_to
    from deploy.backup.live_server import live_server

    output, archive = Output(machine), Archive(source)
    with _exit_on_failure(output):
        if age:
            _tell_age(output, archive)
            return
        live: str | None = None
        with contextlib.suppress(BackupError):
            live = live_server(data, database_url)
        moment = any_second(archive, random.Random()) if at is None else _instant(at)
        done = _run(drill_to(archive, moment, live=live, scratch=scratch))
        output.document(done._asdict())
        output.table(("step", ">seconds"), [(n, f"{s:.1f}") for n, s in done.seconds.items()])
        output.table(("check", "what"), list(done.checks.items()))
        for failure in done.failures:
            output.notice(f"✗ {failure}")
        output.say(
            f"restored to {_second(done.at)}: {done.events:,} events, log index {done.log_index:,},"
            f" proved in {done.total_seconds:.1f} s"
        )
        if not done.held:
            raise typer.Exit(EXIT_UNTRUE)


def _tell_age(output: Output, archive: Any) -> None:
    from deploy.backup.drill import last_drill

    last = last_drill(archive)
    hours = None
    if last is not None:
        since = datetime.now(UTC) - datetime.fromisoformat(last["drilled_at"])
        hours = since.total_seconds() / 3600
    fresh = last is not None and last["held"] and hours is not None and hours <= DRILL_HOURS_MAX
    output.document({"last": last, "age_hours": hours, "held_and_fresh": fresh})
    if last is None:
        output.say("no drill yet")
    else:
        output.say(
            f"the last drill was {hours:.1f} h ago and {'held' if last['held'] else 'failed'}"
        )
    if not fresh:
        raise typer.Exit(EXIT_UNTRUE)


@contextlib.contextmanager
def _exit_on_failure(output: Output) -> Iterator[None]:
    """Turn a failure of a backup or a restore into its printed reason and status 1."""
    from deploy.backup.archive import BackupError
    from deploy.embedded import EmbeddedError

    try:
        yield
    except (BackupError, EmbeddedError, OSError) as why:
        output.refusal({"title": "the backup or restore cannot be done", "detail": str(why)})
        raise typer.Exit(EXIT_UNTRUE) from why


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; SIGTERM ends it as Ctrl-C does, in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _instant(text: str) -> datetime:
    from deploy.backup.archive import instant

    try:
        return instant(text)
    except ValueError as why:
        raise typer.BadParameter(str(why)) from why


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
