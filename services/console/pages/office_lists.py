"""What an office has recorded: meetings, activities, attestations, the plan; each with its acts."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.claim_form import FILE_CLAIM
from services.console.code_words import OFFICE_WORDS
from services.console.console import Visit
from services.console.event_words import said, title_of
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, listed, today_of
from services.console.pages.office_forms import FORMS
from services.console.pages.office_names import purposes_of
from services.console.rendering import language_of, page
from services.console.words import CLAIM_KINDS
from services.console.written import SERVICES, STREAM, written
from shared.errors import Unknown

router = APIRouter()

SUBJECTS = ("safety", "public_opinion", "epidemic_control")


def ways(visit: Visit, *names: str) -> list[Any]:
    """The acts that somebody may begin."""
    return [FORMS[name] for name in names if visit.session.may(*FORMS[name].roles)]


async def list_page(http: Request, visit: Visit, template: str, **given: Any) -> Response:
    """A page of a list, with what the act that led to it wrote."""
    return page(
        http,
        f"office/{template}.html",
        visit=visit,
        choices=await choices_of(visit),
        codes=OFFICE_WORDS,
        claim_words=CLAIM_KINDS,
        written=written(visit),
        forms={**FORMS, FILE_CLAIM.name: FILE_CLAIM},
        purposes=purposes_of(visit),
        may={name for name, form in FORMS.items() if visit.session.may(*form.roles)},
        **given,
    )


@router.get("/{org}/office/meetings")
async def meetings(http: Request, visit: AtOffice) -> Response:
    """The meetings, latest first. Raises Answered."""
    items, truncated = await listed(visit, "events", "meetings")
    items.sort(key=lambda each: (each["convened_for"], each["meeting_id"]), reverse=True)
    return await list_page(http, visit, "meetings", meetings=items, cut=truncated)


@router.get("/{org}/office/activities")
async def activities(http: Request, visit: AtOffice) -> Response:
    """The activities, latest first. Raises Answered."""
    items, truncated = await listed(visit, "events", "activities")
    items.sort(key=lambda each: (each["planned_for"], each["activity_id"]), reverse=True)
    return await list_page(http, visit, "activities", activities=items, cut=truncated)


@router.get("/{org}/office/attestations")
async def attestations(http: Request, visit: AtOffice) -> Response:
    """The months of a year, each subject attested or not yet: nothing attested is no zero. Raises
    Answered."""
    year = _year(visit)
    assert visit.scope is not None
    found = await visit.ask("events", f"/v1/{visit.scope.org}/attestations", year=year)
    attested = {(each["month"], each["subject"]): each for each in found["items"]}
    last = today_of(visit)[:7]
    months = [month for at in range(1, 13) if (month := f"{year}-{at:02d}") <= last]
    missing = sum(1 for month in months for each in SUBJECTS if (month, each) not in attested)
    return await list_page(
        http, visit, "attestations", year=year, months=months[::-1], subjects=SUBJECTS,
        attested=attested, missing=missing,
    )  # fmt: skip


@router.get("/{org}/office/plan")
async def plan(http: Request, visit: AtOffice) -> Response:
    """The items of a year's plan: what is overdue first, then what is due next. Raises Answered."""
    year = _year(visit)
    items, truncated = await listed(visit, "events", "plan-items", year=year)
    order = {"overdue": 0, "open": 1, "done": 2}
    items.sort(key=lambda each: (order[each["state"]], each["due_on"] or "9", each["item_id"]))
    return await list_page(http, visit, "plan", items=items, cut=truncated, year=year)


@router.get("/{org}/office/entries/{service}/{stream}")
async def entries(http: Request, visit: AtOffice, service: str, stream: str) -> Response:
    """What is recorded of one thing, each entry with its event's page, and taking it back. Raises
    Unknown, Answered."""
    if service not in SERVICES or not STREAM.fullmatch(stream):
        raise Unknown("not-found", "an address names no such stream")
    assert visit.scope is not None
    found = await visit.ask(service, f"/v1/{visit.scope.org}/streams/{stream}")
    language = language_of(http)
    told = [
        {**each, "title": title_of(each["type"]), "fields": said(each["data"], language)}
        for each in found["events"]
    ]
    if not told:
        raise Unknown("not-found", f"nothing is recorded of {stream}")
    taking = f"withdraw-{service}-entry"
    return await list_page(
        http, visit, "entries", entries=told[::-1], stream=stream, taking=taking,
    )  # fmt: skip


def _year(visit: Visit) -> str:
    asked = visit.given("year")
    plain = asked.isascii() and asked.isdigit() and len(asked) == 4
    return asked if plain and "1950" <= asked <= "2098" else today_of(visit)[:4]
