"""The console's app: pages, sign-in, files, health."""

from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware import Middleware

from services.console.catalogues import LANGUAGES
from services.console.console import Console
from services.console.pages import (
    audit_downloads,
    beginning,
    breakdown,
    difference,
    downloads,
    downloads_beside,
    event,
    figure,
    findings,
    help,
    office_claims,
    office_decisions,
    office_filing,
    office_forms,
    office_lists,
    office_payments,
    office_programmes,
    office_queue,
    office_upload,
    operating,
    own_union,
    report,
    report_acts,
    rolls,
    rules,
    start,
    subtree,
    year,
    years,
)
from services.console.problems import answer_problems_as_pages
from services.console.rendering import assets, environment
from services.console.security import Secured, checked_address
from services.console.signing_in import router as signing_in
from shared.errors import Unknown
from shared.http.access import anybody
from shared.http.app import build_app
from shared.http.guard import Shares

AT_ONCE = 6
"""Requests of one person that go on at a time: as many as a browser sends to one host."""
KEPT = "public, max-age=31536000, immutable"

# A file's name is no figure's and no finding's: downloads are looked at first.
TOPICS = (
    downloads,
    downloads_beside,
    audit_downloads,
    report,
    report_acts,
    operating,
    help,
    start,
    year,
    years,
    breakdown,
    subtree,
    figure,
    difference,
    findings,
    rolls,
    rules,
    event,
)
# The office's addresses would be periods' otherwise.
OFFICES = (
    own_union,
    beginning,
    office_queue,
    office_filing,
    office_claims,
    office_decisions,
    office_payments,
    office_lists,
    office_forms,
    office_programmes,
    office_upload,
)


def console_app(console: Console) -> FastAPI:
    """The app, its templates compiled. It is ready when it runs: whether the services answer, its
    pages say."""
    languages = [str(environment(language).globals["language"]) for language in LANGUAGES]

    async def ready() -> dict[str, Any]:
        return {"languages": languages}

    app = build_app("console", {}, ready)
    app.state.console, app.state.shares = console, Shares(AT_ONCE)
    app.router.dependencies.append(Depends(checked_address))
    answer_problems_as_pages(app)
    app.user_middleware.insert(0, Middleware(Secured, https=console.https))

    @app.get("/static/{digest}/{name}", dependencies=[Depends(anybody)], include_in_schema=False)
    async def static(http: Request, digest: str, name: str) -> Response:
        found = assets().get(name)
        if found is None or found.address != http.url.path:
            raise Unknown("not-found", f"no file {name} of digest {digest}")
        headers = {"Cache-Control": KEPT}
        return Response(found.content, media_type=found.media_type, headers=headers)

    for router in (signing_in, *(topic.router for topic in (*OFFICES, *TOPICS))):
        app.include_router(router, include_in_schema=False)
    return app
