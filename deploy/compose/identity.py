"""The development provider of identities in the trial: ``python -m deploy.compose.identity``.

It listens on loopback alone, inside the gateway's network, and the gateway is published on the
host's loopback alone; whoever opens its page still needs the passcode, which it prints once the
pages answer. Its clients have the secrets that were made. Where the gateway is gone it ends, and is
started again in the network of the new one.

Settings: those of ``deploy.identity``; ``GUILDHALL_CONSOLE_URL``, where browsers find the pages;
``GUILDHALL_GATEWAY``, the gateway's address from here.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from pydantic import ValidationError

from deploy.identity.__main__ import EX_CONFIG, IdentitySettings, NotForProduction, serve
from deploy.identity.registrations import passcode_in, registered_console
from deploy.stack.supervisor import http_status
from shared.contract.contexts import PROCESSES

SECRETS = Path("/run/secrets")
WATCH_SECONDS = 5.0
MISSES_MAX = 4
PAGES = ("/readyz",)
EVERYTHING = (*PAGES, *(f"/_api/{process}/readyz" for process in PROCESSES))


def prepare(directory: Path, secrets: Path, console_url: str) -> str:
    """Register the clients with the secrets that were made; the passcode. Raises OSError."""
    said = {
        name: (secrets / f"{name}_client_secret").read_text("utf-8").strip()
        for name in ("console", "reporting")
    }
    registered_console(directory, f"{console_url}/sign-in/callback", said)
    return passcode_in(directory)


async def until_gone(gateway: str, tell: str) -> None:
    """Watch the gateway; `tell` is said once pages and services answer through it. Returns where it
    is gone: while they are away it says so itself, and is there."""
    misses, told = 0, False
    while misses < MISSES_MAX:
        statuses = [await _status(gateway, path) for path in (PAGES if told else EVERYTHING)]
        misses = misses + 1 if 0 in statuses else 0
        if not told and set(statuses) == {200}:
            print(tell, flush=True)
            told = True
        await asyncio.sleep(WATCH_SECONDS)


async def _status(gateway: str, path: str) -> int:
    with contextlib.suppress(OSError, TimeoutError, ValueError):
        return await http_status(gateway, path)
    return 0


async def run(settings: IdentitySettings, secrets: Path) -> None:
    """Serve until a signal, or until the gateway is gone. Raises OSError, NotForProduction."""
    console, gateway = os.environ["GUILDHALL_CONSOLE_URL"], os.environ["GUILDHALL_GATEWAY"]
    passcode = prepare(settings.identity_directory, secrets, console)
    tell = (
        f"\n  Guildhall: open {console} and sign in with the passcode {passcode}\n"
        "  A union of your own begins there: sign in as operator.\n"
    )
    serving = asyncio.create_task(serve(settings))
    watching = asyncio.create_task(until_gone(gateway, tell))
    done, _ = await asyncio.wait((serving, watching), return_when=asyncio.FIRST_COMPLETED)
    if serving not in done:
        sys.exit("identity: the gateway is gone")
    watching.cancel()
    await serving


if __name__ == "__main__":
    os.umask(0o077)
    try:
        asyncio.run(run(IdentitySettings(), SECRETS))
    except (NotForProduction, OSError, ValidationError) as why:
        print(f"identity: {why}", file=sys.stderr)
        raise SystemExit(EX_CONFIG) from why
