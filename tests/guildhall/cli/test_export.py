"""`guildhall export`: what is written, that it is whole, and what is said where it is not."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.guildhall.cli.fake_services import FakeServices, refused

TABLES = [
    {"table": name, "meaning": f"what {name} is", "columns": {"org_id": "text"}}
    for name in ("events", "figures")
]
OFFERED: dict[str, Any] = {"org_id": "tjtc", "known_at": 7, "tables": TABLES, "figures": []}
CONTENT = b"PAR1 rows"


def table(content: bytes = CONTENT) -> Any:
    headers = {"ETag": f'"{hashlib.sha256(CONTENT).hexdigest()}"', "Guildhall-Rows": "3"}
    return httpx.Response(200, content=content, headers=headers)


@pytest.fixture
def stack(services: FakeServices) -> FakeServices:
    services.answers |= {
        "GET reporting/v1/tjtc/exports": lambda _: httpx.Response(200, json=OFFERED),
        "GET reporting/v1/tjtc/exports/events": lambda _: table(),
        "GET reporting/v1/tjtc/exports/figures": lambda _: table(),
    }
    return services


def test_all_tables_of_one_moment_and_a_manifest(stack: FakeServices, tmp_path: Path) -> None:
    to = tmp_path / "audit"
    done = stack.run("export", "--org", "tjtc", "--to", str(to), "--json")
    assert done.exit_code == 0, done.output
    manifest = json.loads((to / "manifest.json").read_bytes())
    assert manifest["known_at"] == 7 and manifest["tables"] == TABLES
    assert [(each["file"], each["rows"]) for each in manifest["files"]] == [
        ("events.parquet", 3),
        ("figures.parquet", 3),
    ]
    assert (to / "events.parquet").read_bytes() == CONTENT


def test_one_table_alone(stack: FakeServices, tmp_path: Path) -> None:
    to = tmp_path / "audit"
    done = stack.run("export", "--org", "tjtc", "--to", str(to), "--table", "figures")
    assert done.exit_code == 0 and "1 tables as known at log index 7" in done.output
    assert sorted(path.name for path in to.iterdir()) == ["figures.parquet", "manifest.json"]


def test_a_file_that_was_cut_is_none(stack: FakeServices, tmp_path: Path) -> None:
    stack.answers["GET reporting/v1/tjtc/exports/events"] = lambda _: table(CONTENT[:4])
    to = tmp_path / "audit"
    done = stack.run("export", "--org", "tjtc", "--to", str(to))
    assert done.exit_code == 1 and "cut on its way" in done.output
    assert not (to / "events.parquet").exists() and not (to / "manifest.json").exists()


def test_what_is_being_rebuilt_is_said(stack: FakeServices, tmp_path: Path) -> None:
    stack.answers["GET reporting/v1/tjtc/exports/events"] = lambda _: refused(
        503, "being-rebuilt", "rebuilt", "half done"
    )
    done = stack.run("export", "--org", "tjtc", "--to", str(tmp_path / "audit"))
    assert done.exit_code == 1 and "being-rebuilt" in done.output


def test_nothing_is_written_over(stack: FakeServices, tmp_path: Path) -> None:
    done = stack.run("export", "--org", "tjtc", "--to", str(tmp_path))
    assert done.exit_code == 2 and "already" in done.output


def test_an_unknown_table_lists_them(stack: FakeServices, tmp_path: Path) -> None:
    to = str(tmp_path / "audit")
    done = stack.run("export", "--org", "tjtc", "--to", to, "--table", "names")
    assert done.exit_code == 2 and "events, figures" in done.output
