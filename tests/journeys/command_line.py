"""The `guildhall` command as an operator runs it: a process of its own."""

import asyncio
import json
import sys
from typing import Any, NamedTuple

from deploy.stack.stack import Stack


class Ran(NamedTuple):
    """Exit status, the JSON document it printed, and what it said on stderr."""

    status: int
    document: Any
    messages: str


async def guildhall(stack: Stack, *arguments: str) -> Ran:
    """Run `guildhall <arguments> --json` on this stack."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "guildhall.cli",
        *arguments,
        "--data",
        str(stack.directory),
        "--json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, messages = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, json.loads(output or "null"), messages.decode())
