"""Uploading an office's file: choose it, look at what would become of each row, enter it.

A row that is not right is corrected on the page, in place; what was typed stays. The same form sent
twice is one act: it names the turn it is of, and the second waits for the first. The address holds
a random handle that is of no use to anybody else.
"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.backend import NoAnswer
from services.console.console import Visit
from services.console.importer import ERROR_RATE_MAX, FileRefused
from services.console.office_kinds import KINDS, REFUSED, OfficeKind
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, now_of
from services.console.rendering import page
from services.console.security import form_of, upload_of
from services.console.tables import MEDIA_TYPES
from services.console.uploads import Upload
from shared.errors import Invalid, NotPermitted, Unknown

router = APIRouter()

ROWS_SHOWN = 100
NEW = "/{org}/office/upload"
ONE = "/{org}/office/upload/{handle}"


@router.get(NEW)
async def choose(http: Request, visit: AtOffice) -> Response:
    """The first step: which kind, which file."""
    return await _choose(http, visit)


async def _choose(
    http: Request, visit: Visit, why: FileRefused | None = None, chosen: str = ""
) -> Response:
    own = [kind for kind in KINDS.values() if visit.session.may(*kind.roles)]
    return page(
        http,
        "office/upload.html",
        status=422 if why else 200,
        visit=visit,
        choices=await choices_of(visit),
        kinds=own,
        chosen=chosen or visit.given("kind"),
        why=why,
        refused=REFUSED,
    )


@router.post(NEW)
async def send(http: Request, visit: AtOffice) -> Response:
    """Take a file and check it. Raises Invalid, NotPermitted, TooMany, TooLarge."""
    form, sent = await upload_of(http, visit.session.csrf)
    kind = _kind(visit, form.get("kind", ""))
    if not sent.content:
        return await _choose(http, visit, FileRefused({"code": "no-rows"}), kind.name)
    scope, subject = visit.scope, visit.session.subject
    assert scope is not None
    upload = Upload(subject, scope.org, kind.name, sent.file or "—", sent.content)
    try:
        await _check(visit, upload)
    except FileRefused as why:
        return await _choose(http, visit, why, kind.name)
    visit.console.uploads.keep(upload)
    return RedirectResponse(_at(upload), 303)


@router.get(ONE)
async def look(http: Request, visit: AtOffice, handle: str) -> Response:
    """The second step, or, once something was entered, the third. Raises Unknown."""
    upload = _found(visit, handle)
    shared: dict[str, Any] = {
        "visit": visit,
        "choices": await choices_of(visit),
        "upload": upload,
        "kind": KINDS[upload.kind],
        "wrong": upload.wrong(),
    }
    if upload.entered is not None:
        return page(http, "office/entered.html", **shared, entered=upload.entered)
    outcome = upload.outcome
    wrong = len(upload.wrong())
    return page(
        http,
        "office/check.html",
        **shared,
        found=outcome,
        rows=list(upload.wrong().items())[:ROWS_SHOWN],
        quoted=upload.quoted(),
        good=[place for place in upload.quoted() if place not in upload.wrong()],
        rate=round(1000 * wrong / max(1, outcome["entries"])),
        too_many=wrong > ERROR_RATE_MAX * outcome["entries"],
        rate_max=round(100 * ERROR_RATE_MAX),
    )


@router.post(ONE)
async def act(http: Request, visit: AtOffice, handle: str) -> Response:
    """Correct and check anew, or enter what is right. Raises Unknown, Invalid, NotPermitted."""
    form = await form_of(http, visit.session.csrf)
    upload = _found(visit, handle)
    _kind(visit, upload.kind)
    if form.get("act") == "enter":
        try:
            await _enter(visit, upload, form.get("turn", ""))
        except (FileRefused, NoAnswer):
            return await _unknown(http, visit, upload)
        return RedirectResponse(_at(upload), 303)
    if not upload.content:
        raise Invalid("invalid-request", "the file is entered")
    upload.correct(form)
    upload.entered = None
    try:
        await _check(visit, upload)
    except FileRefused as why:
        return await _choose(http, visit, why, upload.kind)
    return RedirectResponse(_at(upload), 303)


async def _unknown(http: Request, visit: Visit, upload: Upload) -> Response:
    return page(
        http,
        "office/unknown.html",
        status=422,
        visit=visit,
        choices=await choices_of(visit),
        upload=upload,
    )


async def _check(visit: Visit, upload: Upload) -> None:
    upload.outcome = await visit.console.importer.check(
        visit.session.token, upload.file(now_of(visit))
    )


async def _enter(visit: Visit, upload: Upload, turn: str) -> None:
    """Enter it once a turn, whoever else sends the same form meanwhile; a browser that goes away
    does not stop it."""
    if turn != str(upload.turn) and turn not in map(str, upload.acts):
        raise Invalid("invalid-request", "the form is of another turn")
    under_way = upload.acts.get(int(turn))
    if under_way is None:
        under_way = asyncio.create_task(_entered(visit, upload))
        upload.acts[int(turn)] = under_way
    await asyncio.shield(under_way)


async def _entered(visit: Visit, upload: Upload) -> dict[str, Any]:
    assert visit.scope is not None
    upload.known = int(visit.scope.known["last_index"])
    try:
        outcome = await visit.console.importer.enter(
            visit.session.token, upload.file(now_of(visit))
        )
    except BaseException:
        # Nobody knows what was written: the same form may be sent again, and nothing is twice.
        del upload.acts[upload.turn]
        raise
    upload.turn += 1
    upload.outcome = upload.entered = outcome
    if outcome["complete"]:
        upload.forget()
    return outcome


@router.get("/{org}/office/templates/{name}.xlsx")
async def template(visit: AtOffice, name: str) -> Response:
    """An empty workbook of a kind. Raises Unknown `not-found`."""
    if name not in KINDS:
        raise Unknown("not-found", f"no kind {name}")
    content = await visit.console.importer.template(name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPES["xlsx"], headers=headers)


def _kind(visit: Visit, name: str) -> OfficeKind:
    kind = KINDS.get(name)
    if kind is None:
        raise Invalid("invalid-request", "no such kind of file")
    if not visit.session.may(*kind.roles):
        raise NotPermitted("role-needed", f"{kind.name} is sent by {', '.join(kind.roles)}")
    return kind


def _found(visit: Visit, handle: str) -> Upload:
    assert visit.scope is not None
    return visit.console.uploads.found(handle, visit.session.subject, visit.scope.org)


def _at(upload: Upload) -> str:
    return f"/{upload.org}/office/upload/{upload.handle}"
