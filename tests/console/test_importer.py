"""The import as a child process: what it answers, what it is told, and that nothing is left."""

import asyncio
import io
import os
import tempfile
from pathlib import Path

import openpyxl
import pytest

from services.console import command_line
from services.console.backend import NoAnswer
from services.console.command_line import CommandLine
from services.console.importer import FileRefused, Importer, OfficeFile

SERVICES = ("members", "benefits", "events", "reporting", "worker")
NOWHERE = CommandLine(dict.fromkeys(SERVICES, "http://127.0.0.1:9"))
SHEET = "项目编号,工号,签收日期\nspring,0001,2022-01-20\n".encode()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_a_template_is_a_workbook_of_its_kind() -> None:
    content = await Importer(NOWHERE).template("receipts")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet["A1"].value == "项目编号*"


async def test_a_file_that_cannot_be_read_is_refused_by_name(place: Path) -> None:
    with pytest.raises(FileRefused) as why:
        await Importer(NOWHERE).check("t", OfficeFile("tjtc", "receipts", b"%PDF-1.7"))
    assert why.value.code == "unsupported-file"
    assert list(place.iterdir()) == [], "nothing of the file is left"


async def test_services_that_do_not_answer_are_no_refusal() -> None:
    with pytest.raises(NoAnswer):
        await Importer(NOWHERE).check("t", OfficeFile("tjtc", "receipts", SHEET))


async def test_a_correction_of_another_file_is_refused() -> None:
    wrong = [{"sheet": "", "row": 9, "column": "A", "text": "x"}]
    with pytest.raises(FileRefused) as why:
        await Importer(NOWHERE).check("t", OfficeFile("tjtc", "receipts", SHEET, wrong))
    assert why.value.code == "correction-nowhere"


async def test_a_child_that_takes_too_long_is_ended(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_line, "SECONDS", 0.05)
    with pytest.raises(FileRefused) as why:
        await Importer(NOWHERE).check("t", OfficeFile("tjtc", "receipts", SHEET))
    assert why.value.code == "import-stopped"
    assert list(place.iterdir()) == []


async def test_a_child_has_no_more_memory_than_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command_line, "MEMORY_BYTES", 1024**2)
    with pytest.raises(FileRefused) as why:
        await Importer(NOWHERE).check("t", OfficeFile("tjtc", "receipts", SHEET))
    assert why.value.code == "import-stopped"


async def test_the_token_is_in_the_environment_and_nothing_else_of_ours_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GUILDHALL_CLIENT_SECRET", "of the console")
    seen: list[tuple[str, ...]] = []
    environments: list[dict[str, str]] = []
    start = asyncio.create_subprocess_exec

    async def started(*said: str, env: dict[str, str], **how: int) -> asyncio.subprocess.Process:
        seen.append(said)
        environments.append(env)
        return await start(*said, env=env, **how)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
    with pytest.raises(FileRefused):
        await Importer(NOWHERE).enter("a-token", OfficeFile("tjtc", "receipts", b"%PDF-1.7"))
    assert "a-token" not in " ".join(seen[0]) and "--preview" not in seen[0]
    assert environments[0]["GUILDHALL_TOKEN"] == "a-token"
    assert "GUILDHALL_CLIENT_SECRET" not in environments[0] and os.environ["HOME"]
