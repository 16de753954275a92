"""Arriving at a page of the office: a union, and always now. An act is never as of another time."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

from fastapi import Depends

from services.console.backend import Answered
from services.console.console import Visit
from services.console.pages.arrival import landing_year
from services.console.scope import Scope, union_of
from services.console.signing_in import SignedIn

CHINA = timezone(timedelta(hours=8))
NOTHING_KNOWN = (403, 404)
"""What reporting answers of a union that it has not heard of, and to roles that do not read."""


async def at_office(visit: SignedIn, org: str) -> Visit:
    """A page of a union's office, as a dependency. Raises Unknown, Answered, NoAnswer."""
    org = union_of(org)
    try:
        known = await visit.ask("reporting", f"/v1/{org}/knowledge")
    except Answered as why:
        if why.status not in NOTHING_KNOWN:
            raise
        known = nothing_of(org)
    visit.scope = Scope(org, landing_year(known), None, None, known)
    return visit


def nothing_of(org: str) -> dict[str, Any]:
    """What is known of a union of which reporting says nothing: the menu needs a year."""
    return {
        "org_id": org,
        "name": "",
        "simulated": False,
        "log_index": 0,
        "last_index": 0,
        "sealed_at": datetime.now(UTC).isoformat(),
        "years": [],
    }


def now_of(visit: Visit) -> str:
    """When an act of the page happens: the last seal of a simulated union, whose clock stands until
    it is told; empty for a real one, where the services know."""
    assert visit.scope is not None, "a page of a union"
    known = visit.scope.known
    return str(known["sealed_at"]) if known["simulated"] else ""


def today_of(visit: Visit) -> str:
    """The day of an act in China, as ISO text."""
    now = now_of(visit)
    instant = datetime.fromisoformat(now) if now else datetime.now(UTC)
    return instant.astimezone(CHINA).date().isoformat()


AtOffice = Annotated[Visit, Depends(at_office)]
