"""`make chaos`: a run of faults under load, then an independent check of all that is left.

make chaos MINUTES=3 SEED=1
make chaos MINUTES=30 SEED=7 ARGS="--keep DIRECTORY"

Phases (reliability.md §5.5): quiet, faults, heal, liveness, final reads, rebuild twice, compare.
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

from tests.faults import disks
from tests.faults.checker import check
from tests.faults.evidence import read_evidence
from tests.faults.faults import FAULTS
from tests.faults.run import Plan, run
from tests.faults.summary import summary_of, write_summary

DISK_MEGABYTES = 4096


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=3.0, help="of faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=60.0, help="commands a second, at most")
    parser.add_argument("--gap", type=float, default=8.0, help="seconds between faults, on average")
    parser.add_argument("--quiet", type=float, default=10.0, help="seconds before the first fault")
    parser.add_argument("--only", action="append", choices=FAULTS, help="only these faults")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument(
        "--patience", type=float, default=240.0, help="seconds to catch up, at most"
    )
    parser.add_argument("--without-reconciler", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep the run here, also when it was clean")
    return parser.parse_args()


def main() -> int:
    """Run, check, say what was found."""
    given = arguments()
    directory = given.keep or Path(tempfile.mkdtemp(prefix="guildhall-chaos-"))
    directory.mkdir(parents=True, exist_ok=True)
    # PostgreSQL runs as another user when we are root, and must be able to enter.
    directory.chmod(0o755)
    names = [*(given.only or FAULTS)]
    with contextlib.suppress(disks.NoDisks):
        disks.own_mounts()
        for disk in ("postgres", "kafka"):
            disks.mount_disk(directory / disk, DISK_MEGABYTES)
    with_disks = (directory / "kafka").is_mount()
    if not with_disks:
        names = [name for name in names if "disk full" not in name]
    plan = Plan(
        seed=given.seed, minutes=given.minutes, rate=given.rate, gap_seconds=given.gap,
        quiet_seconds=given.quiet, faults=names, workers=given.workers,
        reconciler=not given.without_reconciler, patience_seconds=given.patience,
    )  # fmt: skip
    random.seed(given.seed)
    asyncio.run(run(plan, directory))
    evidence = read_evidence(directory)
    violations = check(evidence, given.seed)
    summary = summary_of(plan, evidence, violations, with_disks)
    write_summary(summary, directory)
    if not violations and given.keep is None:
        shutil.rmtree(directory, ignore_errors=True)
    elif violations:
        print(f"the run is kept in {directory}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
