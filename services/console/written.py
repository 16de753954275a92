"""What an act wrote: a page is told by its address which stream and version, and leads to the
events. Streams named after people are in no address."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from services.console.console import Visit

STREAM = re.compile(
    r"(?:meeting|activity|attestation|plan|incident|payment|claim|programme|policy|budget|income"
    r"|procurement|check|regulation|issue|finding)-[a-z0-9][a-z0-9._-]{0,119}"
)
"""The streams that an address may name."""
STREAM_READERS = ("clerk", "approver", "chair", "auditor")
SERVICES = ("events", "benefits", "reporting")


def written_query(visit: Visit, done: str, service: str, reply: Mapping[str, Any]) -> str:
    """What the address after an act says: what was done, since which place of the log, and the
    stream it wrote, where an address may name that."""
    assert visit.scope is not None
    said: dict[str, Any] = {"done": done, "since": visit.scope.known["last_index"]}
    short = str(reply.get("stream", "")).partition("/")[2]
    if STREAM.fullmatch(short):
        said |= {"in": f"{service}/{short}", "version": reply.get("version", "")}
    return urlencode(said)


def written(visit: Visit) -> dict[str, str] | None:
    """What a page shows of the act that led to it: `title` is the act's name, `href` leads to the
    events. None: nothing was done."""
    done = visit.given("done")
    if not re.fullmatch(r"[a-z-]{1,40}", done):
        return None
    assert visit.scope is not None
    service, _, short = visit.given("in").partition("/")
    since = visit.given("since")
    href = ""
    known = service in SERVICES and STREAM.fullmatch(short) is not None
    if known and visit.session.may(*STREAM_READERS):
        href = f"/{visit.scope.org}/office/entries/{service}/{short}"
    elif since.isascii() and since.isdigit() and visit.session.may(*STREAM_READERS):
        href = f"/{visit.scope.org}/{visit.scope.period.said}/differences?compare={since}"
    return {"done": done, "href": href}
