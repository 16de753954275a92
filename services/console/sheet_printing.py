"""The sign-off sheet as PDF: set by typst in a process of its own, with the pinned fonts alone.

`python -m services.console.sheet_printing` reads the sheet from standard input and writes the file
to standard output. Names pass through pipes and a private folder that is gone when it ends: in no
argument, environment, cache or log. Its memory and its time are bounded.
"""

import asyncio
import resource
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from shared.errors import Conflict
from shared.typesetting.coverage import covered_by, shown
from shared.typesetting.fonts import Families, FontStore

TEMPLATE = Path(__file__).with_name("sign_off.typ")
MEMORY_BYTES = 4 << 30
SECONDS = 90.0
AT_ONCE = asyncio.Semaphore(1)


async def sheet_pdf(sheet: Mapping[str, Any], fonts: FontStore) -> bytes:
    """The sheet as PDF/A-2b. Raises NotYet `fonts-missing`, Conflict `sheet-too-slow`,
    RuntimeError."""
    families = await fonts.families()
    job = {"sheet": sheet, "folders": list(map(str, families.folders)), "own": families.own}
    async with AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            made, _ = await asyncio.wait_for(process.communicate(orjson.dumps(job)), SECONDS)
        except TimeoutError:
            raise Conflict("sheet-too-slow", f"the sheet was not made in {SECONDS:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        # What the child says may quote the sheet: it is not told on.
        raise RuntimeError(f"the sheet was not printed: status {process.returncode}")
    return made


def printed(job: Mapping[str, Any], *, png: bool = False) -> list[bytes]:
    """The PDF file's bytes, or each page as a picture. A character that no font has is 〓."""
    import typst  # noqa: PLC0415 - 40 MB, in the child alone

    families = Families(tuple(map(Path, job["folders"])), job["own"])
    data = _displayed(job["sheet"], covered_by(families.folders))
    with tempfile.TemporaryDirectory(prefix="guildhall-sheet-") as folder:
        root = Path(folder)
        (root / "sheet.typ").write_bytes(TEMPLATE.read_bytes())
        (root / "data.json").write_bytes(orjson.dumps(data | {"fonts": families.named()}))
        made: Any = typst.compile(
            root / "sheet.typ",
            root=root,
            font_paths=list(families.folders),
            ignore_system_fonts=True,
            format="png" if png else "pdf",
            pdf_standards=[] if png else ["a-2b"],
            package_path=root,
            package_cache_path=root,
            timestamp=int(job["sheet"]["printed_at"]),
        )
    return made if isinstance(made, list) else [made]


def _displayed(data: Any, covered: frozenset[int]) -> Any:
    match data:
        case str():
            return shown(data, covered)
        case dict():
            return {name: _displayed(value, covered) for name, value in data.items()}
        case list():
            return [_displayed(value, covered) for value in data]
        case _:
            return data


def main() -> None:
    """Print what standard input says."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    (made,) = printed(orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
