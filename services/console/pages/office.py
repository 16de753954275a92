"""Arriving at a page of the office: a union, and always now. An act is never as of another time."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

from fastapi import Depends

from services.console.backend import Answered, NoAnswer
from services.console.console import Visit
from services.console.pages.arrival import landing_year
from services.console.scope import Scope, union_of
from services.console.signing_in import SignedIn

CHINA = timezone(timedelta(hours=8))
NAME_READERS, NAMES_MAX = ("clerk", "auditor", "approver", "chair", "cashier"), 1000
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


PAGE, PAGES_MAX = 200, 20


async def listed(
    visit: Visit, service: str, what: str, **query: Any
) -> tuple[list[dict[str, Any]], bool]:
    """A list of a service, and whether there is more of it than is read."""
    assert visit.scope is not None, "a page of a union"
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        path = f"/v1/{visit.scope.org}/{what}"
        answer = await visit.ask(service, path, limit=PAGE, cursor=cursor, **query)
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return items, False
    return items, True


async def masks_of(visit: Visit, people: list[str]) -> dict[str, str]:
    """What stands for people's names, as members says it: to whoever may ask for names. Where it
    does not answer, codes are shown."""
    assert visit.scope is not None, "a page of a union"
    found: dict[str, str] = {}
    if not people or not visit.session.may(*NAME_READERS):
        return found
    unique = list(dict.fromkeys(people))
    with suppress(Answered, NoAnswer):
        for at in range(0, len(unique), NAMES_MAX):
            path = f"/v1/{visit.scope.org}/people/masks"
            body = {"person_ids": unique[at : at + NAMES_MAX]}
            answer = await visit.post("members", path, body)
            found |= {each["person_id"]: each["mask"] for each in answer["people"]}
    return found


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
