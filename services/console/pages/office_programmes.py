"""Programmes: what there is, opening one, issuing to its roster, and the sign-off sheet (签领表).

The sheet is the one document that prints names. They come from members for the purpose of signing
for what one received, and members records who asked, when, for whom; so it is asked for by a form,
never by an address.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.console import Visit
from services.console.event_words import CODES
from services.console.office_acts import Outcome, do, fen_of, named, new_key
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, now_of, today_of
from services.console.rendering import page, translated
from services.console.security import form_of
from services.console.tables import MEDIA_TYPES, XLSX, Cell, as_xlsx

router = APIRouter()

PAGE, PAGES_MAX, NAMES_MAX = 500, 40, 1000
NEW = "/{org}/office/programmes/new"
ISSUE = "/{org}/office/programmes/{programme_id}/issue"
SHEET = "/{org}/office/programmes/{programme_id}/sign-off"
FIELDS = ("programme_id", "title", "occasion", "population", "payment_form", "fund", "payer")
CHOICES = {
    "occasion": (
        "spring_festival", "mid_autumn", "summer_cooling", "birthday", "marriage", "birth",
        "retirement", "other",
    ),
    "population": ("members", "staff", "women_staff", "retirees", "front_line_staff", "named"),
    "payment_form": ("goods", "pickup_voucher", "cake_voucher", "cash", "transfer"),
    "fund": ("union_funds", "care_fund", "superior_grant", "administration", "special"),
    "payer": ("own", "superior", "administration"),
}  # fmt: skip
"""What the form offers of each field; the rarer holidays come by `guildhall command`."""


@router.get("/{org}/office/programmes")
async def programmes(http: Request, visit: AtOffice) -> Response:
    """The programmes, latest first. Raises Answered."""
    items, whole = await _pages(visit, "programmes")
    items.sort(key=lambda each: (each["opened_on"], each["programme_id"]), reverse=True)
    return page(
        http,
        "office/programmes.html",
        visit=visit,
        choices=await choices_of(visit),
        programmes=items,
        cut=not whole,
        codes=CODES,
        done=visit.given("done"),
    )


@router.get(NEW)
async def new(http: Request, visit: AtOffice) -> Response:
    """The form of a programme."""
    return await _new(http, visit, {}, Outcome(new_key()))


@router.post(NEW)
async def opened(http: Request, visit: AtOffice) -> Response:
    """Open a programme. Raises NotPermitted, Invalid, Answered."""
    form = await form_of(http, visit.session.csrf)
    body: dict[str, Any] = {name: form.get(name, "").strip() for name in FIELDS}
    body["opened_on"] = form.get("on", "")
    if form.get("value", "").strip():
        body["unit_value_fen"] = fen_of(form["value"])
        if body["unit_value_fen"] is None:
            # None would open it without a value.
            wrong = {"code": "invalid-amount", "title": translated(http)("金额不合规。")}
            return await _new(http, visit, form, Outcome(new_key(), refused=wrong))
    outcome = await do(visit, "open-programme", body, form.get("key", ""), now_of(visit))
    if not outcome.done:
        return await _new(http, visit, form, outcome)
    assert visit.scope is not None
    return RedirectResponse(f"/{visit.scope.org}/office/programmes?done=opened", 303)


async def _new(http: Request, visit: Visit, form: dict[str, str], outcome: Outcome) -> Response:
    return page(
        http,
        "office/new_programme.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        form={"on": today_of(visit), **form},
        outcome=outcome,
        offered=CHOICES,
        codes=CODES,
    )


@router.get(ISSUE)
async def look(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """Who would receive, before anything is issued. Raises Answered."""
    return await _issue(http, visit, programme_id, {}, Outcome(new_key()))


@router.post(ISSUE)
async def issue(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """Issue to everyone of the roster who has not received. Raises NotPermitted, Answered."""
    form = await form_of(http, visit.session.csrf)
    body = {"programme_id": programme_id, "issued_on": form.get("on", ""), "only_missing": True}
    outcome = await do(visit, "issue-gifts-to-roster", body, form.get("key", ""), now_of(visit))
    if not outcome.done:
        return await _issue(http, visit, programme_id, form, outcome)
    assert visit.scope is not None
    return RedirectResponse(f"/{visit.scope.org}/office/programmes?done=issued", 303)


async def _issue(
    http: Request, visit: Visit, programme_id: str, form: dict[str, str], outcome: Outcome
) -> Response:
    return page(
        http,
        "office/issue.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        programme=await _one(visit, programme_id),
        form={"on": today_of(visit), **form},
        outcome=outcome,
    )


@router.get(SHEET)
async def before(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """What is recorded when names are shown, before they are. Raises Answered."""
    programme = await _one(visit, programme_id)
    people, _ = await _pages(visit, f"programmes/{programme_id}/sheet")
    return page(
        http,
        "office/sign_off.html",
        visit=visit,
        choices=await choices_of(visit),
        programme=programme,
        people=len(people),
    )


@router.post(SHEET)
async def sign_off(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """The sign-off sheet with names, as a workbook. Raises NotPermitted, Answered."""
    await form_of(http, visit.session.csrf)
    programme = await _one(visit, programme_id)
    lines, whole = await _pages(visit, f"programmes/{programme_id}/sheet")
    names = await _names(visit, [line["person_id"] for line in lines])
    content = sheet_of(visit, programme, lines, names, whole)
    headers = {
        "Content-Disposition": f'attachment; filename="sign-off-{programme_id}.xlsx"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[XLSX], headers=headers)


def sheet_of(
    visit: Visit,
    programme: dict[str, Any],
    lines: list[dict[str, Any]],
    names: dict[str, str],
    whole: bool,
) -> bytes:
    """The sheet: what it is of, a line for each person, three signatures. A person whose name is
    not known has none: the line says so."""
    say = translated(visit.http)
    scope = visit.scope
    assert scope is not None
    heads = [say("序号"), say("姓名"), say("编号"), say("份数"), say("签收"), say("签收日期")]
    rows: list[list[Cell]] = [
        [
            number,
            names.get(line["person_id"], say("（查不到姓名）")),
            line["person_id"],
            line["quantity"],
            "",
            line["signed_on"] or "",
        ]
        for number, line in enumerate(sorted(lines, key=lambda each: each["person_id"]), start=1)
    ]
    part = "" if whole else say("清单太长，只列了一部分。")
    about = [
        (say("工会"), scope.known["name"] or scope.org),
        (say("项目"), programme["title"]),
        (say("人数"), f"{len(lines)} {part}".strip()),
        (say("声明"), say("本表所列物品已发给本人或代签人，签名属实。")),
    ]
    if scope.known["simulated"]:
        about.append((say("演示账"), say("按模拟时钟走，数据是编的，不是哪一家工会的账。")))
    signatures: list[list[Cell]] = [[], [say("经办人"), "", say("证明人"), "", say("审批人"), ""]]
    return as_xlsx(about, heads, [*rows, *signatures])


async def _names(visit: Visit, people: list[str]) -> dict[str, str]:
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/people/names"
    found: dict[str, str] = {}
    for at in range(0, len(people), NAMES_MAX):
        question = {"person_ids": people[at : at + NAMES_MAX], "purpose": "sign_off_sheet"}
        answer = await visit.post("members", path, question)
        found |= {each["person_id"]: each["name"] for each in answer["people"]}
    return found


async def _one(visit: Visit, programme_id: str) -> dict[str, Any]:
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/programmes/{named(programme_id)}"
    found: dict[str, Any] = await visit.ask("benefits", path)
    return found


async def _pages(visit: Visit, what: str) -> tuple[list[dict[str, Any]], bool]:
    """A list of benefits, and whether it is the whole of it."""
    assert visit.scope is not None
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        path = f"/v1/{visit.scope.org}/{what}"
        answer = await visit.ask("benefits", path, limit=PAGE, cursor=cursor)
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return items, True
    return items, False
