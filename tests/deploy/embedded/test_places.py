"""PostgreSQL starts wherever a newcomer keeps the project, and where it cannot, it is said.

Each case starts real servers. Which cases there are depends on who runs the tests: nobody but root
can stand where root does.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.identity import identify
from deploy.embedded.jars import cache_directory
from shared.kafka.access import KafkaAccess
from tests.deploy.embedded.places import (
    AS_ITSELF,
    AS_NOBODY,
    DAC_READ_SEARCH,
    DISGUISED,
    READING,
    REFUSED,
    SETFCAP,
    SETPCAP,
    WRITING,
    Place,
    enter,
    furnish,
    granted,
    way_of,
)  # fmt: skip

pytestmark = pytest.mark.servers

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]
GRANTED = granted()
CLOSED = 0o700

ANYONES = [Place("root of a namespace with one id", (DISGUISED, REFUSED), CLOSED, alone=True)]
ROOTS = [
    Place("open", (AS_NOBODY,)),
    Place("closed", (READING, WRITING, DISGUISED, REFUSED), CLOSED),
    Place("installed under umask 077", (WRITING, DISGUISED, REFUSED), private=True),
    Place("a container's root", (WRITING, DISGUISED, REFUSED), CLOSED, lacking=(DAC_READ_SEARCH,)),
    Place("no SETPCAP", (DISGUISED, REFUSED), CLOSED, lacking=(SETPCAP,)),
    Place("no SETPCAP, no namespace", (REFUSED,), CLOSED, lacking=(SETPCAP, SETFCAP)),
]
USERS = [Place("open", (AS_ITSELF,)), Place("closed", (AS_ITSELF,), CLOSED)]
PLACES = [*(ROOTS if os.geteuid() == 0 else USERS), *ANYONES]
CLOSED_TO_OTHERS = next(place for place in PLACES if place.name == "closed")


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory every account may enter: pytest's own are closed to all but us."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_postgres_runs_with_the_least_power_that_does(directory: Path, place: Place) -> None:
    """Twice: the second time it finds data that the first has left."""
    project = furnish(directory, place)
    expected = next(way for way in place.ways if way in GRANTED)
    for _ in range(1 if expected == REFUSED else 2):
        with held(project, place, "postgres") as holder:
            if expected == REFUSED:
                _, said = holder.communicate()
                assert "PostgreSQL refuses to run as root" in said
                assert "nobody in a user namespace: " in said
                assert place.alone or f"as nobody: it may not enter or execute {project}\n" in said
                continue
            _, postgres = facts(holder)["pids"]
            assert way_of(postgres) == expected
    assert not list(project.glob(".data/run/*"))


def test_both_servers_run_in_a_closed_checkout_two_side_by_side(
    kafka: KafkaAccess, directory: Path
) -> None:
    """`kafka` is asked for because its start has filled the cache this uses."""
    project = furnish(directory, CLOSED_TO_OTHERS)
    with (
        held(project, CLOSED_TO_OTHERS) as one,
        held(project, CLOSED_TO_OTHERS, data=project / "another") as other,
    ):
        pids = []
        for holder in (one, other):
            found = facts(holder)
            assert "guildhall.events.v1" in found["topics"]
            assert found["role"] == "guildhall_members"
            pids += found["pids"]
    assert len(set(pids)) == 6
    assert not [pid for pid in pids if identify(pid)]


@contextlib.contextmanager
def held(
    project: Path, place: Place, *only: str, data: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Servers held there by a process of their own, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, HOLDER, data or project / ".data", *only],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={
            "PATH": os.defpath, "GUILDHALL_CACHE": str(cache_directory()),
            # The programs there are found before the installed ones.
            "PYTHONPATH": f"{project}:{PROJECT}",
        },
        preexec_fn=enter(place),  # noqa: PLW1509 - it calls libc and opens files, no more
    ) as holder:  # fmt: skip
        try:
            yield holder
        finally:
            with contextlib.suppress(ValueError):  # it was closed already
                holder.communicate()


def facts(holder: subprocess.Popen[str]) -> dict[str, list[int]]:
    """What the holder says of its servers once they serve."""
    assert holder.stdout is not None
    line = holder.stdout.readline()
    assert line, holder.communicate()[1]
    found: dict[str, list[int]] = json.loads(line)
    return found
