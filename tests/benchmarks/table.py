"""The table of results: printed, and kept in a page between two markers.

A figure is ours beside a peer measured in the same run on the same machine; where a goal is a bound
and not a ratio, the peer may be missing.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.timing import Rate

HEADINGS = ("what", "ours", "peer", "ratio", "goal", "met?")
PACKAGES = ("aiokafka", "asyncpg", "duckdb", "eventsourcing", "faust-streaming", "pydantic")


class Row(NamedTuple):
    """One line of the table; `met` is None where nothing is demanded, or nothing was measured."""

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The line as printed."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = "" if self.met is None else "yes" if self.met else "**no**"
        return (self.what, self.ours, self.peer, ratio, self.goal, met)


def compared(what: str, ours: Rate, peer: Rate, unit: str, at_least: float | None = None) -> Row:
    """Our rate beside a peer's; the goal is a ratio of ours to it."""
    ratio = ours.per_second / peer.per_second
    return Row(
        what,
        f"{ours.per_second:,.0f} {unit}",
        f"{peer.name}: {peer.per_second:,.0f}",
        ratio,
        "" if at_least is None else f"≥ {at_least:g} ×",
        None if at_least is None else ratio >= at_least,
    )


def bounded(what: str, value: float, unit: str, at_most: float, peer: str = "") -> Row:
    """A value of ours under a bound; `peer` says what the peer did."""
    shown = f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
    return Row(what, f"{shown} {unit}", peer, None, f"≤ {at_most:g} {unit}", value <= at_most)


def within(what: str, ours: float, peer: float, unit: str, *, name: str, at_most: float) -> Row:
    """What one thing of ours takes beside a peer's; the goal bounds the ratio of ours to it."""
    ratio = ours / peer
    told = (f"{ours:,.1f} {unit}", f"{name}: {peer:,.1f}")
    return Row(what, *told, ratio, f"≤ {at_most:g} ×", ratio <= at_most)


def not_measured(what: str, why: str) -> Row:
    """A line whose peer could not run here, and why."""
    return Row(what, "", why)


def printed(rows: Sequence[Row]) -> str:
    """The rows as an aligned table for a terminal."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADINGS))]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row], stated: str) -> str:
    """The rows as a Markdown table under `stated`: machine, versions, date, commit."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{stated}\n\n{table}\n"


def write(page: Path, label: str, text: str) -> None:
    """Put `text` between the page's markers of `label`.

    Raises ValueError when the page has no such markers: the words around them are written by hand.
    """
    begin, end = f"<!-- measured: {label} -->\n", "<!-- end -->"
    found = re.search(re.escape(begin) + r".*?" + re.escape(end), whole := page.read_text(), re.S)
    if found is None:
        raise ValueError(f"{page} has no {begin.strip()} … {end}: write them where the table goes")
    page.write_text(whole[: found.start()] + begin + text + end + whole[found.end() :])


def stated(command: str, more: Mapping[str, str], load: float) -> str:
    """When, on what and with what the table was measured; `more` are versions of servers, `load`
    the machine's load average before the first benchmark: what others had it do."""
    now = datetime.datetime.now(datetime.UTC)
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    named = ", ".join(f"{name} {version}" for name, version in {**more, **versions}.items())
    return (
        f"`{command}` on {now:%Y-%m-%d %H:%M} UTC at commit {_commit()}.\n"
        f"{_processor()}, {os.cpu_count()} cores, {_gibibytes():.0f} GiB of memory,"
        f" {platform.system()} {platform.release()}; load average before it began: {load:.1f}.\n"
        f"Python {platform.python_version()}, {named}."
    )


def _commit() -> str:
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    named = re.search(r"^model name\s*: (.+)$", told, re.M)
    return named[1] if named else platform.machine()


def _gibibytes() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
