"""Operations: how the services stand, what waits in quarantine, and settling it by a filter.

Settling is looked at before it is done: the page says which records and how many, and its button
names the act. What was settled stays so, however often the form is sent.
"""

import asyncio
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.console import Visit
from services.console.rendering import page
from services.console.security import form_of
from services.console.signing_in import SignedIn
from shared.errors import Invalid

router = APIRouter()

LISTED = 200
PAGES_MAX = 40
"""Of 500 records each, in one act; a longer quarantine takes several."""
ACTS = ("retry", "discard")
CODES = ("sent_in_error", "repeated", "not_ours", "unreadable", "other")
FILTERS = ("reason", "source", "topic")


@router.get("/ops")
async def status(http: Request, visit: SignedIn) -> Response:
    """How the services stand: the journal, what waits, what disagrees, each part, the sources."""
    found, sources, rebuild = await asyncio.gather(
        visit.ask("reporting", "/v1/status"),
        visit.ask("reporting", "/v1/sources"),
        visit.ask("reporting", "/v1/rebuild"),
    )
    return page(
        http,
        "ops/status.html",
        visit=visit,
        found=found,
        untrue=untrue(found),
        sources=sources["sources"],
        unreadable=sources["unreadable"],
        rebuild=rebuild,
        topics=by_topic(found["positions"]),
    )


def untrue(found: dict[str, Any]) -> list[str]:
    """What must not be in a status, and is: the names of its parts. None is unknown, which is no
    pass either."""
    names = ("ahead_of_owner", "journal_gaps", "journal_wrong", "copies_differ", "stale")
    return [name for name in (*names, "differences") if found[name] is None or found[name]]


def by_topic(positions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was read of each topic, over its partitions; a lag that is unknown in one is unknown."""
    found: dict[str, dict[str, Any]] = {}
    for each in positions:
        topic = found.setdefault(
            each["topic"], {"topic": each["topic"], "partitions": 0, "applied": 0, "lag": 0}
        )
        topic["partitions"] += 1
        topic["applied"] += each["applied"]
        known = topic["lag"] is not None and each["lag"] is not None
        topic["lag"] = topic["lag"] + each["lag"] if known else None
    return list(found.values())


@router.get("/ops/quarantine")
async def quarantine(http: Request, visit: SignedIn) -> Response:
    """The records that could not be accepted; `reason`, `source` and `topic` narrow them."""
    state = visit.given("state", "open")
    answer = await visit.ask("reporting", "/v1/quarantine", state=state, limit=1000)
    asked = {name: visit.given(name) for name in FILTERS if visit.given(name)}
    named = [each for each in answer["records"] if _named(each, asked)]
    return page(
        http,
        "ops/quarantine.html",
        visit=visit,
        state=state,
        asked=asked,
        records=named[:LISTED],
        named=len(named),
        more=answer["next"] is not None,
        reasons=_counted(answer["records"], "reason"),
        sources=_counted(answer["records"], "source"),
        settled=visit.given("settled"),
        left=visit.given("left"),
        codes=CODES,
    )


def _named(record: dict[str, Any], asked: dict[str, str]) -> bool:
    return all(record[name] == value for name, value in asked.items())


def _counted(records: list[dict[str, Any]], name: str) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for each in records:
        if each[name]:
            found[each[name]] = found.get(each[name], 0) + 1
    return sorted(found.items(), key=lambda pair: -pair[1])


@router.post("/ops/quarantine/settle")
async def settle(http: Request, visit: SignedIn) -> Response:
    """Look at what would be settled, then settle it. Raises Invalid `invalid-request`."""
    form = await form_of(http, visit.session.csrf)
    asked = {name: form[name] for name in FILTERS if form.get(name)}
    act, code, why = form.get("act", ""), form.get("code", ""), form.get("why", "").strip()
    if act not in ACTS or not asked or (act == "discard" and (code not in CODES or not why)):
        raise Invalid("invalid-request", "name the records, the act and its reason")
    if form.get("sure") != "yes":
        answer = await visit.ask("reporting", "/v1/quarantine", limit=1000)
        named = [each for each in answer["records"] if _named(each, asked)]
        return page(
            http,
            "ops/settle.html",
            visit=visit,
            asked=asked,
            act=act,
            code=code,
            why=why,
            named=len(named),
            more=answer["next"] is not None,
        )
    settled, left = await _settled(visit, act, asked, code, why)
    said = urlencode({**asked, "settled": settled, "left": left})
    return RedirectResponse(f"/ops/quarantine?{said}", 303)


async def _settled(
    visit: Visit, act: str, asked: dict[str, str], code: str, why: str
) -> tuple[int, int]:
    """How many records were settled, and how many are open still."""
    more = {"code": code, "reason": why} if act == "discard" else {}
    after, settled, left = None, 0, 0
    for _ in range(PAGES_MAX):
        body = {"records": asked, **more, **({"after": after} if after else {})}
        found = await visit.post("reporting", f"/v1/quarantine/{act}", body)
        settled += found["applied"] + found["discarded"]
        left += found["still_open"]
        after = found["next"]
        if after is None:
            return settled, left
    return settled, left + found["left"]
