"""A document as PDF/A-2b, set by typst from `report.typ` and data, with fonts of its own alone.

Nothing is read from the network, no font of the machine is used, and the file bears the moment of
what was known: the bytes are the same each time.
"""

import tempfile
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import orjson
import typst

from services.reporting.reports.document import Document
from services.reporting.reports.layout import laid_out
from shared.typesetting.coverage import covered_by, shown
from shared.typesetting.fonts import Families

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf(document: Document, fonts: Families, *, png: bool = False) -> list[bytes]:
    """The PDF file's bytes, or each page as a picture."""
    with tempfile.TemporaryDirectory(prefix="guildhall-report-") as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(TEMPLATE.read_bytes())
        covered = covered_by(fonts.folders)
        data = _displayed(msgspec.to_builtins(laid_out(document)), covered) | {
            "fonts": fonts.named()
        }
        (root / "data.json").write_bytes(orjson.dumps(data))
        made: Any = typst.compile(
            root / "report.typ",
            root=root,
            font_paths=list(fonts.folders),
            ignore_system_fonts=True,
            format="png" if png else "pdf",
            pdf_standards=[] if png else ["a-2b"],
            package_path=root,
            package_cache_path=root,
            timestamp=int(document.dated.astimezone(UTC).timestamp()),
        )
    return made if isinstance(made, list) else [made]


def _displayed(data: Any, covered: frozenset[int]) -> Any:
    """The same data, with a mark for each character that no font has."""
    match data:
        case str():
            return shown(data, covered)
        case dict():
            return {name: _displayed(value, covered) for name, value in data.items()}
        case list() | tuple():
            return [_displayed(value, covered) for value in data]
        case _:
            return data
