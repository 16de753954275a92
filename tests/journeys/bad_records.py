"""Records that no reader should ever meet, by class, mixed into what is right.

Each class says what must become of its records. None may touch what is right: a bad record names
streams of its own, or a sequence that its shard has passed or will not reach.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from shared.contract.document import document_of
from shared.contract.envelope import SHARDS, Envelope, shard_of
from shared.eventstore.event_ids import uuid7
from shared.kafka.cloudevents import to_record
from shared.testing.author import Author, in_binary_mode
from tests.reporting.history import CANTEEN
from tests.reporting.records import ORG, gift, gift_stream

LARGE_BYTES = 70_000
"""More than an event may have, less than a broker takes by default (1,048,588 with its frame)."""
LARGE_EVERY = 50
"""One record of the class in so many is large: the campaign is to fill a table, not a disk."""
UNREACHED = 10**9
"""A sequence no shard of a test comes to."""


class Sent(NamedTuple):
    """A record, where it goes, and what must become of it: a column of `consumed`, and where that
    is `quarantined` the reason."""

    outside: bool
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    outcome: str = "applied"
    reason: str = ""


class Traffic:
    """Right and bad records of two sources, from one seed: benefits, and a canteen not ours."""

    def __init__(self, seed: int, partitions: int) -> None:
        self.chance, self.partitions = random.Random(seed), partitions
        self.benefits, self.canteen = Author(), Author(source=CANTEEN)
        self.right: list[Envelope] = []
        self._of_benefits: list[Envelope] = []
        self._of_canteen: list[Envelope] = []
        self._number = 0

    def mixed(self, right: int, bad: int) -> Iterator[Sent]:
        """All records in the order to send them: first so many right ones that every shard and the
        canteen have spoken, then both, at random."""
        opening = 8 * SHARDS
        for _ in range(opening):
            yield self.good()
        assert {envelope.shard for envelope in self._of_benefits} == set(range(SHARDS))
        kinds = ["good"] * (right - opening) + ["bad"] * bad
        self.chance.shuffle(kinds)
        classes = list(BAD.values())
        for number, kind in enumerate(kinds):
            yield self.good() if kind == "good" else classes[number % len(classes)](self)

    def good(self) -> Sent:
        """The next right record: a gift, given once or, one in five times, corrected by us."""
        self._number += 1
        again = not self.chance.randrange(5) and self._number % 4
        person = 1 + self._number // 2 if again else self._number
        stream, portions = gift_stream(person), 1 + self._number % 3
        given = gift(person, quantity=portions, amount_fen=portions * 20000, unit_value_fen=20000)
        if self._number % 4:
            envelope = self.benefits.write(stream, given)
            self._of_benefits.append(envelope)
        else:
            envelope = self.canteen.write(stream, given)
            self._of_canteen.append(envelope)
        self.right.append(envelope)
        return self.sent(envelope, "applied")

    def sent(self, envelope: Envelope, outcome: str, reason: str = "", **changes: Any) -> Sent:
        """An envelope on its way; `changes` override key, value or headers of the record."""
        outside = envelope.source == CANTEEN
        record = in_binary_mode(envelope) if outside else to_record(envelope)
        made = {"key": record.key, "value": record.value, "headers": record.headers, **changes}
        number = shard_of(envelope.stream) % self.partitions
        return Sent(outside, number, outcome=outcome, reason=reason, **made)

    def refused(self, reason: str, envelope: Envelope, **changes: Any) -> Sent:
        """A record that belongs in quarantine for this reason."""
        return self.sent(envelope, "quarantined", reason, **changes)

    def known(self) -> Envelope:
        """A right event of benefits that was sent before."""
        return self.chance.choice(self._of_benefits)

    def known_outside(self) -> Envelope:
        """A right event of the canteen that was sent before."""
        return self.chance.choice(self._of_canteen)

    def false(self, sequence: int = 1, **changes: Any) -> Envelope:
        """A new event in a stream no right event has, under a sequence its shard has passed."""
        self._number += 1
        stream = gift_stream(self._number, "noise")
        written = Author().write(stream, gift(self._number, "noise"))
        return written._replace(shard_sequence=sequence, **changes)

    def unreached(self) -> int:
        """A sequence that leaves a gap no owner will ever fill."""
        self._number += 1
        return UNREACHED + self._number

    def false_outside(self, **changes: Any) -> Envelope:
        """A new event of the canteen in a stream of its own."""
        self._number += 1
        stream = gift_stream(self._number, "noise")
        return Author(source=CANTEEN).write(stream, gift(self._number, "noise"))._replace(**changes)


def _unknown_type(traffic: Traffic) -> Sent:
    bad = traffic.false(traffic.unreached(), type="guildhall.benefits.GiftBlessed.v1")
    return traffic.refused("unknown-type", bad)


def _missing_field(traffic: Traffic) -> Sent:
    bad = traffic.false(data=b'{"org_id":"%s"}' % ORG.encode())
    return traffic.refused("invalid-data", bad)


def _wrong_type(traffic: Traffic) -> Sent:
    bad = traffic.false_outside()
    value = bad.data.replace(b'"quantity":1', b'"quantity":"two"')
    return traffic.refused("invalid-data", bad, value=value)


def _truncated(traffic: Traffic) -> Sent:
    document = document_of(bad := traffic.false(traffic.unreached()))
    return traffic.refused("not-json", bad, value=document[: len(document) // 2])


def _not_utf8(traffic: Traffic) -> Sent:
    document = document_of(bad := traffic.false())
    return traffic.refused("not-json", bad, value=document.replace(b"member", b"\xb2\xe2"))


def _byte_order_mark(traffic: Traffic) -> Sent:
    bad = traffic.false_outside()
    return traffic.refused("not-json", bad, value=b"\xef\xbb\xbf" + bad.data)


def _nested(traffic: Traffic) -> Sent:
    """Deeper than any reader's stack, where no model looks."""
    bad = traffic.false_outside()
    deep = b'{"x":' + b"[" * 1500 + b"]" * 1500 + b","
    return traffic.refused("not-json", bad, value=deep + bad.data[1:])


def _unstorable_words(traffic: Traffic) -> Sent:
    """The refusal names what a stranger wrote; PostgreSQL's text holds no NUL."""
    document = document_of(bad := traffic.false(traffic.unreached()))
    value = b'{"a\\u0000b":1.5,' + document[1:]
    return traffic.refused("attribute-invalid", bad, value=value)


def _empty(traffic: Traffic) -> Sent:
    return traffic.refused("no-value", traffic.false(), value=b"")


def _tombstone(traffic: Traffic) -> Sent:
    return traffic.refused("no-value", traffic.known(), value=None)


def _large(traffic: Traffic) -> Sent:
    bad = traffic.false_outside()
    if traffic.chance.randrange(LARGE_EVERY):
        actor = b"a" * 501  # a header no index could hold
        headers = [(n, actor if n == "ce_actor" else v) for n, v in in_binary_mode(bad).headers]
        return traffic.refused("attribute-invalid", bad, headers=headers)
    return traffic.refused("document-too-large", bad, value=bad.data.ljust(LARGE_BYTES))


def _wrong_key(traffic: Traffic) -> Sent:
    return traffic.refused("key-not-subject", traffic.false(), key=b"somebody else")


def _replayed(traffic: Traffic) -> Sent:
    return traffic.sent(traffic.known(), "duplicate")


def _gap_in_stream(traffic: Traffic) -> Sent:
    return traffic.refused("version-gap", traffic.false_outside(stream_version=3))


def _regress_in_stream(traffic: Traffic) -> Sent:
    if traffic.chance.randrange(2):
        return traffic.refused("sequence-reused", traffic.false())
    known = traffic.known_outside()
    return traffic.refused("version-reused", known._replace(event_id=uuid7(), stream_version=1))


def _from_the_future(traffic: Traffic) -> Sent:
    if traffic.chance.randrange(2):
        bad = traffic.false(type="guildhall.benefits.GiftIssued.v2")
        return traffic.refused("unknown-type", bad)
    bad = traffic.false_outside()
    times = {"ce_time": b"10000-01-01T00:00:00Z"}
    headers = [(name, times.get(name, value)) for name, value in in_binary_mode(bad).headers]
    return traffic.refused("attribute-invalid", bad, headers=headers)


def _reused_id(traffic: Traffic) -> Sent:
    known = traffic.known()
    forged = known.data.replace(b'"quantity":', b'"quantity":9')
    return traffic.refused("id-reused", known._replace(data=forged))


def _foreign_stream(traffic: Traffic) -> Sent:
    if traffic.chance.randrange(2):
        return traffic.refused("stream-not-of-union", traffic.false(org_id="other"))
    bad = traffic.false_outside(org_id="other")
    return traffic.refused("unregistered-union", bad._replace(stream=f"other/{bad.stream}"))


def _wrong_principal(traffic: Traffic) -> Sent:
    bad = traffic.false()
    if traffic.chance.randrange(2):
        # Under benefits' name on the canteen's topic; the other way round it is the same refusal.
        return traffic.refused("unregistered-source", bad)._replace(outside=True)
    bad = traffic.false_outside(type="guildhall.benefits.ExpenditurePaid.v1")
    return traffic.refused("unregistered-type", bad)


def _sequence_from_nowhere(traffic: Traffic) -> Sent:
    return traffic.sent(traffic.false(traffic.unreached()), "parked")


BAD: dict[str, Callable[[Traffic], Sent]] = {
    "unknown event type": _unknown_type,
    "missing field": _missing_field,
    "wrong type of a field": _wrong_type,
    "truncated JSON": _truncated,
    "not UTF-8": _not_utf8,
    "byte order mark": _byte_order_mark,
    "nested a thousand deep": _nested,
    "words that no text holds": _unstorable_words,
    "empty": _empty,
    "tombstone": _tombstone,
    "too large": _large,
    "wrong key": _wrong_key,
    "replayed": _replayed,
    "gap in a stream": _gap_in_stream,
    "regress in a stream": _regress_in_stream,
    "from the future": _from_the_future,
    "same id, other payload": _reused_id,
    "another union's stream": _foreign_stream,
    "principal without the right": _wrong_principal,
    "sequence the store does not know": _sequence_from_nowhere,
}
"""Every class: what it is, and how one is made."""
