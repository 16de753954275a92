"""`make chaos`: a run of faults under load, then an independent check of all that is left.

make chaos MINUTES=3 SEED=1
make chaos MINUTES=30 SEED=7 ARGS="--record docs/chaos"

Phases (docs/faults.md): quiet, faults, heal, liveness, final reads, rebuild twice, compare.
Ends with status 1 where an invariant was violated; the directory of a failed run is kept.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import clock_faults, disks
from tests.faults.checker import check
from tests.faults.evidence import read_evidence
from tests.faults.faults import FAULTS
from tests.faults.load import CLIENTS
from tests.faults.run import Plan, run
from tests.faults.summary import record, summary_of, write_summary

DISK_MEGABYTES = {"postgres": 2048, "kafka": 1024}
"""Of memory, when they are full; half an hour needs a quarter of it."""


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=3.0, help="of faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=60.0, help="commands a second, at most")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--gap", type=float, default=10.0, help="mean seconds between faults")
    parser.add_argument("--quiet", type=float, default=10.0, help="seconds before the first fault")
    parser.add_argument("--only", action="append", choices=FAULTS, help="only these faults")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument(
        "--patience", type=float, default=120.0, help="seconds without progress in catching up"
    )
    parser.add_argument("--without-reconciler", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep the run here, also when it was clean")
    parser.add_argument("--record", type=Path, help="write what is to be committed of it here")
    parser.add_argument(
        "--slow-is-inconclusive",
        action="store_true",
        help="what only came late is said, and is no failure: for machines of unknown speed",
    )
    return parser.parse_args()


def main() -> int:
    """Run, check, say what was found."""
    given = arguments()
    directory = given.keep or Path(tempfile.mkdtemp(prefix="guildhall-chaos-"))
    directory.mkdir(parents=True, exist_ok=True)
    # PostgreSQL runs as another user when we are root, and must be able to enter.
    directory.chmod(0o755)
    names, not_run = possible([*(given.only or FAULTS)], directory)
    plan = Plan(
        seed=given.seed,
        minutes=given.minutes,
        rate=given.rate,
        gap_seconds=given.gap,
        quiet_seconds=given.quiet,
        faults=names,
        workers=given.workers,
        reconciler=not given.without_reconciler,
        clients=given.clients,
        patience_seconds=given.patience,
    )
    random.seed(given.seed)
    asyncio.run(run(plan, directory))
    evidence = read_evidence(directory)
    violations = check(evidence)
    summary = summary_of(plan, evidence, violations, not_run, directory / "logs")
    write_summary(summary, directory)
    if given.record is not None:
        print(f"for committing: {record(summary, given.record)}")
    if not violations and given.keep is None:
        shutil.rmtree(directory, ignore_errors=True)
    elif violations:
        print(f"the run is kept in {directory}")
    if given.slow_is_inconclusive and summary["only_slow"]:
        print("nothing is wrong, some came late: on this machine the run is no proof of liveness")
        return 0
    return 1 if violations else 0


def possible(names: list[str], directory: Path) -> tuple[list[str], list[str]]:
    """The faults that this account on this machine can bring about, and why others are left out.

    Mounts the disks that can be filled.
    """
    not_run = []
    with contextlib.suppress(disks.NoDisks):
        disks.own_mounts()
        for disk, megabytes in DISK_MEGABYTES.items():
            disks.mount_disk(directory / disk, megabytes)
    if not (directory / "kafka").is_mount():
        names = [name for name in names if "disk full" not in name]
        not_run.append("disk full: no mount namespace for this account")
    if clock_faults.library() is None:
        names = [name for name in names if "clock" not in name]
        not_run.append("clocks: libfaketime is not installed")
    return names, not_run


if __name__ == "__main__":
    sys.exit(main())
