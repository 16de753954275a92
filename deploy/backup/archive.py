"""The archive: a directory with a server's base backups, its write-ahead log, and marks.

    ARCHIVE/server.json           which server it is of
    ARCHIVE/epoch-1/base/…        base backups, named by the second they ended
    ARCHIVE/epoch-1/wal/…         write-ahead log as streamed
    ARCHIVE/epoch-1/marks.jsonl   what was committed when, for all up to which the log is here
    ARCHIVE/epoch-2/origin.json   a restore began this epoch: of which one, and to which second
    ARCHIVE/drills.jsonl          one line a drill

A directory of an epoch is made by the restore that begins it, so no epoch is begun twice.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

BASE_NAME = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """A backup, a restore or a drill cannot be done; the message says why, and what to do."""


class Mark(NamedTuple):
    """What was committed at an instant, read before it: a restore to it, or later, has at least
    this. `heads` are sequences stamped by shard, `events` all that were committed; by context."""

    at: datetime
    heads: dict[str, list[int]]
    events: dict[str, int]
    journal: int


class Origin(NamedTuple):
    """Where an epoch comes from: it is `parent` as it was at `at`, and began at `restored_at`."""

    parent: int
    at: datetime
    restored_at: datetime


class Choice(NamedTuple):
    """What a restore to `at` starts from."""

    epoch: int
    base: Path
    wal: Path
    at: datetime


class Archive:
    """One server's archive."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def open_for(self, system_identifier: int) -> None:
        """Make it for a server, or see that it is of that server. Raises BackupError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path / "server.json"
        if not file.exists():
            file.write_text(json.dumps({"system_identifier": system_identifier}), "utf-8")
        kept = json.loads(file.read_text("utf-8"))["system_identifier"]
        if kept != system_identifier:
            raise BackupError(
                f"{self.path} is the archive of server {kept}, this is server {system_identifier}:"
                " name another directory"
            )

    def epoch(self, number: int) -> Path:
        """The directory of an epoch."""
        return self.path / f"epoch-{number}"

    def epochs(self) -> list[int]:
        """The epochs that were archived or begun, oldest first."""
        found = self.path.glob("epoch-*")
        return sorted(int(path.name.removeprefix("epoch-")) for path in found)

    def begin_epoch(self, at_least: int, origin: Origin) -> int:
        """Take the next epoch that nobody began, for a restore."""
        number = max([at_least - 1, *self.epochs()]) + 1
        self.epoch(number).mkdir(mode=0o700)
        document = {
            "parent": origin.parent,
            "at": _text(origin.at),
            "restored_at": _text(origin.restored_at),
        }
        (self.epoch(number) / "origin.json").write_text(json.dumps(document), "utf-8")
        return number

    def origin(self, number: int) -> Origin | None:
        """Where an epoch comes from; None for one that no restore began."""
        file = self.epoch(number) / "origin.json"
        if not file.exists():
            return None
        document = json.loads(file.read_text("utf-8"))
        return Origin(document["parent"], instant(document["at"]), instant(document["restored_at"]))

    def bases(self, number: int) -> list[tuple[datetime, Path]]:
        """The base backups of an epoch by the second they ended, oldest first."""
        found = (self.epoch(number) / "base").glob("*Z")
        return sorted(
            (datetime.strptime(path.name, BASE_NAME).replace(tzinfo=UTC), path) for path in found
        )

    def marks(self, number: int) -> Iterator[Mark]:
        """What was committed when, oldest first."""
        file = self.epoch(number) / "marks.jsonl"
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            document = json.loads(line)
            yield Mark(**document | {"at": instant(document["at"])})

    def add_mark(self, number: int, mark: Mark) -> None:
        """Keep a mark, once all log up to it is here."""
        with (self.epoch(number) / "marks.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(mark._asdict() | {"at": _text(mark.at)}) + "\n")

    def last_mark(self, number: int, at: datetime | None = None) -> Mark | None:
        """The last mark of an epoch, not after `at`."""
        marks = [mark for mark in self.marks(number) if at is None or mark.at <= at]
        return marks[-1] if marks else None

    def range(self, number: int) -> tuple[datetime, datetime] | None:
        """The first and the last second to which an epoch can be restored; None: to none."""
        bases, last = self.bases(number), self.last_mark(number)
        if not bases or last is None or last.at < bases[0][0]:
            return None
        return bases[0][0], last.at

    def choose(self, at: datetime) -> Choice:
        """What a restore to `at` starts from: the newest epoch that was in use then. Raises
        BackupError where the archive does not reach it, and says what it reaches."""
        ranges = {number: self.range(number) for number in self.epochs()}
        for number, found in sorted(ranges.items(), reverse=True):
            origin = self.origin(number)
            if origin is not None and at < origin.restored_at:
                continue  # not begun yet
            if found is not None and found[0] <= at <= found[1]:
                base = max(base for base in self.bases(number) if base[0] <= at)[1]
                return Choice(number, base, self.epoch(number) / "wal", at)
        reached = [f"{_text(r[0])} to {_text(r[1])} (epoch {n})" for n, r in ranges.items() if r]
        raise BackupError(
            f"{self.path} does not reach {_text(at)}; it reaches "
            + (", ".join(reached) or "nothing: run `guildhall backup` first")
        )


def instant(text: str) -> datetime:
    """An instant in ISO 8601 with its offset, such as 2026-11-23T12:34:56Z. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone: write 2026-11-23T12:34:56Z")
    return moment.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
