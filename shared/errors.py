"""Everything that can be refused, each with a stable code and an HTTP status (RFC 9457).

Refusal                     the request is wrong, or not now; nothing was written
├── Invalid           422   the request's own content is not acceptable
├── NotPermitted      403   the actor may not do this, here
├── Unknown           404   what was named does not exist
├── Conflict          409   the state does not allow it
├── StaleVersion      412   the stream moved on since the caller looked
├── TooSlow           408   the request did not come whole in time
├── TooLarge          413   the request's body is longer than any of ours
├── TooMany           429   the client has more requests in progress than one may
├── NotYet            503   our copy of another context has not caught up; retry
└── SaidBefore        as it was said the first time, under the same idempotency key
ContractViolation           a record or event does not meet the published contract
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Refusal(Exception):
    """A named refusal: `code` is stable and part of the contract, `detail` is for a person.

    `errors` lists the rows concerned, for bulk commands: dicts with `row` (from 1) and `code`.
    `replayed`: it was saved under the request's key before, and is said again.
    """

    status = 400
    replayed = False

    def __init__(
        self, code: str, detail: str, *, errors: Sequence[dict[str, Any]] = (), **facts: Any
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.errors, self.facts = code, detail, list(errors), facts


class Invalid(Refusal):
    """The request's content is not acceptable."""

    status = 422


class NotPermitted(Refusal):
    """The actor's roles or union do not allow it."""

    status = 403


class Unknown(Refusal):
    """What the request names does not exist."""

    status = 404


class Conflict(Refusal):
    """The state of the thing does not allow it."""

    status = 409


class StaleVersion(Refusal):
    """Expected one version of a stream, found another."""

    status = 412

    def __init__(self, stream: str, expected: int, found: int) -> None:
        super().__init__(
            "stale-version",
            f"Expected version {expected} of {stream}, found {found}",
            stream=stream,
            expected=expected,
            found=found,
        )


class TooSlow(Refusal):
    """The request did not come whole in time."""

    status = 408


class TooLarge(Refusal):
    """The request's body is longer than any that is right."""

    status = 413


class TooMany(Refusal):
    """One client has more requests in progress than others can wait for."""

    status = 429


class NotYet(Refusal):
    """Our copy of another context's facts lags the position the caller states."""

    status = 503


class SaidBefore(Refusal):
    """The refusal saved under an idempotency key, as it was said the first time (ADR 0006)."""

    replayed = True

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        super().__init__(said["code"], said["detail"], errors=said["errors"], **said["facts"])
        self.status = status


class ContractViolation(Exception):
    """A record breaks the contract: `reason` is a stable code, `detail` says what is true."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail
