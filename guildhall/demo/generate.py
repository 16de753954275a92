"""The demo year as files: `python -m guildhall.demo.generate --seed 2022 --story 1 -o DIR`.

The same seed and story give the same bytes. `script.jsonl` says, line by line and in order, what
is entered when and by whom: a command with its body, or one of the files beside it to import.
"""

import argparse
import csv
import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook

from guildhall.demo.activities import add_activities
from guildhall.demo.attestations import add_attestations
from guildhall.demo.gifts import add_gifts
from guildhall.demo.health_check import add_health_check
from guildhall.demo.insurance import add_insurance
from guildhall.demo.meetings import add_meetings
from guildhall.demo.membership import add_membership
from guildhall.demo.money import add_money
from guildhall.demo.people import Story, people_of
from guildhall.demo.personal_benefits import add_personal_benefits
from guildhall.demo.plans import add_plans
from guildhall.demo.script import ORG, Entry, Script, Table

SCRIPT = "script.jsonl"
MADE_AT = datetime(2022, 1, 1)
"""The date inside every workbook, so that the same year is the same bytes."""
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def script_of(seed: int, story: Story, org: str = ORG) -> Script:
    """The whole year 2022 of the union `org`."""
    script, people = Script(org), people_of(seed, story)
    add_membership(script, people)
    add_gifts(script, people, seed)
    add_personal_benefits(script, people, seed)
    add_insurance(script, people)
    add_meetings(script)
    add_activities(script, people, seed)
    add_health_check(script, people)
    add_attestations(script)
    add_plans(script)
    add_money(script)
    return script


def generate(directory: Path, seed: int = 2022, story: Story = 1, org: str = ORG) -> Script:
    """Write the year's files and its script into `directory`, and return what they say."""
    script = script_of(seed, story, org)
    directory.mkdir(parents=True, exist_ok=True)
    for name, table in script.files.items():
        content = _csv(table) if name.endswith(".csv") else _xlsx(table)
        (directory / name).write_bytes(content)
    lines = [orjson.dumps(_line(entry)) for entry in script.in_order()]
    (directory / SCRIPT).write_bytes(b"\n".join(lines) + b"\n")
    return script


def read_script(directory: Path) -> list[Entry]:
    """What is entered, in order, as `generate` wrote it."""
    lines = (directory / SCRIPT).read_bytes().splitlines()
    entries = (orjson.loads(line) for line in lines)
    return [Entry(**{**entry, "at": datetime.fromisoformat(entry["at"])}) for entry in entries]


def _line(entry: Entry) -> dict[str, Any]:
    fields = {name: value for name, value in entry._asdict().items() if value is not None}
    return {**fields, "at": entry.at.isoformat()}


def _csv(table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([table.headings, *table.rows])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Table) -> bytes:
    workbook = Workbook(write_only=True)
    workbook.properties.created = MADE_AT
    sheet = workbook.create_sheet("Sheet1")
    for row in ((table.title,), table.headings, *table.rows):
        sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return _undated(buffer.getvalue())


def _undated(archive: bytes) -> bytes:
    """The same workbook without the times of its saving."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as parts,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        for name in parts.namelist():
            content = MODIFIED.sub(rb"\g<1>2022-01-01T00:00:00Z", parts.read(name))
            part = zipfile.ZipInfo(name, MADE_AT.timetuple()[:6])
            copy.writestr(part, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def main() -> None:
    """Write the files of one story, and say how many."""
    parser = argparse.ArgumentParser(prog="python -m guildhall.demo.generate", description=__doc__)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--story", type=int, choices=(1, 2), default=1)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    asked = parser.parse_args()
    script = generate(asked.output, asked.seed, asked.story)
    print(f"{asked.output}: {len(script.files)} files, {len(script.entries)} entries in {SCRIPT}")


if __name__ == "__main__":
    main()
