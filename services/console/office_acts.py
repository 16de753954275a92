"""One act of the office: the command it sends, in somebody's name, once.

The form carries the key of the act, so that a double click, and a form sent again after a lost
answer, write once. A refusal settles its key: what is tried after it is another act.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from services.console.backend import Answered, NoAnswer
from services.console.console import Visit
from shared.errors import Invalid, Unknown

SLUG = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
KEY = re.compile(r"[0-9a-f]{32}")
VERSION = re.compile(r"[0-9]{1,9}")
REFUSALS = (403, 404, 409, 412, 422)


class Outcome(NamedTuple):
    """What became of an act: `refused` is the service's problem, `unknown` that it did not answer:
    nobody knows then whether it is written. `key` is that of the next try, `reply` what the service
    answered."""

    key: str
    refused: Mapping[str, Any] | None = None
    unknown: bool = False
    reply: Mapping[str, Any] = {}

    @property
    def status(self) -> int:
        """The HTTP status of the page that tells it."""
        return 503 if self.unknown else 422 if self.refused is not None else 200

    @property
    def done(self) -> bool:
        """Whether it is written."""
        return self.refused is None and not self.unknown


def new_key() -> str:
    """The key of an act that nobody tried yet."""
    return secrets.token_hex(16)


class Act(NamedTuple):
    """A command to a service. `version`: the stream's version that was shown, where what is decided
    rests on it: it is refused once somebody else has written."""

    command: str
    body: Mapping[str, Any]
    service: str = "benefits"
    version: str = ""

    def headers(self, now: str) -> dict[str, str]:
        """What goes beside the body; `now` is the time of a simulated clock."""
        match = {"If-Match": f'"{self.version}"'} if VERSION.fullmatch(self.version) else {}
        return {**match, **_clock(now)}


async def do(visit: Visit, act: Act, key: str, now: str) -> Outcome:
    """Send a command; `now` is the time of a simulated clock, empty for a real one.

    Raises Invalid `invalid-request`, Answered where the services are to be asked later.
    """
    assert visit.scope is not None
    if not KEY.fullmatch(key):
        raise Invalid("invalid-request", "the form names no act")
    headers = {"Idempotency-Key": f"console-{key}", **act.headers(now)}
    path = f"/v1/{visit.scope.org}/{act.command}"
    try:
        reply = await visit.post(act.service, path, act.body, headers=headers)
    except NoAnswer:
        return Outcome(key, unknown=True)
    except Answered as why:
        if why.status not in REFUSALS:
            raise
        return Outcome(new_key(), refused={"code": why.code, **why.problem})
    return Outcome(key, reply=reply)


async def refusal_of(visit: Visit, act: Act, now: str) -> Mapping[str, Any] | None:
    """Why a command would be refused, or None: the service decides it and writes nothing."""
    assert visit.scope is not None
    headers = {"Guildhall-Preview": "true", **act.headers(now)}
    path = f"/v1/{visit.scope.org}/{act.command}"
    try:
        await visit.post(act.service, path, act.body, headers=headers)
    except Answered as why:
        if why.status not in REFUSALS:
            raise
        return {"code": why.code, **why.problem}
    return None


def named(said: str) -> str:
    """An id as an address names it. Raises Unknown `not-found` for what is none."""
    if not SLUG.fullmatch(said):
        raise Unknown("not-found", f"{said!r} is no id")
    return said


def _clock(now: str) -> dict[str, str]:
    return {"Guildhall-Simulated-Now": now} if now else {}


def fen_of(text: str) -> int | None:
    """Yuan as somebody types them, in fen; None where they are none: 1,000.00 or 1000."""
    plain = text.strip().replace(",", "").replace("，", "")
    found = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", plain, re.ASCII)
    if not found:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
