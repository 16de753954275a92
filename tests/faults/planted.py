"""Planted bugs (docs/faults.md): each is an edit of a copy of the tree, found by a run.

python -m tests.faults.planted                            every bug, one run each
python -m tests.faults.planted 9 12                       these
python -m tests.faults.planted 5 7 15 --with-reconciler   it must raise its alarm
python -m tests.faults.planted 11 --control               its run without the bug finds none

Runs go without the reconciler, which would heal and so hide some, unless asked. Number 10
(synchronous_commit off) needs the power-loss simulation that is not built: a killed process keeps
its page cache.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
QUICK = ("--quiet", "5", "--patience", "25", "--workers", "2")
NOT_PLANTED = {10: "synchronous_commit=off: no power-loss simulation yet"}


class Edit(NamedTuple):
    """One replacement in one file; `old` stands there exactly once."""

    file: str
    old: str
    new: str


class Planted(NamedTuple):
    """A bug, the run that is to find it, and the names it may be found by.

    `aids` are edits that are no bug and let the run meet it; a control has them alone.
    """

    name: str
    edits: tuple[Edit, ...]
    faults: tuple[str, ...]
    minutes: float
    found_as: frozenset[str]
    aids: tuple[Edit, ...] = ()


LOST = frozenset({"journal-lost", "kafka-lost", "parked"})
OUTBOX, INGEST = "shared/relay/relay.py", "services/reporting/ingest/apply.py"
KEYS = "shared/eventstore/idempotency.py"
STAMPS = "shared/relay/shard_log.py"
ADMISSION, APP = "services/reporting/ingest/admission.py", "services/reporting/ingest/faust_app.py"
UNFENCED = Edit(
    "services/reporting/ingest/offsets.py", "        AND p.next_offset = b.expected\n", ""
)

PLANTED: dict[int, Planted] = {
    1: Planted("relay cursor id > last", (
        Edit(STAMPS, "WHERE shard = ANY($1) ORDER BY id LIMIT $2)",
             "WHERE shard = ANY($1) AND id > $3 ORDER BY id LIMIT $2)"),
        Edit(STAMPS, "create_task(self.connection.fetch(STAMP, self.shards, self.batch))\n",
             "create_task(self._past_last())\n\n"
             "    async def _past_last(self):\n"
             "        last = getattr(self, 'last', 0)\n"
             "        self.last = await self.connection.fetchval(\n"
             "            'SELECT greatest($1, max(id)) FROM outbox', last)\n"
             "        return await self.connection.fetch(STAMP, self.shards, self.batch, last)\n"),
    ), ("delay",), 0.8, LOST),
    2: Planted("position outside the transaction", (
        Edit(INGEST, "        async with self.pool.acquire() as connection, connection.transaction"
             "():\n            head = await journal.begin_batch(connection)\n"
             "            await move_positions(connection, moves)\n",
             "        async with self.pool.acquire() as apart:\n"
             "            await move_positions(apart, moves)\n"
             "        async with self.pool.acquire() as connection, connection.transaction():\n"
             "            head = await journal.begin_batch(connection)\n"),
    ), ("kill worker", "kill backend"), 0.8, LOST | {"miscounted"}),
    3: Planted("dedupe removed", (
        Edit(ADMISSION, "    earlier, epochs = now.seen.get(identity), ",
             "    earlier, epochs = None, "),
    ), ("kill owner", "crash postgres"), 0.8, frozenset({"quarantined", "journal-doubled"})),
    4: Planted("exceptions swallowed in the agent, and not fenced", (
        UNFENCED,
        Edit(APP, "            batch.done.set_exception(why)",
             "            batch.done.set_result(Admission([], [], [], [], {}))"),
    ), ("kill backend", "crash postgres"), 0.8, LOST | {"miscounted"}),
    5: Planted("four agents, offsets moved on hand-over", (
        UNFENCED,
        Edit(APP, "concurrency=1)", "concurrency=4)"),
        Edit(APP, "        return await batch.done\n",
             "        return Admission([], [], [], [], {})\n"),
    ), ("kill backend", "kill worker"), 0.8, LOST | {"miscounted", "never-caught-up"}),
    6: Planted("acks=1", (
        Edit("shared/relay/producer.py", 'acks="all"', "acks=1"),
        Edit("shared/relay/producer.py", "enable_idempotence=True", "enable_idempotence=False"),
    ), ("kill brokers in turn",), 4.0, LOST | {"kafka-reordered"}),
    7: Planted("starts at the latest where it has no position", (
        Edit("services/reporting/ingest/consumer.py",
             "            positions[target] = position\n",
             "            if not position:\n"
             "                (position,) = (await self._consumer.end_offsets([target])).values()\n"
             "            positions[target] = position\n"),
    ), ("rebalance storm", "kill worker"), 0.8, LOST | {"miscounted"}),
    8: Planted("a lost COMMIT repeated as a new command", (
        Edit("shared/http/command_routes.py",
             "        reply = await route.handler(api.context, request, command)\n",
             "        try:\n"
             "            reply = await route.handler(api.context, request, command)\n"
             "        except Refusal:\n"
             "            raise\n"
             "        except Exception:\n"
             "            again = request._replace(key=None)\n"
             "            reply = await route.handler(api.context, again, command)\n"),
    ), ("cut postgres", "kill backend"), 1.0, frozenset({"doubled", "reply-lost", "altered"})),
    9: Planted("idempotency key without its body", (
        Edit(KEYS, 'if row["body_hash"] != request.body_hash:', "if False:"),
    ), (), 0.5, frozenset({"key-reused"})),
    # A worker stopped in its transaction holds the journal's head, so nobody overtakes it; stopped
    # with a batch in hand and no transaction yet, it is overtaken: that moment is made longer.
    11: Planted("zombie worker not fenced", (
        UNFENCED,
    ), ("zombie worker",), 2.5, frozenset({"miscounted"}), (
        Edit(INGEST, "        started = time.perf_counter()\n        records = [",
             "        started = time.perf_counter()\n"
             "        await __import__('asyncio').sleep(2.0)\n        records = ["),
    )),
    12: Planted("money through a float", (
        Edit("services/reporting/projections/books.py",
             "        income_source=event.source,\n        fund=event.fund,\n"
             "        amount_fen=event.amount_fen,\n",
             "        income_source=event.source,\n        fund=event.fund,\n"
             "        amount_fen=int(event.amount_fen / 100 * 100),\n"),
    ), (), 0.5, frozenset({"projection-wrong", "projection-lost"})),
    13: Planted("one order assumed across all topics", (
        Edit(ADMISSION, "    key, place = (envelope.source, shard), ",
             '    key, place = ("", shard), '),
    ), (), 0.5, LOST | {"quarantined"}),
    14: Planted("quarantine without advancing", (
        Edit(INGEST, "        if found > self.quarantine_limit:\n", "        if found > 0:\n"),
    ), ("poison records",), 0.5, frozenset({"never-caught-up", "journal-lost"})),
    15: Planted("events skipped by the relay", (
        Edit(OUTBOX, "publisher.send(rows)",
             "publisher.send([row for row in rows if row['sequence'] % 20 != 19])"),
    ), (), 0.5, LOST),
    16: Planted("local time used as the order of events", (
        Edit(INGEST, "            return admit(\n                ordered,\n",
             "            return admit(\n                sorted(\n"
             "                    ordered, reverse=True,\n"
             "                    key=lambda r: str(r.envelope and r.envelope.recorded_at)),\n"),
    ), ("delay",), 0.8, LOST | {"journal-reordered", "never-caught-up"}),
}  # fmt: skip


def apply_edits(bug: Planted, tree: Path) -> None:
    """Plant a bug in a tree, with its aids. Raises ValueError where the code has moved on."""
    for edit in (*bug.aids, *bug.edits):
        file = tree / edit.file
        text = file.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{bug.name}: {edit.file} holds {text.count(edit.old)} of its line")
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def run_planted(
    number: int, directory: Path, *, reconciler: bool, control: bool = False
) -> dict[str, object]:
    """Run one bug in a copy, or its control; returns what was expected and what was found."""
    bug, tree = PLANTED[number], directory / f"tree-{number}"
    if control:
        bug = bug._replace(name=f"control: {bug.name}", edits=())
    for top in ("services", "shared", "guildhall", "deploy", "tests"):
        shutil.copytree(ROOT / top, tree / top, ignore=shutil.ignore_patterns("__pycache__"))
    apply_edits(bug, tree)
    kept = directory / f"run-{number}"
    command = [sys.executable, "-P", "-m", "tests.faults", "--keep", str(kept), *QUICK]
    command += ["--minutes", str(bug.minutes), "--seed", str(number), "--gap", "6"]
    command += [] if reconciler else ["--without-reconciler"]
    command += [word for fault in bug.faults or ("delay",) for word in ("--only", fault)]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    with (directory / f"run-{number}.log").open("wb") as log:
        subprocess.run(
            command, cwd=tree, env=environment, stdout=log, stderr=log, check=False, timeout=540
        )
    summary = json.loads((kept / "summary.json").read_text(encoding="utf-8"))
    found, alarms = summary["violations_by_name"], summary["alarms"]
    as_expected = bool(alarms) if reconciler else bool(bug.found_as & set(found))
    if control:
        as_expected = not found
    return {
        "number": number,
        "bug": bug.name,
        "seed": number,
        "minutes": bug.minutes,
        "faults": summary["faults_by_name"],
        "acknowledged": summary["acknowledged"],
        "as_expected": as_expected,
        "violations": found,
        "alarms": alarms,
    }


def main() -> int:
    """Run the bugs named, or all; status 1 where one was not found, or a control found any."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.planted")
    parser.add_argument("numbers", type=int, nargs="*", default=list(PLANTED), metavar="NUMBER")
    parser.add_argument("--with-reconciler", action="store_true", help="found: it gives an alarm")
    parser.add_argument("--control", action="store_true", help="without the bug: nothing found")
    given = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="guildhall-planted-"))
    directory.chmod(0o755)
    missed = 0
    for number in given.numbers:
        outcome = run_planted(
            number, directory, reconciler=given.with_reconciler, control=given.control
        )
        missed += not outcome["as_expected"]
        print(json.dumps(outcome, ensure_ascii=False), flush=True)
    total = len(given.numbers)
    print(f"{total - missed} of {total} as expected; runs in {directory}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
