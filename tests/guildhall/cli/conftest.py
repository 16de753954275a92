"""A stack that is not there: `run.json`, and services that answer what a test says."""

from pathlib import Path

import httpx
import pytest

from deploy.stack.run_file import RunFile, write_run_file
from guildhall.cli import connection
from tests.guildhall.cli.fake_services import URLS, FakeServices


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """A stack in `tmp_path` whose services answer what the test puts into `answers`."""
    for name in ("GUILDHALL_DATA", "GUILDHALL_URL", "GUILDHALL_TOKEN", "GUILDHALL_ORG"):
        monkeypatch.delenv(name, raising=False)
    write_run_file(
        tmp_path,
        RunFile(
            pid=1,
            started_at="2022-12-15T00:00:00+00:00",
            simulated=True,
            urls=URLS,
            pids={},
            issuer=URLS["identity"],
            client_id="cli",
            client_secret="secret",
        ),
    )
    fake = FakeServices(tmp_path)
    transport = httpx.MockTransport(fake)
    monkeypatch.setattr(connection, "open_http", lambda _: httpx.Client(transport=transport))
    return fake
