"""Guards: the appending transaction fails where a stream that it only read has changed since.

A rule that rests on two streams is held by two guards on one of them: who counts excludes who asks
for its version, so that of the two one decides after the other. See schema/0003_guards.sql.
"""

from shared.contract.envelope import DomainEvent
from shared.contract.streams import StreamName
from shared.eventstore.store import Also


def still_at(stream: str, version: int) -> Also:
    """The appending transaction fails unless `stream`, which it does not write, is unchanged."""
    return Also("SELECT guard_version($1, $2)", [(stream, version)])


def still_counting(guarded: str, event: type[DomainEvent], org_id: str, expected: int) -> Also:
    """The appending transaction fails unless the union has `expected` such events. It waits for
    whoever wrote with `still_at(guarded, …)`, and makes later ones wait."""
    low, high = span(event.STREAM, org_id)
    row = (guarded, event.type_name(), low, high, expected)
    return Also("SELECT guard_count($1, $2, $3, $4, $5)", [row])


def span(name: StreamName, org_id: str) -> tuple[str, str]:
    """A union's streams of this name are from the first to before the second: `.` follows `-`."""
    low = name.prefix(org_id=org_id)
    return low, low[:-1] + "."
