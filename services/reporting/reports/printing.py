"""The process that makes one file of a report: `python -m services.reporting.reports.printing`.

It reads a job from standard input and writes the file to standard output. It holds no connection
and no secret, so that it can be ended at any moment; its memory is bounded.
"""

import resource
import sys
from pathlib import Path
from typing import Literal

import msgspec

from services.reporting.reports.document import Document
from shared.typesetting.fonts import Families

MEMORY_BYTES = 4 << 30


class Job(msgspec.Struct, frozen=True):
    """What to print: a document, the format, and for a PDF where its fonts are."""

    document: Document
    format: Literal["docx", "xlsx", "pdf"]
    folders: tuple[str, ...] = ()
    own_fonts: bool = False


def printed(job: Job) -> bytes:
    """The file's bytes."""
    # Each format's library is loaded where it is used: typst alone takes 40 MB.
    match job.format:
        case "docx":
            from services.reporting.reports.word import word  # noqa: PLC0415

            return word(job.document)
        case "xlsx":
            from services.reporting.reports.workbook import workbook  # noqa: PLC0415

            return workbook(job.document)
        case "pdf":
            from services.reporting.reports.pdf import pdf  # noqa: PLC0415

            families = Families(tuple(map(Path, job.folders)), job.own_fonts)
            (made,) = pdf(job.document, families)
            return made


def main() -> None:
    """Print what standard input says."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(printed(job))


if __name__ == "__main__":
    main()
