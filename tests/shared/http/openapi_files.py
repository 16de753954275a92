"""The OpenAPI document of each service as a file: docs/contract/openapi-<service>.json.

`python -m tests.shared.http.openapi_files` writes what the services serve. It refuses, and writes
nothing, where a document would promise less than the file does: another route says it then, or the
file is taken away by whoever means to break it.
"""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
from fastapi import FastAPI

from services.benefits.__main__ import PARTS as BENEFITS
from services.events.__main__ import PARTS as EVENTS
from services.members.__main__ import parts as members
from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.eventstore.store import EventStore
from shared.http.api_changes import api_losses
from shared.service.context import context_app

DIRECTORY = Path(__file__).parents[3] / "docs" / "contract"
NOTHING = cast(Any, None)
"""What the routes would read; a document is made without."""


def apps() -> dict[str, FastAPI]:
    """The app of each service, without anything behind it."""
    contexts = {
        parts.name: context_app(
            parts, NOTHING, EventStore(NOTHING, system_clock, source_of(parts.name)), NOTHING
        )
        for parts in (members("0f" * 32), BENEFITS, EVENTS)
    }
    ingest = cast(Any, SimpleNamespace(clock=system_clock))
    nothing = [NOTHING] * 2, [NOTHING] * 2
    reporting = Reporting(*nothing[0], ingest, *nothing[1], system_clock, NOTHING)
    return {**contexts, "reporting": reporting_app(reporting)}


def documents() -> dict[Path, dict[str, Any]]:
    """The document of each service, by the file that it belongs in."""
    return {DIRECTORY / f"openapi-{name}.json": app.openapi() for name, app in apps().items()}


def text(document: dict[str, Any]) -> bytes:
    """A document as its file has it."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def broken(found: dict[Path, dict[str, Any]]) -> list[str]:
    """What the documents promise less than the files do."""
    return [
        f"{file.name}: {route}: {loss}"
        for file, document in found.items()
        if file.exists()
        for route, losses in api_losses(orjson.loads(file.read_bytes()), document).items()
        for loss in losses
    ]


def main() -> int:
    """Write the files. Returns 1 where one would promise less."""
    found = documents()
    if losses := broken(found):
        print("\n".join(losses), file=sys.stderr)
        return 1
    for file, document in found.items():
        file.write_bytes(text(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
