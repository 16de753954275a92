"""Filing a claim with its documents: typed, looked at, written once.

A document is kept by members, encrypted, beside the log; the event bears its SHA-256. It is kept
before the claim is filed, so that no claim names what is not there.
"""

import base64
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.claim_form import DOCUMENT_KINDS, FILE_CLAIM, FLAWS_OF_PAPERS
from services.console.code_words import OFFICE_WORDS
from services.console.console import Visit
from services.console.forms import FLAWS, Read, read
from services.console.multipart import Part
from services.console.office_acts import Act, Outcome, do, new_key, refusal_of
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, masks_of, now_of, today_of
from services.console.papers import PAPERS_MAX, Bundle, Paper
from services.console.rendering import page
from services.console.security import files_of
from services.console.words import CLAIM_KINDS
from services.console.written import written_query
from shared.errors import Invalid, NotPermitted

router = APIRouter()

NEW = "/{org}/office/claims/new"
FILES = tuple(f"file{at}" for at in range(PAPERS_MAX))


@router.get(NEW)
async def begin(http: Request, visit: AtOffice) -> Response:
    """The form. Raises NotPermitted."""
    _may(visit)
    typed = {field.name: field.value for field in FILE_CLAIM.fields}
    typed["filed_on"] = today_of(visit)
    return await _form(http, visit, typed, None, Outcome(new_key()))


@router.post(NEW)
async def file(http: Request, visit: AtOffice) -> Response:
    """Look at a claim, or file it. Raises NotPermitted, Invalid, Answered, TooMany."""
    _may(visit)
    typed, files = await files_of(http, visit.session.csrf, FILES)
    assert visit.scope is not None
    bundle = visit.console.papers.of(
        typed.get("papers", ""), visit.session.subject, visit.scope.org
    )
    bundle.drop(typed.get("drop", ""))
    flaw = _added(bundle, typed, files)
    found = await _found(visit, read(FILE_CLAIM, typed))
    if found.wrong or flaw or typed.get("drop") or typed.get("step") == "edit":
        editing = not flaw and (typed.get("drop") or typed.get("step") == "edit")
        again = Outcome(new_key(), refused=None if editing else {})
        return await _form(http, visit, typed, bundle, again, {} if editing else found.wrong, flaw)
    body = _body(found, bundle)
    if typed.get("step") != "write":
        refused = await refusal_of(visit, Act("file-claim", body), now_of(visit))
        if refused is not None:
            again = Outcome(new_key(), refused=refused)
            return await _form(http, visit, typed, bundle, again)
        return await _confirm(http, visit, typed, bundle, body, Outcome(new_key()))
    return await _write(http, visit, typed, bundle, body)


async def _write(
    http: Request, visit: Visit, typed: Mapping[str, str], bundle: Bundle, body: dict[str, Any]
) -> Response:
    assert visit.scope is not None
    for paper in bundle.papers:
        content = base64.b64encode(paper.content).decode()
        asked = {"person_id": body["person_id"], "content": content}
        await visit.post("members", f"/v1/{visit.scope.org}/documents", asked)
    outcome = await do(visit, Act("file-claim", body), typed.get("key", ""), now_of(visit))
    if outcome.unknown:
        return await _confirm(http, visit, typed, bundle, body, outcome)
    if not outcome.done:
        return await _form(http, visit, typed, bundle, outcome)
    visit.console.papers.forget(bundle)
    said = written_query(visit, "file-claim", "benefits", outcome.reply)
    return RedirectResponse(f"/{visit.scope.org}/office/claims?{said}", 303)


def _body(found: Read, bundle: Bundle) -> dict[str, Any]:
    documents = [{"kind": each.kind, "sha256": each.sha256} for each in bundle.papers]
    return {**found.body, "documents": documents}


def _added(bundle: Bundle, typed: Mapping[str, str], files: Mapping[str, Part]) -> str:
    """Put the files that were chosen into the bundle; what is wrong with one of them."""
    for name, part in files.items():
        if part.content:
            kind = typed.get(f"{name}-kind", "")
            kind = kind if kind in DOCUMENT_KINDS else "other"
            try:
                bundle.add(Paper(kind, part.file or "—", part.content))
            except Invalid as why:
                return FLAWS_OF_PAPERS.get(why.code, why.code)
    return ""


async def _found(visit: Visit, what: Read) -> Read:
    """The same, with the person whom the employee number names."""
    body = dict(what.body)
    if not what.numbers or "employee_no" in what.wrong:
        return what
    assert visit.scope is not None
    question = {"employee_nos": what.numbers[:1], "purpose": "claim_handling"}
    answer = await visit.post("members", f"/v1/{visit.scope.org}/people/lookup", question)
    if len(what.numbers) > 1 or not answer["people"]:
        return what._replace(wrong={**what.wrong, "employee_no": what.numbers[0]})
    return what._replace(body={**body, "person_id": answer["people"][0]["person_id"]})


async def _form(  # noqa: PLR0917 - a page, what was typed and what came of it
    http: Request,
    visit: Visit,
    typed: Mapping[str, str],
    bundle: Bundle | None,
    outcome: Outcome,
    wrong: Mapping[str, str] = {},
    flaw: str = "",
) -> Response:
    return page(
        http,
        "office/file_claim.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        form=FILE_CLAIM,
        typed=typed,
        bundle=bundle,
        outcome=outcome,
        wrong=wrong,
        flaw=flaw,
        flaws=FLAWS,
        files=FILES,
        document_kinds=DOCUMENT_KINDS,
        codes={**OFFICE_WORDS, **CLAIM_KINDS},
    )


async def _confirm(  # noqa: PLR0917 - a page, what was typed and what it would do
    http: Request,
    visit: Visit,
    typed: Mapping[str, str],
    bundle: Bundle,
    body: Mapping[str, Any],
    outcome: Outcome,
) -> Response:
    return page(
        http,
        "office/confirm_claim.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        form=FILE_CLAIM,
        typed=typed,
        bundle=bundle,
        body=body,
        outcome=outcome,
        codes={**OFFICE_WORDS, **CLAIM_KINDS},
        people_named=await masks_of(visit, [body["person_id"]]),
    )


def _may(visit: Visit) -> None:
    if not visit.session.may(*FILE_CLAIM.roles):
        raise NotPermitted("role-needed", "a claim is filed by a clerk")
