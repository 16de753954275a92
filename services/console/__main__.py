"""Composition root: `python -m services.console` serves the pages until a signal."""

import os
from urllib.parse import urlsplit

import uvloop

from services.console.app import console_app
from services.console.backend import Backend
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.founding import Founder
from services.console.importer import Importer
from services.console.provider import Provider
from services.console.session import Sealer, key_in
from services.console.settings import ConsoleSettings
from services.console.uploads import Uploads
from shared.http.auth import TokenVerifier
from shared.http.issuer_keys import IssuerKeys
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server


async def serve(settings: ConsoleSettings) -> None:
    """Serve until a signal. Raises ValueError where nobody said which key seals the sessions."""
    configure_logs("console", settings.log_level)
    async with Runner(settings.stop_seconds) as runner:
        backend = await runner.start(Backend(settings.services))
        provider = Provider(
            settings.issuer,
            IssuerKeys(settings.jwks_url),
            TokenVerifier(settings.jwks_url, settings.issuer, settings.audience),
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            redirect_uri=f"{settings.console_url.rstrip('/')}/sign-in/callback",
            scope=settings.scope,
            reached_at=settings.provider_url,
        )
        https = settings.console_url.startswith("https://")
        line = CommandLine(settings.services)
        console = Console(
            backend,
            provider,
            Sealer(_key(settings)),
            https,
            Importer(line),
            Uploads(),
            Founder(line, enrols=bool(settings.identity_url)),
            urlsplit(settings.console_url).port,
            settings.demo_url,
        )
        app = console_app(console)
        await runner.start(http_server(app, settings.http_host, settings.http_port))
        await runner.until_stopped()


def _key(settings: ConsoleSettings) -> bytes:
    if settings.session_key:
        return bytes.fromhex(settings.session_key)
    if settings.console_directory is None:
        raise ValueError("GUILDHALL_SESSION_KEY, or GUILDHALL_CONSOLE_DIRECTORY to make one in")
    return key_in(settings.console_directory)


def main() -> None:
    """Serve, with settings from the environment."""
    os.umask(0o077)
    uvloop.run(serve(ConsoleSettings()))


if __name__ == "__main__":
    main()
