"""The demo beside a stack: a child process whose end is named."""

import asyncio
from pathlib import Path

import pytest

from guildhall.cli.beside import DemoBeside
from guildhall.output import Output
from tests.deploy.stack.test_stack import PATIENCE_SECONDS


async def test_a_demo_that_ends_is_named_and_its_stack_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Records of a real clock are in its way: it ends at once, and removes nothing."""
    beside = DemoBeside(tmp_path, Output())
    (beside.directory / "clock").write_text("real\n")
    await beside.start("passcode1")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "ended with status" not in (said := capsys.readouterr().err):
            await asyncio.sleep(0.05)
    assert "demo.log" in said
    assert "real clock" in (beside.directory / "logs" / "demo.log").read_text("utf-8")
    assert (beside.directory / "identity" / "passcode").read_text() == "passcode1"
    await beside.stop()
