"""What a kind of file is made of: its columns, and the commands its rows become.

An import is an ordinary client: it knows services by their published commands alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.imports.cells import Reader

ROWS_PER_COMMAND = 1000
"""The most rows of one bulk command; a file up to this long goes in whole or not at all."""

Values = Mapping[str, Any]
"""One row's values by field, absent ones left out; people are person ids by then."""


class Column(NamedTuple):
    """One column: its field, the headings it is known by (the first is ours), how it is read."""

    field: str
    headings: tuple[str, ...]
    read: Reader
    required: bool = True
    default: Any = None


class Place(NamedTuple):
    """A row of a file: its sheet (named where several are read) and its number there."""

    sheet: str
    number: int


class Row(NamedTuple):
    """A row that can be sent: its number in the sheet (as a spreadsheet counts) and its values."""

    number: int
    values: Values
    sheet: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.sheet, self.number)


class Command(NamedTuple):
    """One command for some rows. `body` makes it anew when a row had to be taken out.

    `label` tells the commands of one file apart in idempotency keys.
    """

    service: str
    name: str
    label: str
    rows: Sequence[Row]
    body: Callable[[Sequence[Row]], dict[str, Any]]


Stage = list[Command]
"""Commands that may be sent at the same time; the next stage waits for them."""


class Kind(NamedTuple):
    """A kind of file. `people` are fields that hold employee numbers; `key` tells rows apart.

    `together` are fields that a row has all of or none. `told_as` are fields of the events that
    have other names here, such as the day of an event (after a refusal's code and a slash where one
    row becomes several events): what a service says differs is shown by our headings. `new_people`
    is the field whose number may be nobody's yet. `purpose` is what the look-up of people is
    recorded with. `role` is who may send it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    commands: Callable[[Sequence[Row]], list[Stage]]
    people: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    told_as: Mapping[str, str] = {}
    new_people: str | None = None
    purpose: str = "roster_import"
    role: str = "clerk"


def bulk(
    service: str,
    name: str,
    rows: Sequence[Row],
    body: Callable[[Sequence[Row]], dict[str, Any]],
    *,
    by: Sequence[str] = (),
    per_command: int = ROWS_PER_COMMAND,
) -> Stage:
    """One command for up to `per_command` rows that agree in the fields `by`."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.values.get(field) for field in by), []).append(row)
    return [
        Command(service, name, f"{name}.{number}.{at}", group[at : at + per_command], body)
        for number, group in enumerate(groups.values())
        for at in range(0, len(group), per_command)
    ]


def each(
    service: str, name: str, rows: Iterable[Row], body: Callable[[Row], dict[str, Any]]
) -> Stage:
    """One command for each row."""
    return [
        Command(service, name, f"{name}.{row.number}", [row], lambda only: body(only[0]))
        for row in rows
    ]


def present(values: Values, *fields: str) -> dict[str, Any]:
    """Those of `fields` that the row has."""
    return {field: values[field] for field in fields if field in values}
