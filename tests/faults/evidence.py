"""What a run leaves behind, as the checker reads it: its history, dumps of tables and of topics.

Imports nothing of the services: rows are what PostgreSQL's row_to_json said, records what Kafka
had.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.history import read_history

Row = dict[str, Any]
OWNERS = ("members", "benefits", "events")
SOURCES = (*OWNERS, "reporting")
FOREVER = 2**63 - 1
CAUGHT_UP = "caught up"
"""The note of a run that says when reporting had everything."""
POISON = "poison-"
"""How the keys of records begin that the nemesis itself wrote to be quarantined."""

FORGED = "f0f0f0f0-0000-4000-8000-"
"""How the ids of events begin that the nemesis itself wrote in an owner's name."""


class Violation(NamedTuple):
    """One thing that is not as it must be: its invariant in docs/faults.md, its name, what."""

    invariant: int
    name: str
    what: str


SLOW = frozenset({"late", "resolved-late"})
"""Violations that a slow machine also makes: it came, but after its time."""


@dataclass
class Operation:
    """One command: what was asked, every answer, and when (`n` of the history's records)."""

    id: str
    key: str
    path: str
    person: str
    body: str
    service: str
    invoked: int
    reuses: str | None = None
    answers: list[Row] = field(default_factory=list)

    @property
    def org(self) -> str:
        """The union it was for."""
        return self.path.split("/")[2]

    @property
    def name(self) -> str:
        """The command's name."""
        return self.path.split("/")[3]

    def first(self, kind: str) -> Row | None:
        """Its first answer of a kind."""
        return next((answer for answer in self.answers if answer["kind"] == kind), None)


@dataclass
class Evidence:
    """Everything the checks look at. Tables are by source or by projection."""

    history: list[Row]
    events: dict[str, list[Row]]
    outbox: dict[str, list[Row]]
    shard_log: dict[str, list[Row]]
    shards: dict[str, list[Row]]
    idempotency: dict[str, list[Row]]
    copies: dict[str, list[Row]]
    reporting: dict[str, list[Row]]
    kafka: list[Row]
    live: dict[str, list[Row]]
    rebuilt: dict[str, list[Row]]
    again: dict[str, list[Row]]
    figures: list[Row] = field(default_factory=list)

    def operations(self) -> dict[str, Operation]:
        """The history's commands, by id. Sending one again adds answers to the same operation."""
        found: dict[str, Operation] = {}
        for record in self.history:
            if record["kind"] == "invoke" and record["op"] not in found:
                found[record["op"]] = Operation(
                    record["op"],
                    record["key"],
                    record["path"],
                    record["person"],
                    record["body"],
                    record["to"].rpartition("-")[0],
                    record["n"],
                    record.get("reuses"),
                )
            elif record["kind"] in ("ok", "fail", "info"):
                found[record["op"]].answers.append(record)
        return found

    def of_kind(self, *kinds: str) -> list[Row]:
        """The history's records of some kinds."""
        return [record for record in self.history if record["kind"] in kinds]


def document_of(row: Row) -> bytes:
    """The exact bytes of a stored event: its CloudEvents document."""
    return bytes.fromhex(row["document"][2:])


def attributes_of(row: Row) -> Row:
    """Everything an event's document says."""
    parsed: Row = json.loads(document_of(row))
    return parsed


def data_of(row: Row) -> Row:
    """The data in an event's document."""
    data: Row = attributes_of(row)["data"]
    return data


def short(type_name: str) -> str:
    """`GiftIssued` of `guildhall.benefits.GiftIssued.v1`."""
    return type_name.split(".")[2]


def read_evidence(directory: Path) -> Evidence:
    """The evidence in a run's directory."""
    dump = directory / "dump"

    def by_source(table: str) -> dict[str, list[Row]]:
        return {source: _rows(dump / f"{source}.{table}.jsonl") for source in SOURCES}

    reporting = {
        table: _rows(dump / f"reporting.{table}.jsonl")
        for table in (
            "journal",
            "journal_head",
            "seals",
            "positions",
            "shard_heads",
            "parked",
            "quarantine",
            "consumed",
            "disowned",
        )
    }
    return Evidence(
        history=read_history(directory / "history.jsonl"),
        events=by_source("events"),
        outbox=by_source("outbox"),
        shard_log=by_source("shard_log"),
        shards=by_source("shards"),
        idempotency=by_source("idempotency"),
        copies={name: _rows(dump / f"{name}.members_streams.jsonl") for name in OWNERS[1:]},
        reporting=reporting,
        kafka=_rows(dump / "kafka.jsonl"),
        live=dict(_projections(dump / "live")),
        rebuilt=dict(_projections(dump / "rebuilt")),
        again=dict(_projections(dump / "again")),
        figures=_rows(dump / "figures.jsonl"),
    )


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _projections(directory: Path) -> Iterator[tuple[str, list[Row]]]:
    for file in sorted(directory.glob("*.jsonl")):
        yield file.stem, _rows(file)
