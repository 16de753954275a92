"""Processor time by process: what a thing costs wherever it runs, and so how often so many cores
could do it if none ever waited. Linux only, from /proc."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.process import tree
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Rate, over_turns

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
Spent = Mapping[str, float]
"""Seconds of processor time, or microseconds a thing, by the name of who spent them."""


Turn = tuple[Rate, Spent]
"""One turn: its rate, and the seconds of processor time it took."""


class Meter:
    """What processes, with all their children, have spent since the meter was made; and this one,
    under the name `own`, where it has a part."""

    def __init__(self, pids: Mapping[str, int], *, own: str = "") -> None:
        self._pids, self._own = pids, own
        self._before = self._read()

    def spent(self) -> Spent:
        """Seconds of processor time since the meter was made, or since this was last asked."""
        now, before = self._read(), self._before
        self._before = now
        return {name: now[name] - before[name] for name in now}

    def _read(self) -> dict[str, float]:
        seconds = {
            name: sum(map(_ticks, tree(pid))) / TICKS_PER_SECOND for name, pid in self._pids.items()
        }
        return seconds | ({self._own: time.process_time()} if self._own else {})


def _ticks(pid: int) -> int:
    """User and system time of a process, and of its children that have ended (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended just now: what it spent is its parent's, from the next reading on
    return sum(map(int, fields[11:15]))


def each(spent: Spent, count: int) -> Spent:
    """Microseconds of one thing, of so many."""
    return {name: seconds / count * 1e6 for name, seconds in spent.items()}


def together(turns: Sequence[Turn]) -> Turn:
    """The rate over all turns of one side, and the processor time of one thing (µs).

    Ours and its peer take turns where both can be kept ready, so that ten seconds in which the
    machine is slower are ten seconds of both.
    """
    rates, spent = zip(*turns, strict=True)
    rate = over_turns(rates)
    seconds = {name: sum(each_turn[name] for each_turn in spent) for name in spent[0]}
    return rate, each(seconds, rate.count)


def cost(what: str, ours: Spent, name: str = "", peer: Spent | None = None) -> Row:
    """A line of the table. The ratio is the peer's cost by ours: what the ratio of the rates would
    be, if both kept every core busy."""
    told = f"{name}: {_shown(peer)}" if peer else ""
    ratio = sum(peer.values()) / sum(ours.values()) if peer else None
    return Row(f"its processor time, µs {what}", _shown(ours), told, ratio)


def _shown(spent: Spent) -> str:
    parts = " + ".join(f"{name} {value:.0f}" for name, value in spent.items())
    return f"{parts} = {sum(spent.values()):.0f}"
