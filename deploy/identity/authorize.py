"""`/authorize`: the page on which a development person is picked, and the way back with a code.

Nobody has a password here. The page asks for the passcode that stands in this provider's directory,
once a browser: other users of the machine can open the page, and cannot read the file.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.identity.codes import Asked, Codes
from deploy.identity.form import form_of
from deploy.identity.registrations import DEFAULT_PEOPLE, DEMO_UNION, EVERY_UNION, Clients, People
from deploy.identity.tokens import Issuer
from shared.http.access import anybody

HERE = Path(__file__).parent
OPEN = [Depends(anybody)]
COOKIE = "guildhall-passcode"
PARAMETER_CHARS_MAX = 512
ROLES = {
    "clerk": "经办人",
    "approver": "审批人",
    "chair": "工会主席",
    "cashier": "出纳",
    "auditor": "审计员",
    "operator": "运行人员",
    "producer": "外部来源",
}
TITLES = {"*": "各工会", DEMO_UNION: f"演示工会 {DEMO_UNION}", "other": "另一家演示工会 other"}
pages = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class NotAsked(Exception):
    """A browser came without what must be known before it may be sent anywhere."""


def add_authorize(
    app: FastAPI, issuer: Issuer, clients: Clients, people: People, passcode: str
) -> Codes:
    """The routes of `/authorize`; the codes that they give."""
    codes = Codes()
    style = (HERE / "authorize.css").read_bytes()

    @app.get("/authorize.css", dependencies=OPEN, include_in_schema=False)
    async def css() -> Response:
        return Response(style, media_type="text/css")

    @app.get("/authorize", dependencies=OPEN, include_in_schema=False)
    async def ask(http: Request) -> Response:
        try:
            asked = asked_of(http.query_params, clients)
        except NotAsked as why:
            return _page(None, 400, problem=str(why))
        refused = refusal_of(http.query_params)
        if refused:
            return _back(asked, error=refused)
        return _page(asked, people=people, known=_known(http, passcode))

    @app.post("/authorize", dependencies=OPEN, include_in_schema=False)
    async def pick(http: Request) -> Response:
        form = await form_of(http)
        try:
            asked = asked_of(form, clients)
        except NotAsked as why:
            return _page(None, 400, problem=str(why))
        refused = refusal_of(form)
        if refused:
            return _back(asked, error=refused)
        typed = form.get("passcode", "").strip().encode()
        known = _known(http, passcode)
        if not known and not secrets.compare_digest(typed, passcode.encode()):
            problem = "口令不对，它在启动 Guildhall 的终端里"
            return _page(asked, 403, people=people, known=False, problem=problem)
        if form.get("person", "") not in people:
            return _page(asked, 400, people=people, known=known, problem="没有这个人")
        answer = _back(asked, code=codes.give(asked, form["person"]))
        at = f"{urlsplit(issuer.issuer).path}/authorize"
        answer.set_cookie(COOKIE, passcode, httponly=True, samesite="strict", path=at)
        return answer

    return codes


def asked_of(said: Mapping[str, str], clients: Clients) -> Asked:
    """The client and its registered address. Raises NotAsked: nobody is sent to another one."""
    asked = Asked(*(said.get(name, "")[:PARAMETER_CHARS_MAX] for name in Asked._fields))
    client = clients.get(asked.client_id)
    if client is None or asked.redirect_uri not in client.redirect_uris:
        raise NotAsked("来处未登记：client_id 或 redirect_uri 不是本机所知")
    return asked


def refusal_of(said: Mapping[str, str]) -> str:
    """The error of RFC 6749 §4.1.2.1 that a request meets; empty where it may go on."""
    if said.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in said.get("scope", "").split():
        return "invalid_scope"
    challenge, method = said.get("code_challenge", ""), said.get("code_challenge_method")
    return "" if len(challenge) == 43 and method == "S256" else "invalid_request"


def by_union(people: People) -> list[tuple[str, People]]:
    """People by their first union: who is of every union, then one's own unions, those begun last
    first, then those whom the provider is delivered with."""
    found: dict[str, People] = {}
    for name, person in people.items():
        found.setdefault(next(iter(person.orgs), ""), {})[name] = person
    every = found.pop(*EVERY_UNION, {})
    delivered = {org for person in DEFAULT_PEOPLE.values() for org in person.orgs}
    own = [(org, found[org]) for org in reversed(found) if org not in delivered]
    others = [(org, found[org]) for org in found if org in delivered]
    return [*([(*EVERY_UNION, every)] if every else []), *own, *others]


def _known(http: Request, passcode: str) -> bool:
    kept = http.cookies.get(COOKIE, "")
    return secrets.compare_digest(kept.encode(), passcode.encode())


def _back(asked: Asked, **said: str) -> RedirectResponse:
    query = urlencode({**said, "state": asked.state})
    separator = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(f"{asked.redirect_uri}{separator}{query}", 303)


def _page(asked: Asked | None, status: int = 200, **more: Any) -> HTMLResponse:
    given = {"people": {}, "known": True, "problem": "", **more}
    groups = by_union(given.pop("people"))
    html = pages.get_template("authorize.html").render(
        asked=asked, roles=ROLES, groups=groups, titles=TITLES, **given
    )
    # A form's redirect must be allowed too (CSP3 §6.4.1): the code goes to the client's address.
    back = f" {'{0.scheme}://{0.netloc}'.format(urlsplit(asked.redirect_uri))}" if asked else ""
    policy = f"default-src 'none'; style-src 'self'; form-action 'self'{back}"
    headers = {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(html, status, headers)
