"""Gifts as a benefits service would have published them: the largest part of what a union says, and
each the first event of its stream."""

from collections.abc import Iterator
from itertools import count

from tests.benchmarks.slices import Said, Workload
from tests.reporting.records import gift, gift_stream

PROGRAMMES = 20
"""So many programmes the gifts belong to, in turn."""


def gifts() -> Workload:
    """Gifts without end."""
    return Workload("gifts", ("benefits",), _said())


def _said() -> Iterator[Said]:
    for n in count():
        programme = f"mid-autumn-{n % PROGRAMMES:02d}"
        yield Said("benefits", gift_stream(n, programme), gift(n, programme))
