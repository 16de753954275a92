"""The script of a year: what is entered, when, by whom, and the office files it comes from.

A command is entered by hand; a file is imported. Both bear the instant of entry, which becomes the
simulated clock; the business dates are inside.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

from shared.contract.values import SHANGHAI

ORG = "tjtc"
Who = Literal["operator", "clerk", "clerk2", "approver", "chair", "cashier"]


class Table(NamedTuple):
    """A sheet: its title above the headings (none in a .csv), headings, rows of text or dates."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str | int | date | None]]


class Entry(NamedTuple):
    """One thing entered at `at` by `by`: a command with its body, or a file to import.

    `org` is the union it concerns. In a body, `employee:<number>` stands for a person.
    """

    at: datetime
    by: Who
    org: str
    service: str | None = None
    command: str | None = None
    body: Mapping[str, Any] | None = None
    imports: str | None = None
    file: str | None = None


class Payment(NamedTuple):
    """Money to be paid, for the payment list of its month. `refers_to` is a stream of the union."""

    payment_id: str
    paid_on: date
    amount_fen: int
    line: str
    refers_to: str
    decision_ref: str
    fund: str = "工会经费"
    assumed: bool = True


def instant(day: date, at: str = "10:00") -> datetime:
    """An instant of a working day, in Asia/Shanghai."""
    return datetime.combine(day, time.fromisoformat(at), SHANGHAI)


class Script:
    """Collects entries, files and payments of one union, in any order."""

    def __init__(self, org: str = ORG) -> None:
        self.org = org
        self.entries: list[Entry] = []
        self.files: dict[str, Table] = {}
        self.payments: list[Payment] = []

    def command(self, by: Who, at: datetime, name: str, /, **body: Any) -> None:
        """Enter a command, named `service/command`; dates in `body` are written as ISO text."""
        self.command_for(self.org, by, at, name, body)

    def command_for(
        self, org: str, by: Who, at: datetime, name: str, body: Mapping[str, Any]
    ) -> None:
        """Enter a command that concerns another union."""
        service, command = name.split("/")
        self.entries.append(Entry(at, by, org, service, command, _plain(body)))

    def import_file(self, by: Who, at: datetime, kind: str, name: str, table: Table) -> None:
        """Import a file of this kind."""
        assert name not in self.files, name
        self.files[name] = table
        self.entries.append(Entry(at, by, self.org, imports=kind, file=name))

    def pay(self, payment: Payment) -> None:
        """Put a payment on its month's list."""
        self.payments.append(payment)

    def in_order(self) -> list[Entry]:
        """Every entry by its instant; of two at one instant, the first added comes first."""
        return sorted(self.entries, key=lambda entry: entry.at)


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value
