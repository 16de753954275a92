"""What a file is, by its content; what is no sheet is refused by name, never by a traceback."""

import random
import resource
import time
import zipfile
from pathlib import Path

import pytest

from guildhall.imports import KINDS, workbook_parts
from guildhall.imports.cells import SheetError
from guildhall.imports.headings import known_headings
from guildhall.imports.rows import Table, read_rows
from guildhall.imports.spreadsheet import read_book
from tests.guildhall.imports.recording_client import write_csv, write_xlsx

STAFF = KINDS["staff"]
HEADINGS = ["工号", "姓名", "性别", "出生月份", "入职日期"]
ROW = ["0012", "王利", "女", 3, "2009-08-01"]
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def staff(file: Path) -> Table:
    return read_rows(STAFF, read_book(file, known_headings(STAFF)))


def test_a_formula_in_a_column_nobody_reads_does_no_harm(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", [[*HEADINGS, "年龄"], [*ROW, "=2022-1980"]])
    assert (len(staff(file).rows), staff(file).ignored) == (1, ("年龄",))


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")'])
def test_a_formula_is_refused_and_never_calculated(tmp_path: Path, formula: str) -> None:
    quoted = formula.replace('"', '""')
    text = ",".join(HEADINGS) + f'\n"{quoted}",王利,女,3,2009-08-01\n'
    for file in (
        write_xlsx(tmp_path / "a.xlsx", [HEADINGS, [formula, *ROW[1:]]]),
        write_csv(tmp_path / "a.csv", text),
    ):
        assert [(bad.field, bad.code) for bad in staff(file).bad] == [("工号", "formula")]


def test_the_content_says_what_a_file_is_not_its_name(tmp_path: Path) -> None:
    text = ",".join(HEADINGS) + "\n0012,王利,女,3月,2009-08-01\n"
    assert len(staff(write_csv(tmp_path / "a.xlsx", text)).rows) == 1
    file = write_xlsx(tmp_path / "b.xlsx", [HEADINGS, ROW])
    assert len(staff(file.rename(tmp_path / "b.csv")).rows) == 1


def opendocument(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")


def binary_workbook(file: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(file, "w") as archive:
        relation = f'<Relationship Id="a" Type="{kind}" Target="xl/workbook.bin"/>'
        archive.writestr("_rels/.rels", f"<Relationships>{relation}</Relationships>")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (CFB + b"Workbook", "unsupported-file"),
        (CFB + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
        (b"<html><table><tr><td>x", "unsupported-file"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "unsupported-file"),
        (b"%PDF-1.7", "unsupported-file"),
        (b"PK\x03\x04 and no more", "unreadable-file"),
        (b"not a workbook", "no-headings"),
        (b"", "no-headings"),
        (b"\x00\x01\x02", "unreadable-file"),
        (b"a,b\n1,2\n", "no-headings"),
        ("工号,姓名,工号\n1,2,3\n".encode(), "column-twice"),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.xls", "a.et"])
def test_what_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SheetError) as why:
        staff(tmp_path / name)
    assert why.value.code == code


@pytest.mark.parametrize("make", [opendocument, binary_workbook])
def test_other_workbooks_are_refused_by_name(tmp_path: Path, make: object) -> None:
    make(tmp_path / "a.xlsx")  # type: ignore[operator]  # one of the two functions above
    with pytest.raises(SheetError) as why:
        staff(tmp_path / "a.xlsx")
    assert why.value.code == "unsupported-file"


def test_however_a_workbook_is_cut_or_changed_it_is_refused_by_name(tmp_path: Path) -> None:
    rows = [HEADINGS, *([f"{n:04}", *ROW[1:]] for n in range(50))]
    whole = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    chance = random.Random(12)
    for number in range(300):
        broken = bytearray(whole[: chance.randrange(4, len(whole))] if number % 2 else whole)
        for _ in range(chance.randrange(1, 6) * (1 - number % 2)):
            broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        (tmp_path / "b.xlsx").write_bytes(broken)
        try:
            table = staff(tmp_path / "b.xlsx")
        except SheetError as why:
            assert why.code in {"unreadable-file", "unsupported-file", "no-headings",
                                "password-protected", "column-missing"}  # fmt: skip
        else:
            assert len(table.rows) + len(table.bad) == 50, "what is left is not the whole"


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "UNPACKED_MAX", 10_000)
    rows = [HEADINGS, *([f"{n:04}", *ROW[1:]] for n in range(500))]
    with pytest.raises(SheetError) as why:
        staff(write_xlsx(tmp_path / "a.xlsx", rows))
    assert why.value.code == "file-too-large"


@pytest.mark.parametrize("item", ["<si/>", "<si><t>一</t></si>", "<si><r><t/></r></si>"])
def test_a_bomb_of_shared_strings_stops_within_seconds_and_memory(
    tmp_path: Path, item: str
) -> None:
    target = tmp_path / "bomb.xlsx"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        book_rels = "xl/_rels/workbook.xml.rels"
        parts = [("_rels/.rels", "xl/workbook.xml", "officeDocument")]
        for part, name, of in [*parts, (book_rels, "strings.xml", "sharedStrings")]:
            relation = f'<Relationship Id="a" Type="{kind}/{of}" Target="{name}"/>'
            new.writestr(part, f"<Relationships>{relation}</Relationships>")
        new.writestr("xl/workbook.xml", "<workbook/>")
        with new.open("xl/strings.xml", "w") as strings:
            strings.write(b"<sst>")
            for _ in range(280):
                strings.write(item.encode() * 100_000)
            strings.write(b"</sst>")
    assert target.stat().st_size < 2_000_000
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(SheetError) as why:
        staff(target)
    assert why.value.code == "file-too-large"
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "a.xlsx", [HEADINGS, ROW])
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if name == "xl/workbook.xml" else b""
            new.writestr(name, doctype + old.read(name).split(b"?>", 1)[-1])
    with pytest.raises(SheetError) as why:
        staff(tmp_path / "b.xlsx")
    assert why.value.code == "unreadable-file"
