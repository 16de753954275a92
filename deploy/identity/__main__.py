"""`python -m deploy.identity`: run the development identity provider, in development only."""

import asyncio
import ipaddress
import os
import sys
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.identity.api import identity_app
from deploy.identity.registrations import clients_in, passcode_in, people_in
from deploy.identity.tokens import Issuer, signing_key
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server

EX_CONFIG = 78


class IdentitySettings(BaseSettings):
    """The provider's settings. Tokens name `issuer`; keys and registrations are in `directory`."""

    model_config = SettingsConfigDict(env_prefix="GUILDHALL_", frozen=True, extra="ignore")

    env: str
    issuer: str
    identity_directory: Path
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    audience: str = "guildhall"
    log_level: str = "INFO"


class NotForProduction(Exception):
    """This provider asks for no passwords: it runs in development and on loopback only."""


def check_development(env: str, host: str) -> None:
    """Raise NotForProduction unless `env` is dev and `host` is a loopback address.

    A name such as localhost is refused too: what it means is decided elsewhere.
    """
    if env != "dev":
        raise NotForProduction(f"GUILDHALL_ENV is {env!r}; this provider runs only where it is dev")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotForProduction(f"{host!r} is not a loopback address such as 127.0.0.1")


async def serve(settings: IdentitySettings) -> None:
    """Run the provider until a signal. Raises NotForProduction before anything is opened."""
    check_development(settings.env, settings.http_host)
    configure_logs("identity", settings.log_level)
    directory = settings.identity_directory
    issuer = Issuer(settings.issuer, settings.audience, signing_key(directory))
    passcode = passcode_in(directory)
    app = identity_app(issuer, clients_in(directory), people_in(directory), passcode, directory)
    async with Runner() as runner:
        await runner.start(http_server(app, settings.http_host, settings.http_port))
        await runner.until_stopped()


def main() -> None:
    """Run with settings from the environment; status 78 (EX_CONFIG) where they do not allow it."""
    os.umask(0o077)
    try:
        asyncio.run(serve(IdentitySettings()))
    except (NotForProduction, PermissionError, ValidationError) as why:
        print(f"identity: {why}", file=sys.stderr)
        raise SystemExit(EX_CONFIG) from why


if __name__ == "__main__":
    main()
