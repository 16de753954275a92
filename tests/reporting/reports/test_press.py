"""Files of a whole year's report: each is made, says the numbers, and is the same each time."""
import os
from pathlib import Path
from collections.abc import AsyncIterator
import asyncpg, pytest
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.reports.material import Material, collect
from services.reporting.reports.press import Press
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG
from tests.reporting.reports.conftest import YEAR

async def test_all(pool: asyncpg.Pool, simulated: Ingest) -> None:
    await whole_year().told(simulated)
    async with pool.acquire() as connection:
        material = await collect(connection, ORG, YEAR, await last_index(connection), None)
    import msgspec; from services.reporting.reports.annual import document_of; from services.reporting.reports.lists import figure_sheets
    Path("/tmp/h4-out/doc.bin").write_bytes(msgspec.msgpack.encode(document_of(material, await figure_sheets(pool, ORG, YEAR, material.at, material.values))))
    press = Press()
    files = await press.files(pool, material, ("md","docx","xlsx","pdf"))
    again = await press.files(pool, material, ("md","docx","xlsx","pdf"))
    for f, c in files.items():
        Path(f"/tmp/h4-out/r.{f}").write_bytes(c)
        assert again[f] == c, f
