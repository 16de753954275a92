"""What cannot be shown, as a page that says what was asked, what is true, and what to do."""

import secrets
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from services.console.backend import Answered, NoAnswer
from services.console.console import SignInNeeded
from services.console.pages.arrival import Elsewhere
from services.console.provider import SignInFailed
from services.console.rendering import address_of, page
from shared.errors import Refusal

log = structlog.get_logger("http")

AGAIN_SECONDS = 5


def answer_problems_as_pages(app: FastAPI) -> None:
    """Answer every refusal and failure of `app` with a page."""
    app.add_exception_handler(Elsewhere, _elsewhere)
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(SignInFailed, _not_signed_in)
    app.add_exception_handler(Answered, _answered)
    app.add_exception_handler(NoAnswer, _no_answer)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _routed)
    app.add_exception_handler(Exception, _failed)


def to_sign_in(http: Request) -> Response:
    """To the provider; a form's page comes back as it was before. A fragment tells htmx."""
    following = address_of(http) if http.method in ("GET", "HEAD") else "/"
    at = f"/sign-in?next={quote(following, safe='/')}"
    if "hx-request" in http.headers:
        return Response(status_code=401, headers={"HX-Redirect": at})
    return RedirectResponse(at, 303)


async def _elsewhere(_: Request, why: Exception) -> Response:
    assert isinstance(why, Elsewhere)
    return RedirectResponse(why.address, 303)


async def _to_sign_in(http: Request, _: Exception) -> Response:
    return to_sign_in(http)


async def _not_signed_in(http: Request, why: Exception) -> Response:
    assert isinstance(why, SignInFailed)
    log.warning("nobody was signed in", code=why.code, detail=why.detail)
    status = {"provider-silent": 502, "provider-busy": 503}.get(why.code, 403)
    return _page(http, status, why.code, kind="sign-in")


async def _answered(http: Request, why: Exception) -> Response:
    assert isinstance(why, Answered)
    if why.status == 401:
        return to_sign_in(http)
    kinds = {403: "forbidden", 404: "unknown", 409: "conflict", 412: "conflict", 422: "invalid"}
    kind = kinds.get(why.status, "failed")
    if why.code in ("being-rebuilt", "projection-differs"):
        kind = why.code
    elif why.status in (429, 503):
        kind = "later"
    return _page(http, why.status, why.code, kind=kind, problem=why.problem, service=why.service)


async def _no_answer(http: Request, why: Exception) -> Response:
    assert isinstance(why, NoAnswer)
    log.warning("a service does not answer", service=why.service, why=why.why)
    return _page(http, 503, "no-answer", kind="offline", service=why.service)


async def _refused(http: Request, why: Exception) -> Response:
    assert isinstance(why, Refusal)
    kinds = {403: "forbidden", 404: "unknown", 409: "conflict", 412: "conflict", 422: "invalid"}
    kind = "form" if why.code == "form-not-ours" else kinds.get(why.status, "later")
    return _page(http, why.status, why.code, kind=kind)


async def _invalid(http: Request, _: Exception) -> Response:
    return _page(http, 422, "invalid-request", kind="invalid")


async def _routed(http: Request, why: Exception) -> Response:
    assert isinstance(why, HTTPException)
    kind = "unknown" if why.status_code == 404 else "invalid"
    return _page(http, why.status_code, "not-found" if kind == "unknown" else "method", kind=kind)


async def _failed(http: Request, why: Exception) -> Response:
    trace = _trace()
    log.error("request failed", path=http.url.path, method=http.method, trace=trace, exc_info=why)
    return _page(http, 500, "internal-error", kind="failed", trace=trace)


def _page(http: Request, status: int, code: str, **given: Any) -> Response:
    session = http.app.state.console.session(http)
    shown = {"problem": {}, "service": "", "trace": _trace(), **given}
    answer = page(
        http, "problem.html", status=status, code=code, who=session, again=address_of(http), **shown
    )
    if status in (429, 503):
        answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


def _trace() -> str:
    return secrets.token_hex(4)
