"""A client without a network: it answers as services do, and keeps what it was sent."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from guildhall.imports.cells import BLANK, Cell
from guildhall.imports.http_client import Answer
from guildhall.imports.spreadsheet import Book
from guildhall.imports.worksheet import Page, SeenRow

Decide = Callable[[str, Mapping[str, Any]], Answer]


def accept(_name: str, body: Mapping[str, Any]) -> Answer:
    """A service that has nothing against it."""
    return Answer(
        201, {"events": max([1, *(len(v) for v in body.values() if isinstance(v, list))])}
    )


def standing(*rows: tuple[int, str, list[str]], status: int = 409) -> Answer:
    """A refusal of rows (from 1) that stand already, with the fields in which they differ."""
    errors = [{"row": row, "code": code, "differs": differs} for row, code, differs in rows]
    return Answer(status, {"code": rows[0][1], "title": "已录入", "errors": errors})


def refuse_rows(*rows: tuple[int, str], status: int = 422, title: str = "有误") -> Answer:
    """A refusal that names rows (from 1) with their codes, as bulk commands give it."""
    return Answer(
        status,
        {
            "code": rows[0][1],
            "title": title,
            "errors": [{"row": row, "code": code, "person_id": "p-000000"} for row, code in rows],
        },
    )


class RecordingClient:
    """Knows the employee numbers it is given; decides commands by a function, once per key."""

    def __init__(
        self, numbers: Sequence[str], decide: Decide = accept, org_id: str = "tjtc"
    ) -> None:
        self.numbers, self.decide, self.org_id = numbers, decide, org_id
        self.sent: list[tuple[str, Mapping[str, Any], str]] = []
        self.previewed: list[tuple[str, Mapping[str, Any]]] = []
        self.done: dict[str, tuple[Mapping[str, Any], Answer]] = {}

    async def command(self, service: str, name: str, body: Mapping[str, Any], key: str) -> Answer:
        """Decide it, or replay the answer given before under the same key."""
        self.sent.append((f"{service}/{name}", body, key))
        if key in self.done:
            before, answer = self.done[key]
            assert before == body, "a key used with another body"
            return answer._replace(replayed=True)
        answer = self.decide(name, body)
        if answer.accepted:
            self.done[key] = (body, answer)
        return answer

    async def preview(self, service: str, name: str, body: Mapping[str, Any]) -> Answer:
        """Decide it, and keep nothing."""
        self.previewed.append((f"{service}/{name}", body))
        return self.decide(name, body)

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """The look-up of people; a person's id is made of the number."""
        assert (service, path) == ("members", "people/lookup")
        known = [no for no in body["employee_nos"] if no in self.numbers]
        people = [{"employee_no": no, "person_id": person(no)} for no in known]
        return Answer(200, {"people": people})


def person(employee_no: str) -> str:
    """The person id of an employee number in these tests."""
    return f"p-{employee_no:0>6}"


def book(*rows: Sequence[str | Cell | None], name: str = "") -> Book:
    """A file of one sheet with these rows, the first of them numbered 1."""
    seen = [
        SeenRow(
            number,
            {
                at: cell if isinstance(cell, Cell) else Cell(str(cell))
                for at, cell in enumerate(row)
                if cell not in (None, "", BLANK)
            },
        )
        for number, row in enumerate(rows, start=1)
    ]
    return Book([Page(name, [row for row in seen if row.cells])])


def write_xlsx(file: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A workbook with these rows."""
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(row)
    workbook.save(file)
    return file


def write_csv(file: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    """A csv file with this text."""
    file.write_bytes(text.encode(encoding))
    return file
