"""The sign-off sheet as PDF: names on every page, three signatures, and nothing left behind."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from services.console import sheet_printing
from services.console.sheet_printing import sheet_pdf
from shared.errors import Conflict
from shared.typesetting.fonts import FontStore

SHEET: dict[str, Any] = {
    "title": "签领表", "heading": "签领表", "union": "试点学院工会", "of-page": "第",
    "about": [["项目", "2022年中秋节慰问", "名册日期", "2022-09-01"], ["人数", "60", "份数", "60"]],
    "heads": ["序号", "姓名", "编号", "份数", "签收", "签收日期"],
    "rows": [[str(at), "王小𠮷#*_$", f"p-{at}", "1", "", ""] for at in range(1, 61)],
    "total": "合计 60 名", "declaration": "声明：签名属实。",
    "signatures": ["经办人", "证明人", "审批人"], "signed-on": "日期", "printed_at": 1669824000,
}  # fmt: skip


async def test_a_sheet_of_two_pages_is_an_archivable_pdf_and_the_same_twice() -> None:
    made = await sheet_pdf(SHEET, FontStore())
    assert await sheet_pdf(SHEET, FontStore()) == made
    with pikepdf.open(BytesIO(made)) as file:
        assert len(file.pages) == 2
        with file.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
        fonts = {str(font) for font in re.findall(rb"/Noto[A-Za-z]+", made)}
        assert fonts or made.startswith(b"%PDF-1.7")


async def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_printing, "SECONDS", 0.0)
    with pytest.raises(Conflict, match="not made"):
        await sheet_pdf(SHEET, FontStore())


async def test_what_cannot_be_printed_is_not_quoted() -> None:
    with pytest.raises(RuntimeError) as why:
        await sheet_pdf({**SHEET, "rows": "王小"}, FontStore())
    assert "王" not in str(why.value)
    assert not list(Path("/tmp").glob("guildhall-sheet-*/data.json"))
