"""Routes for tools of an auditor's own: a union's records as Parquet files."""

import asyncio
import tempfile
from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from services.reporting.api.access import AsOf, Built, Org, Reader
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.figures import FIGURES
from services.reporting.projections.audit_views import VIEWS, View
from services.reporting.queries.export import export, view_named
from services.reporting.queries.knowledge import log_index_of
from shared.errors import NotYet
from shared.http.guard import Shares
from shared.http.problems import Json

router = APIRouter(tags=["exporting"], route_class=FromProjections, dependencies=[Depends(fresh)])

AT_ONCE = 2
"""Exports under way in one process: each holds a connection and a part of a table in memory."""
_places = asyncio.Semaphore(AT_ONCE)
_turns = Shares(1)
"""Of one person one export: nobody alone keeps the places from others."""


@router.get("/v1/{org_id}/exports")
async def exports(built: Built, _: Reader, org_id: Org, as_of: AsOf = None) -> Json:
    """What can be exported, and the log_index that all tables of one export are to be asked at."""
    at = await log_index_of(built.pool, as_of)
    tables = [
        {"table": view.name, "meaning": view.meaning, "columns": dict(view.columns)}
        for view in VIEWS
    ]
    figures = [figure._asdict() for figure in FIGURES]
    return Json({"org_id": org_id, "known_at": at, "tables": tables, "figures": figures})


@router.get("/v1/{org_id}/exports/{table}", response_class=FileResponse)
async def export_table(
    built: Built, reader: Reader, org_id: Org, table: str, as_of: AsOf = None
) -> FileResponse:
    """A table of a union as Parquet, every version of its rows that was known at `as_of`. Its
    entity tag is the SHA-256 of the file. Refuses unknown-table, export-busy."""
    view = view_named(table)
    async with _turns.of(reader.subject):
        return await _exported(built, view, org_id, as_of)


async def _exported(built: Built, view: View, org_id: str, as_of: str | None) -> FileResponse:
    at = await log_index_of(built.pool, as_of)
    if _places.locked():
        raise NotYet("export-busy", f"{AT_ONCE} exports are under way")
    async with _places:
        directory = tempfile.TemporaryDirectory(prefix="guildhall-export-")
        try:
            file = Path(directory.name) / f"{view.name}.parquet"
            written = await export(built.pool, view, org_id, at, file)
        except BaseException:
            directory.cleanup()
            raise
    headers = {
        "ETag": f'"{written.sha256}"',
        "Guildhall-Known-At": str(at),
        "Guildhall-Rows": str(written.rows),
    }
    return FileResponse(
        file,
        media_type="application/vnd.apache.parquet",
        filename=f"{org_id}.{view.name}.parquet",
        headers=headers,
        background=BackgroundTask(directory.cleanup),
    )
