"""`guildhall import`: one file, over the command line's connection, by `guildhall.imports`."""

from pathlib import Path
from typing import Any

import httpx

from guildhall.cli.connection import Connection, Refused, Unreachable
from guildhall.imports.http_client import HttpClient, open_http
from guildhall.imports.kinds import Kind
from guildhall.imports.spreadsheet import SheetError
from guildhall.imports.submission import ImportRefused
from guildhall.imports.upload import Options, Outcome, import_file
from guildhall.output import Bar


async def run_import(
    connection: Connection,
    *,
    org: str,
    kind: Kind,
    file: Path,
    given: dict[str, Any],
    max_error_rate: float,
    now: str | None,
    bar: Bar,
) -> Outcome:
    """Import a file as the connection's person. Raises Refused, Unreachable."""
    urls, token = connection.target.urls, connection.bearer()
    async with open_http() as http:
        client = HttpClient(http, urls, org, token, now)
        try:
            return await import_file(
                client,
                kind,
                file,
                given=given,
                options=Options(max_error_rate=max_error_rate),
                progress=bar.to,
            )
        except ImportRefused as why:
            raise Refused({"status": why.answer.status, **why.answer.body}) from why
        except SheetError as why:
            raise Refused({"title": str(why), "code": why.code}) from why
        except httpx.TransportError as why:
            raise Unreachable(f"the import stopped: {str(why) or type(why).__name__}") from why
