"""What sources that number no shards have said so far, and whether a next event may follow it.

`guildhall contract check` asks of a file what ingest asks of a topic, here, so that both give one
answer.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.contract.consistent import check_consistent
from shared.contract.corrections import WITHDRAWALS, withdraws
from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.stream_rules import EMPTY, KNOWN, History, check_follows, followed
from shared.contract.values import SHANGHAI
from shared.errors import ContractViolation

Identity = tuple[UUID, str]
StreamKey = tuple[str, str]
Named = tuple[str, str]
"""The stream and the type of an event."""


class Succession:
    """What sources that number no shards have said so far; asked and told one event at a time.

    `leaves`: the leaf hash of each event by identity. `versions`: the last version of each stream
    that is numbered. `histories`: what stands in each stream. `named`: of the events
    that withdrawals name, stream and type by identity. `continues`: what came before is not known,
    so a stream not met yet may begin anywhere, and with anything.
    """

    def __init__(
        self,
        leaves: dict[Identity, bytes],
        versions: dict[StreamKey, int],
        histories: dict[StreamKey, History],
        *,
        named: Mapping[Identity, Named] = {},
        continues: bool = False,
    ) -> None:
        self.leaves, self.versions, self.histories = leaves, versions, histories
        self.named = dict(named)
        self.continues, self.may_begin_later = continues, continues

    def check(self, envelope: Envelope, event: DomainEvent, leaf: bytes) -> bool:
        """Whether an event is new; one that was heard to the byte is not.

        Raises ContractViolation: id-reused, what `check_consistent` raises, version-gap,
        version-reused, what `check_follows` raises, entry-not-found,
        entry-withdrawn, corrected-otherwise, withdrawn-before-entry.
        """
        earlier = self.leaves.get((envelope.event_id, envelope.source))
        if earlier is not None:
            if earlier == leaf:
                return False
            raise ContractViolation("id-reused", reused_detail(envelope))
        check_consistent(envelope.type, event)
        key = envelope.source, envelope.stream
        if envelope.stream_version and not (self.may_begin_later and key not in self.versions):
            _check_version(envelope, self.versions.get(key, 0))
        history = self.histories.get(key, EMPTY)
        check_follows(history, envelope.type, event, whole=not self.continues)
        if envelope.type in WITHDRAWALS:
            self._check_named(envelope, event, history)
        return True

    def _check_named(self, envelope: Envelope, event: Any, history: History) -> None:
        """What is withdrawn stands in the stream before, was not taken back since, and is of a type
        that is withdrawn so."""
        entry = UUID(event.entry)
        if entry in history.withdrawn:
            raise ContractViolation("entry-withdrawn", f"{event.entry} was taken back before")
        named = self.named.get((entry, envelope.source))
        if named is None and self.continues:
            return
        if named is None or named[0] != envelope.stream:
            raise ContractViolation(
                "entry-not-found", f"no event {event.entry} stands in {envelope.stream} before"
            )
        if not withdraws(envelope.type, named[1]):
            raise ContractViolation(
                "corrected-otherwise", f"{event.entry} is a {named[1]}: the catalogue says by what"
            )
        said = next((each.event for each in history.said if each.event_id == entry), None)
        told_on = envelope.recorded_at.astimezone(SHANGHAI).date()
        # An entry dated after its own withdrawal was told is the slip that is taken back.
        if said is not None and event.occurred_on < said.occurred_on <= told_on:
            raise ContractViolation(
                "withdrawn-before-entry", f"{event.entry} is of {said.occurred_on}"
            )

    def hear(self, envelope: Envelope, event: DomainEvent, leaf: bytes) -> None:
        """Take an event in that was checked."""
        key = envelope.source, envelope.stream
        self.leaves[envelope.event_id, envelope.source] = leaf
        self.named[envelope.event_id, envelope.source] = envelope.stream, envelope.type
        if envelope.stream_version:
            self.versions[key] = envelope.stream_version
        if envelope.type in KNOWN:
            before = self.histories.get(key, EMPTY)
            self.histories[key] = followed(before, envelope.type, event, envelope.event_id)

    def refused(self, envelope: Envelope | None) -> None:
        """Remember that an event was refused: in a stream not met before, the next is behind it;
        where it cannot be read (None), in any stream not met before."""
        if envelope is None:
            self.may_begin_later = False
            return
        key = envelope.source, envelope.stream
        if self.continues and envelope.stream_version and key not in self.versions:
            self.versions[key] = envelope.stream_version - 1


def _check_version(envelope: Envelope, last: int) -> None:
    version = envelope.stream_version
    if version != last + 1:
        reason = "version-gap" if version > last else "version-reused"
        detail = f"version {version} of {envelope.stream}, the last one known is {last}"
        raise ContractViolation(reason, detail)


def reused_detail(envelope: Envelope) -> str:
    """Why an event under a known identity is refused."""
    return f"event {envelope.event_id} of {envelope.source} is known with another body"
