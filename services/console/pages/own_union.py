"""Beginning a union: an operator says what it is; it is registered and its people are enrolled.

What is written is the command line's `guildhall union new`. The same form sent again goes on where
the first was left: a union registered without its people, such as when a service did not answer.
"""

import asyncio
import contextlib
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.backend import Answered, NoAnswer
from services.console.founding import Founding, NotBegun
from services.console.navigation import _
from services.console.pages.office import CHINA
from services.console.rendering import page
from services.console.scope import ORG, OWN_ADDRESSES
from services.console.security import form_of
from services.console.signing_in import SignedIn
from shared.errors import NotPermitted

router = APIRouter()

NEW = "/ops/unions/new"
KINDS = {"grassroots": _("基层工会"), "group": _("联合工会"), "city": _("市级工会")}
NAME_MAX = 100
HEARD_TRIES, HEARD_SECONDS = 16, 0.25
FIELDS = ("name", "org", "kind", "parent", "founded")
WRONG = {
    "org": _("编号是 2 至 31 个小写字母、数字和连字符，以字母开头，如 xinhua。"),
    "taken": _("这个编号是页面自己的地址，另取一个。"),
    "name": _("填工会的名称，至多 100 字。"),
    "kind": _("种类不在所列之中。"),
    "parent": _("上级工会要从所列的选。"),
    "founded": _("日期要写成 2026-01-31 的样子，不晚于今天。"),
}
REFUSED = {
    "organisation-exists": _("这个编号已登记给一家工会，而且与你填的不同。另取一个编号。"),
    "simulated-union-refused": _("这里按模拟时钟走，演示账还没有录好。自己的工会在别处登记。"),
    "invalid_request": _("工会已登记，但身份服务没有收下它的人：名字已是别人的，或人太多。"),
    "stopped": _("没有做完，用时过长。再按一次：做过的不会再做。"),
    "other": _("服务没有收下。"),
}
"""Why a union was not begun, by code; the service's own words stand below."""


class Place(NamedTuple):
    """Where a union would be begun: the unions that are known, any of which may be the upper one;
    the time of a simulated clock, empty for a real one; and the day."""

    unions: list[dict[str, Any]]
    now: str
    today: date


@router.get(NEW)
async def ask(http: Request, visit: SignedIn) -> Response:
    """The form. Raises NotPermitted, Answered."""
    place = await _place(visit)
    form = {"founded": f"{place.today.year}-01-01", "kind": "grassroots"}
    return await _form(http, visit, place, form)


@router.post(NEW)
async def begin(http: Request, visit: SignedIn) -> Response:
    """Register it and enrol its people. Raises NotPermitted, Answered, NoAnswer."""
    form = await form_of(http, visit.session.csrf)
    place = await _place(visit)
    said = {name: form.get(name, "").strip() for name in FIELDS}
    wrong = wrong_in(said, place)
    if wrong:
        return await _form(http, visit, place, said, wrong=wrong)
    union = Founding(**said, now=place.now)
    try:
        await visit.console.founder.begin(visit.session.token, union)
    except NotBegun as why:
        return await _form(http, visit, place, said, refused=why)
    except NoAnswer:
        return await _form(http, visit, place, said, unknown=True)
    await _heard(visit, said["org"])
    return RedirectResponse(f"/{said['org']}/office/beginning", 303)


def wrong_in(said: dict[str, str], place: Place) -> dict[str, str]:
    """What is wrong with the form, by field: keys of WRONG."""
    wrong = {}
    if not ORG.fullmatch(said["org"]):
        wrong["org"] = "org"
    elif said["org"] in OWN_ADDRESSES:
        wrong["org"] = "taken"
    if not 0 < len(said["name"]) <= NAME_MAX or not said["name"].isprintable():
        wrong["name"] = "name"
    if said["kind"] not in KINDS:
        wrong["kind"] = "kind"
    unions = {union["org_id"] for union in place.unions} - {said["org"]}
    if said["parent"] and said["parent"] not in unions:
        wrong["parent"] = "parent"
    try:
        if date.fromisoformat(said["founded"]) > place.today or len(said["founded"]) != 10:
            wrong["founded"] = "founded"
    except ValueError:
        wrong["founded"] = "founded"
    return wrong


async def _form(
    http: Request,
    visit: SignedIn,
    place: Place,
    form: dict[str, str],
    *,
    wrong: dict[str, str] | None = None,
    refused: NotBegun | None = None,
    unknown: bool = False,
) -> Response:
    status = 503 if unknown else 422 if wrong or refused else 200
    return page(
        http,
        "own_union/new.html",
        status=status,
        visit=visit,
        form={**dict.fromkeys(FIELDS, ""), **form},
        kinds=KINDS,
        unions=place.unions,
        simulated=bool(place.now),
        wrong={field: WRONG[key] for field, key in (wrong or {}).items()},
        refused=refused,
        refused_words=REFUSED,
        unknown=unknown,
        enrols=visit.console.founder.enrols,
        demo=visit.console.demo,
    )


async def _heard(visit: SignedIn, org: str) -> None:
    """Wait until reporting has heard of a union, a moment at most: its first page says what it
    knows then."""
    for _again in range(HEARD_TRIES):
        with contextlib.suppress(Answered, NoAnswer):
            known = await visit.ask("reporting", f"/v1/{org}/knowledge")
            if known["name"]:
                return
        await asyncio.sleep(HEARD_SECONDS)


async def _place(visit: SignedIn) -> Place:
    """Where a union would be begun. Raises NotPermitted: who registers unions is an operator of
    every one; Answered, NoAnswer."""
    if not visit.session.may("operator") or "*" not in visit.session.orgs:
        raise NotPermitted("role-needed", "an operator of every union registers one")
    found = await visit.ask("reporting", "/v1/unions")
    unions: list[dict[str, Any]] = found["unions"]
    simulated = next((union["org_id"] for union in unions if union["simulated"]), None)
    if simulated is None:
        return Place(unions, "", datetime.now(UTC).astimezone(CHINA).date())
    known = await visit.ask("reporting", f"/v1/{simulated}/knowledge")
    now = str(known["sealed_at"])
    return Place(unions, now, datetime.fromisoformat(now).astimezone(CHINA).date())
