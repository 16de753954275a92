"""Apache Kafka's jars: fetched once by Maven coordinate, checked against ``kafka.lock`` always."""

import asyncio
import contextlib
import os
import sys
import threading
from pathlib import Path

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.pinned import VERSION, Report, is_pinned, read_lock


def cache_directory() -> Path:
    """Return where downloads are kept between data directories.

    ``GUILDHALL_CACHE``, else ``guildhall`` in the user's cache directory (XDG). Where that is not
    ours to write (no home, or another's), ``cache`` in the virtual environment.
    """
    if named := os.environ.get("GUILDHALL_CACHE"):
        return Path(named).absolute()
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: this account has no home
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = Path(base).absolute() / "guildhall"
        directory.mkdir(parents=True, exist_ok=True)
        # Java's archives in there are run unchecked: they are to be of our own making.
        if directory.stat().st_uid == os.geteuid() and os.access(directory, os.W_OK | os.X_OK):
            return directory
    return Path(sys.prefix) / "cache"


def make_cache(directory: Path) -> None:
    """Make a directory of the cache. Raises :class:`EmbeddedError`, with the way out."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"cannot keep what Kafka needs in {directory}: {error}; "
            "name a writable directory in GUILDHALL_CACHE"
        ) from error


async def kafka_jars(report: Report) -> list[Path]:
    """Return Kafka's jars, every one with its pinned SHA-256; fetch what is missing.

    ``report`` is told what is being fetched. Raises :class:`EmbeddedError` when a jar cannot be
    fetched or is not the pinned one.
    """
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_kafka_jars, report, stop)
    finally:
        stop.set()  # a cancelled start does not go on fetching


def _kafka_jars(report: Report, stop: threading.Event) -> list[Path]:
    directory = cache_directory() / f"kafka-{VERSION}"
    jars = read_lock()
    missing = [jar for jar in jars if not is_pinned(directory / jar.file_name, jar)]
    if missing:
        # Costs a quarter of a second to import.
        from deploy.embedded.fetch import fetch_jars  # noqa: PLC0415 - only a first start needs it

        make_cache(directory)
        fetch_jars(missing, directory, report, stop)
    return [directory / jar.file_name for jar in jars]
