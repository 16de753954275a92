"""An owner's log as a list of envelopes, which answers as the owner's API does; the digests are
worked out here again, in Python."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import httpx

from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import SHARDS, Envelope


class OwnerLog:
    """What an owner stamped: by shard and sequence, the envelope, or None where it lost the event.

    `answers` counts the questions it was asked. `copied` is what a context's copy of it holds,
    where that is not the same; `copy_quarantine` what the copy says of events it has quarantined.
    """

    def __init__(self, source: str = "/guildhall/benefits") -> None:
        self.source = source
        self.stamped: dict[tuple[int, int], Envelope | None] = {}
        self.answers = 0
        self.copied: OwnerLog | None = None
        self.copy_quarantine: list[dict[str, str]] = []

    def write(self, envelopes: Iterable[Envelope]) -> None:
        """They are stamped as they say."""
        for envelope in envelopes:
            self.stamped[envelope.shard or 0, envelope.shard_sequence or 0] = envelope

    def heads(self) -> list[dict[str, int]]:
        """Each shard's last sequence."""
        last = dict.fromkeys(range(SHARDS), 0)
        for shard, sequence in self.stamped:
            last[shard] = max(last[shard], sequence)
        return [{"shard": shard, "head": head, "acked": head} for shard, head in last.items()]

    def answer(self, request: httpx.Request) -> httpx.Response | None:
        """To a question about digests or entries; None to any other."""
        if request.url.path == "/v1/relay/digests":
            self.answers += 1
            asked = json.loads(request.content)["ranges"]
            return httpx.Response(200, json={"digests": [self.digest(**each) for each in asked]})
        if request.url.path == "/v1/relay/entries":
            self.answers += 1
            asked = {name: int(value) for name, value in request.url.params.items()}
            return httpx.Response(200, json={"entries": self.entries(**asked)})
        return self._answer_of_copy(request)

    def _answer_of_copy(self, request: httpx.Request) -> httpx.Response | None:
        held = self.copied or self
        if request.url.path == "/v1/copies/digests":
            body = json.loads(request.content)
            assert body["source"] == self.source
            found = [held.digest(**each) for each in body["ranges"]]
            return httpx.Response(200, json={"digests": found})
        if request.url.path == "/v1/copies/entries":
            params = dict(request.url.params)
            assert params.pop("source") == self.source
            asked = {name: int(value) for name, value in params.items()}
            return httpx.Response(200, json={"entries": held.entries(**asked)})
        if request.url.path == "/v1/copies/events":
            wanted = json.loads(request.content)["event_ids"]
            rows = [row for row in self.copy_quarantine if row["event_id"] in wanted]
            return httpx.Response(200, json={"leaves": {}, "quarantine": rows})
        return None

    def digest(self, shard: int, first: int, last: int) -> dict[str, Any]:
        """The digest of a range: sequence, event id and leaf, in order."""
        hashed, count = hashlib.sha256(), 0
        for sequence, envelope in self._range(shard, first, last):
            count += 1
            hashed.update(sequence.to_bytes(8))
            if envelope is not None:
                hashed.update(envelope.event_id.bytes + leaf_hash(document_of(envelope)))
        return {"shard": shard, "first": first, "last": last, "count": count} | {
            "sha256": hashed.hexdigest()
        }

    def entries(self, shard: int, first: int, last: int) -> list[dict[str, Any]]:
        """Each entry of a range."""
        return [
            {
                "sequence": sequence,
                "event_id": envelope and str(envelope.event_id),
                "type": envelope and envelope.type,
                "leaf": envelope and leaf_hash(document_of(envelope)).hex(),
            }
            for sequence, envelope in self._range(shard, first, last)
        ]

    def _range(self, shard: int, first: int, last: int) -> list[tuple[int, Envelope | None]]:
        return sorted(
            (sequence, envelope)
            for (of, sequence), envelope in self.stamped.items()
            if of == shard and first <= sequence <= last
        )
