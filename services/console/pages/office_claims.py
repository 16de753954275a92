"""Claims: the list, and one with its documents and, for a stated purpose, the name of whose it is.

A document is asked for by a form, shown to whoever handles claims, and each reading is recorded.
What comes is compared with the checksum of the event: anything else is told, and not shown.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.backend import Answered
from services.console.console import Visit
from services.console.office_acts import named
from services.console.pages.office import AtOffice, listed, masks_of
from services.console.pages.office_lists import list_page
from services.console.pages.office_names import names_for
from services.console.security import form_of
from services.console.words import CLAIM_KINDS
from shared.errors import Unknown

router = APIRouter()

STATES = ("filed", "approved", "paid", "rejected", "withdrawn", "reversed")
ONE = "/{org}/office/claims/{claim_id}"
MEDIA = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
ALTERED, MISSING, FORBIDDEN = "altered", "missing", "forbidden"


@router.get("/{org}/office/claims")
async def claims(http: Request, visit: AtOffice) -> Response:
    """The claims, latest first; `state` in the address narrows them. Raises Answered."""
    return await _claims(http, visit, {})


@router.post("/{org}/office/claims")
async def claims_named(http: Request, visit: AtOffice) -> Response:
    """The same, with names shown for a purpose. Raises NotPermitted, Answered."""
    form = await form_of(http, visit.session.csrf)
    return await _claims(http, visit, form)


async def _claims(http: Request, visit: Visit, form: Mapping[str, str]) -> Response:
    state = visit.given("state")
    state = state if state in STATES else ""
    items, truncated = await listed(visit, "benefits", "claims", state=state or None)
    items.sort(key=lambda each: (each["filed_on"], each["claim_id"]), reverse=True)
    people = [each["person_id"] for each in items]
    names = await names_for(visit, people, form)
    return await list_page(
        http, visit, "claims", claims=items, cut=truncated, state=state, states=STATES,
        people_named=names or await masks_of(visit, people), purpose=form.get("purpose", ""),
        claim_kinds=CLAIM_KINDS,
    )  # fmt: skip


@router.get(ONE)
async def claim(http: Request, visit: AtOffice, claim_id: str) -> Response:
    """One claim: what was asked, its documents, what may be done. Raises Unknown, Answered."""
    return await _claim(http, visit, await _asked(visit, claim_id), {})


@router.post(ONE)
async def claim_named(http: Request, visit: AtOffice, claim_id: str) -> Response:
    """The same, with the name shown for a purpose. Raises NotPermitted, Answered."""
    form = await form_of(http, visit.session.csrf)
    return await _claim(http, visit, await _asked(visit, claim_id), form)


@router.post(f"{ONE}/document")
async def document(http: Request, visit: AtOffice, claim_id: str) -> Response:
    """A document of a claim, as it was filed. Raises NotPermitted, Unknown, Answered."""
    form = await form_of(http, visit.session.csrf)
    found = await _asked(visit, claim_id)
    digest = form.get("sha256", "")
    if digest not in [each["sha256"] for each in found["documents"]]:
        raise Unknown("not-found", "the claim names no such document")
    content = await _content(visit, found["person_id"], digest)
    if isinstance(content, str):
        return await _claim(http, visit, found, {}, content)
    how = "attachment" if form.get("how") == "download" else "inline"
    media_type, ending = next(said for start, said in MEDIA.items() if content.startswith(start))
    headers = {
        "Content-Disposition": f'{how}; filename="{found["claim_id"]}-{digest[:8]}.{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _content(visit: Visit, person_id: str, digest: str) -> bytes | str:
    """The document's bytes, or why they are not shown."""
    assert visit.scope is not None
    question = {"person_id": person_id, "sha256": digest, "purpose": "claim_handling"}
    try:
        content = await visit.post_bytes(
            "members", f"/v1/{visit.scope.org}/documents/read", question
        )
    except Answered as why:
        told = {404: MISSING, 409: ALTERED, 403: FORBIDDEN}
        if why.status not in told:
            raise
        return told[why.status]
    whole = sha256(content).hexdigest() == digest and content.startswith(tuple(MEDIA))
    return content if whole else ALTERED


async def _asked(visit: Visit, claim_id: str) -> dict[str, Any]:
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/claims/{named(claim_id)}"
    found: dict[str, Any] = await visit.ask("benefits", path)
    return found


async def _claim(
    http: Request,
    visit: Visit,
    found: dict[str, Any],
    form: Mapping[str, str],
    trouble: str = "",
) -> Response:
    person = [found["person_id"]]
    names = await names_for(visit, person, form)
    answer = await list_page(
        http, visit, "claim_page", claim=found, trouble=trouble, claim_kinds=CLAIM_KINDS,
        people_named=names or await masks_of(visit, person), purpose=form.get("purpose", ""),
    )  # fmt: skip
    if trouble:
        answer.status_code = 409 if trouble == ALTERED else 404 if trouble == MISSING else 403
    return answer
