"""The console's app: pages, sign-in, files, health."""

from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware import Middleware

from services.console.catalogues import LANGUAGES
from services.console.console import Console
from services.console.pages import event, figure, start, year
from services.console.problems import answer_problems_as_pages
from services.console.rendering import assets, environment
from services.console.security import Secured, checked_address
from services.console.signing_in import router as signing_in
from shared.errors import Unknown
from shared.http.access import anybody
from shared.http.app import build_app

KEPT = "public, max-age=31536000, immutable"


def console_app(console: Console) -> FastAPI:
    """The app. It is ready when it runs: whether the services answer, its pages say."""

    async def ready() -> dict[str, Any]:
        return {"languages": [environment(language).globals["language"] for language in LANGUAGES]}

    app = build_app("console", {}, ready)
    app.state.console = console
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

    for router in (signing_in, start.router, year.router, figure.router, event.router):
        app.include_router(router, include_in_schema=False)
    return app
