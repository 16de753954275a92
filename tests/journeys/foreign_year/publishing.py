"""A foreign system registers, checks its file, publishes it and asks: by the commands alone."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from deploy.stack.stack import Stack
from guildhall.cli.__main__ import app
from tests.journeys.command_line import guildhall
from tests.journeys.foreign_year.book import Book
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until


async def register(stack: Stack, book: Book) -> None:
    """As docs/producing.md says: for what it says, of its union."""
    types = sorted({document["type"] for document in book.documents})
    asked = [part for name in types for part in ("--type", name)]
    registered = await guildhall(
        stack, "sources", "register", book.source, "--contact", f"{book.source}@example.org",
        *asked, "--org", book.org, "--reporting-alone",
    )  # fmt: skip
    assert (registered.status, registered.document["state"]) == (0, "heard"), registered


async def checked_and_published(stack: Stack, book: Book, directory: Path) -> None:
    """Its file is checked without any stack, then sent."""
    file = directory / f"{book.source}.jsonl"
    file.write_text(book.lines(), encoding="utf-8")
    checked = CliRunner().invoke(app, ["contract", "check", str(file), "--json"])
    assert checked.exit_code == 0, json.loads(checked.stdout)["violations"][:5]
    assert json.loads(checked.stdout)["checked"] == len(book.documents)
    published = await guildhall(stack, "events", "publish", str(file))
    assert published.status == 0, published
    assert published.document["topics"] == {f"guildhall.ext.{book.source}.v1": len(book.documents)}


async def received(reporting: Reporting, book: Book) -> dict[str, Any]:
    """What became of all that a source sent, once all of it is here."""
    path = f"sources/{book.source}/events"
    answer: dict[str, Any] = await until(
        lambda: reporting.get(path, person="operator"),
        lambda answer: answer["received"] >= len(book.documents),
    )
    return answer
