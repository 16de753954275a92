"""Signing in and out, and the language."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console.catalogues import LANGUAGES
from services.console.console import LANGUAGE, SESSION, SIGN_IN, Console, SignInNeeded, Visit
from services.console.provider import SignInFailed
from services.console.rendering import page
from services.console.security import form_of, own_path
from services.console.session import PARTS_MAX, SIGN_IN_SECONDS, SigningIn
from shared.http.access import anybody
from shared.http.guard import Shares

YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(dependencies=[Depends(anybody)])


def console_of(http: Request) -> Console:
    """What this app was built with."""
    built: Console = http.app.state.console
    return built


Built = Annotated[Console, Depends(console_of)]


async def signed_in(http: Request, console: Built) -> AsyncIterator[Visit]:
    """Who asks, as a dependency, in their turn. Raises SignInNeeded, TooMany."""
    session = console.session(http)
    if session is None:
        raise SignInNeeded
    shares: Shares = http.app.state.shares
    async with shares.of(session.subject):
        yield Visit(http, console, session)


SignedIn = Annotated[Visit, Depends(signed_in)]


@router.get("/sign-in")
async def sign_in(http: Request, console: Built) -> Response:
    """To the provider, and from there to the page that was asked for."""
    signing_in = console.provider.begin(own_path(http.query_params.get("next", "/")))
    answer = RedirectResponse(await console.provider.address(signing_in), 303)
    answer.set_cookie(
        console.cookie(SIGN_IN),
        console.sealer.seal(signing_in),
        max_age=SIGN_IN_SECONDS,
        httponly=True,
        samesite="lax",
        secure=console.https,
    )
    return answer


@router.get("/sign-in/callback")
async def callback(http: Request, console: Built) -> Response:
    """Back from the provider, with a code or an error. Raises SignInFailed."""
    kept = console.sealer.opened(SigningIn, http.cookies.get(console.cookie(SIGN_IN), ""))
    if kept is None:
        raise SignInFailed("no-sign-in", "no sign-in of this browser is under way")
    asked = http.query_params
    if "error" in asked:
        raise SignInFailed("provider-refused", asked["error"][:200])
    session = await console.provider.session(kept, asked.get("state", ""), asked.get("code", ""))
    answer = RedirectResponse(kept.following, 303)
    try:
        cookies = console.session_cookies(session)
    except ValueError as why:
        raise SignInFailed("token-too-long", str(why)) from why
    for name, part in cookies.items():
        answer.set_cookie(name, part, httponly=True, samesite="lax", secure=console.https)
    _forget(answer, console, [console.cookie(SIGN_IN)])
    return answer


@router.post("/sign-out")
async def sign_out(http: Request, visit: SignedIn) -> Response:
    """Forget who was signed in here."""
    await form_of(http, visit.session.csrf)
    console = visit.console
    answer = RedirectResponse("/signed-out", 303)
    name = console.cookie(SESSION)
    _forget(answer, console, [f"{name}-{number}" for number in range(PARTS_MAX)])
    return answer


@router.get("/signed-out")
async def signed_out(http: Request) -> Response:
    """The page after signing out."""
    return page(http, "signed_out.html")


@router.get("/language/{language}")
async def choose(http: Request, console: Built, language: str) -> Response:
    """The pages in another language, from the address at hand."""
    answer = RedirectResponse(own_path(http.query_params.get("next", "/")), 303)
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE, language, max_age=YEAR_SECONDS, httponly=True, samesite="lax",
            secure=console.https,
        )  # fmt: skip
    return answer


def _forget(answer: Response, console: Console, names: list[str]) -> None:
    for name in names:
        answer.delete_cookie(name, secure=console.https, httponly=True, samesite="lax")
