"""Instants as RFC 3339 §5.6 writes them, and nothing near it: no other form of ISO 8601, no number.

`T` and `Z` may be small letters, and a space may stand for `T`; the offset has its colon. A leap
second is a right instant that no clock of ours can hold: it is refused by a reason of its own.
"""

import contextlib
import re
from datetime import UTC, datetime

import msgspec

from shared.errors import ContractViolation

RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
LEAP_SECOND = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:60(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_instant(text: str) -> datetime:
    """The instant in UTC, its second rounded to six digits.

    Raises ContractViolation: leap-second, not-an-instant.
    """
    if LEAP_SECOND.fullmatch(text):
        raise ContractViolation("leap-second", f"{text[:40]!r}: state the second after it")
    with contextlib.suppress(msgspec.ValidationError, OverflowError):
        if RFC_3339.fullmatch(text):
            moment: datetime = msgspec.convert(text, datetime)
            return moment.astimezone(UTC)
    raise ContractViolation("not-an-instant", f"{text[:40]!r} is not RFC 3339")
