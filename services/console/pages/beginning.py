"""What a union begins with, step by step: what is done, what is next, and who does it.

Nothing of it is kept: each step says what the services know at this moment. What a role may not
read is said to be unknown to it, and is neither done nor undone.
"""

import asyncio
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from services.console.backend import Answered, NoAnswer
from services.console.console import Visit
from services.console.event_words import CODES
from services.console.navigation import READERS
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, today_of
from services.console.pages.own_union import KINDS
from services.console.rendering import page

router = APIRouter()

OF_MEMBERS = ("clerk", "auditor", "approver", "chair")
OF_BENEFITS = (*OF_MEMBERS, "cashier")
FOUNDERS = ("clerk", "approver", "chair", "cashier", "auditor")
"""In the order in which a union needs them."""
PAGE = 500
DONE, NEXT, LATER, UNKNOWN = "done", "next", "later", "unknown"


class Count(NamedTuple):
    """How many there are; `more`: it is the first page's number, and there are more."""

    number: int
    more: bool


class Facts(NamedTuple):
    """What is known of a union's beginning; None is what the asker may not read.

    `union` is empty where it is not registered. `people` are roles by name.
    """

    union: dict[str, Any] | None
    people: dict[str, Any] | None
    staff: Count | None
    members: Count | None
    programme: dict[str, Any] | None
    figures: bool | None

    def done(self) -> dict[str, bool | None]:
        """Whether each step is done, in their order; None is unknown."""
        of = self.programme
        return {
            "union": None if self.union is None else bool(self.union),
            "people": None if self.people is None else bool(self.people),
            "staff": None if self.staff is None else self.staff.number > 0,
            "members": None if self.members is None else self.members.number > 0,
            "programme": None if of is None else bool(of),
            "roster": None if of is None else bool(of) and bool(of["roster"] or named(of)),
            "issue": None if of is None else bool(of) and of["issued"] > 0,
            "figures": self.figures,
        }


def named(programme: dict[str, Any]) -> bool:
    """Whether a programme is for named people, and has no roster to freeze."""
    return bool(programme["population"] == "named")


@router.get("/{org}/office/beginning")
async def beginning(http: Request, visit: AtOffice) -> Response:
    """The steps. Raises Answered, NoAnswer."""
    facts = await facts_of(visit)
    return page(
        http,
        "own_union/beginning.html",
        visit=visit,
        choices=await choices_of(visit),
        facts=facts,
        states=states_of(facts.done()),
        founders=FOUNDERS,
        kinds=KINDS,
        codes=CODES,
        enrols=visit.console.founder.enrols,
        demo=visit.console.demo,
    )


def states_of(done: dict[str, bool | None]) -> dict[str, str]:
    """Each step: done, next, later or unknown. Next is the first that is not done; where it is not
    known whether it is, nobody says what is next."""
    first = next((step for step, so in done.items() if not so), None)
    following = first if first and done[first] is False else None
    states = {None: UNKNOWN, True: DONE, False: LATER}
    return {step: NEXT if step == following else states[so] for step, so in done.items()}


async def facts_of(visit: Visit) -> Facts:
    """What the services say. Raises Answered, NoAnswer."""
    assert visit.scope is not None
    session, org, today = visit.session, visit.scope.org, today_of(visit)
    union = await _union(visit)
    members = union and session.may(*OF_MEMBERS)
    people, staff, roster, programme = await asyncio.gather(
        _people(visit),
        _count(visit, f"/v1/{org}/staff", today) if members else _nothing(),
        _count(visit, f"/v1/{org}/roster", today) if members else _nothing(),
        _programme(visit) if session.may(*OF_BENEFITS) else _nothing(),
    )
    figures = bool(visit.scope.known["years"]) if session.may(*READERS) else None
    return Facts(union, people, staff, roster, programme, figures)


async def _nothing() -> None:
    return None


async def _union(visit: Visit) -> dict[str, Any] | None:
    """The union as members has it; as reporting knows it, for who does not read members."""
    assert visit.scope is not None
    if visit.session.may(*OF_MEMBERS):
        try:
            found: dict[str, Any] = await visit.ask(
                "members", f"/v1/{visit.scope.org}/organisation"
            )
        except Answered as why:
            if why.status != 404:
                raise
            return {}
        return found
    # Where reporting does not know it, it may have been registered a moment ago.
    name = visit.scope.known["name"]
    return {"name": name} if name else None


async def _people(visit: Visit) -> dict[str, Any] | None:
    """Who is enrolled, by name: an operator asks the development provider; anybody else of the
    union is somebody of it."""
    assert visit.scope is not None
    session, org = visit.session, visit.scope.org
    if org in session.orgs:
        return {session.subject: {"roles": list(session.roles)}}
    if not visit.console.founder.enrols or not session.may("operator"):
        return None
    try:
        found = await visit.ask("identity", f"/unions/{org}/people")
    except (Answered, NoAnswer):
        return None
    people: dict[str, Any] = found["people"]
    return people


async def _count(visit: Visit, path: str, today: str) -> Count:
    found = await visit.ask("members", path, on=today, limit=PAGE)
    return Count(len(found["items"]), found["next"] is not None)


async def _programme(visit: Visit) -> dict[str, Any]:
    """The programme that is furthest, with what was issued of it; empty where there is none."""
    assert visit.scope is not None
    found = await visit.ask("benefits", f"/v1/{visit.scope.org}/programmes", limit=PAGE)
    items = found["items"]
    if not items:
        return {}
    items.sort(key=lambda each: (bool(each["roster"]), each["opened_on"], each["programme_id"]))
    path = f"/v1/{visit.scope.org}/programmes/{items[-1]['programme_id']}"
    programme: dict[str, Any] = await visit.ask("benefits", path)
    return programme
