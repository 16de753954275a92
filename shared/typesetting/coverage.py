"""Which characters a font file has: its `cmap` table (ISO/IEC 14496-22 §5.2.1), formats 4 and 12.

A character that no font has would fail the whole PDF (ISO 19005-2 §6.2.11.8 forbids what is not
there); it is shown as 〓, the printer's mark for a type that is missing.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

MISSING = "〓"
SUFFIXES = frozenset({".otf", ".ttf", ".ttc", ".otc"})


def covered_by(folders: Iterable[Path]) -> frozenset[int]:
    """The code points that any font in these folders has."""
    files = (path for folder in folders for path in sorted(folder.iterdir()))
    fonts = [coverage(path) for path in files if path.suffix.lower() in SUFFIXES]
    return frozenset().union(*fonts)


@lru_cache(maxsize=32)
def coverage(path: Path) -> frozenset[int]:
    """The code points of one font file, of a collection those of all its fonts. A file that is no
    font has none."""
    content = path.read_bytes()
    try:
        starts = [0]
        if content[:4] == b"ttcf":
            (count,) = struct.unpack_from(">I", content, 8)
            starts = list(struct.unpack_from(f">{count}I", content, 12))
        return frozenset().union(*(_of_font(content, start) for start in starts))
    except struct.error:
        return frozenset()


def shown(text: str, covered: frozenset[int]) -> str:
    """The text, with 〓 for what no font has."""
    return "".join(c if ord(c) in covered or c in "\u200b\n" else MISSING for c in text)


def _of_font(content: bytes, start: int) -> frozenset[int]:
    (tables,) = struct.unpack_from(">H", content, start + 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", content, start + 12 + 16 * number)
        if tag == b"cmap":
            return _of_cmap(content, offset)
    return frozenset()


def _of_cmap(content: bytes, at: int) -> frozenset[int]:
    found: set[int] = set()
    (tables,) = struct.unpack_from(">H", content, at + 2)
    for number in range(tables):
        _, _, offset = struct.unpack_from(">HHI", content, at + 4 + 8 * number)
        (format_,) = struct.unpack_from(">H", content, at + offset)
        if format_ == 12:
            found |= _format_12(content, at + offset)
        elif format_ == 4:
            found |= _format_4(content, at + offset)
    return frozenset(found)


def _format_12(content: bytes, at: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", content, at + 12)
    found: set[int] = set()
    for first, last, _ in struct.iter_unpack(">III", content[at + 16 : at + 16 + 12 * groups]):
        found.update(range(first, min(last, 0x10FFFF) + 1))
    return found


def _format_4(content: bytes, at: int) -> set[int]:
    (twice,) = struct.unpack_from(">H", content, at + 6)
    count = twice // 2
    lasts = struct.unpack_from(f">{count}H", content, at + 14)
    firsts = struct.unpack_from(f">{count}H", content, at + 16 + twice)
    found: set[int] = set()
    for first, last in zip(firsts, lasts, strict=True):
        found.update(range(first, last + 1))
    return found - {0xFFFF}
