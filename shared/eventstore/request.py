"""What a command comes with beside its body, and what it is answered."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.contract.envelope import Actor
from shared.errors import Invalid, NotPermitted, StaleVersion


class Reply(NamedTuple):
    """What a command answers: HTTP status, a JSON object, and whether it was saved before.

    `position` is what it wrote, `stream@version` with commas between: the last of each shard, so at
    most 32. A copy that has heard these has heard all of it, because a shard is read in one order.
    """

    status: int
    body: Mapping[str, Any]
    replayed: bool = False
    position: str = ""


class Request(NamedTuple):
    """Who asks, for which union, under which idempotency key, with which body (its SHA-256).

    `expected_version` is the stream version the caller saw (If-Match); `after` the position it
    wrote elsewhere (Guildhall-After: a reply's Guildhall-Position), for copies that may lag.
    `preview`: it is decided on what stands, and nothing is written, no key settled.
    `unless_withdrawn`: what a person took back before is not entered again, but refused.
    """

    actor: Actor
    org_id: str
    key: str | None
    body_hash: bytes
    correlation_id: str
    causation_id: str = ""
    expected_version: int | None = None
    after: str | None = None
    simulated: bool = False
    preview: bool = False
    unless_withdrawn: bool = False

    def check_version(self, stream: str, found: int) -> None:
        """Raise StaleVersion when the caller stated another version (If-Match) than `found`."""
        if self.expected_version is not None and self.expected_version != found:
            raise StaleVersion(stream, self.expected_version, found)

    def stated_positions(self) -> list[tuple[str, int]]:
        """The (stream, version) pairs of `after`.

        Raises Invalid `invalid-request`; NotPermitted `union-not-yours` for a stream of a union
        that the actor does not cover, whether or not it exists: how far it was heard says how much
        there is of it.
        """
        stated = []
        for position in self.after.split(",") if self.after else ():
            stream, _, version = position.strip().rpartition("@")
            if not stream or not (version.isascii() and version.isdigit() and len(version) < 10):
                raise Invalid(
                    "invalid-request",
                    f"Guildhall-After must be stream@version, not {position[:80]!r}",
                )
            if not self.actor.may_act_for(stream.partition("/")[0]):
                raise NotPermitted(
                    "union-not-yours",
                    f"Guildhall-After names a stream of a union that the token of"
                    f" {self.actor.subject} does not cover",
                )
            stated.append((stream, int(version)))
        return stated
