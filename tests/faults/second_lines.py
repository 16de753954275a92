"""The lines behind every figure a second time, of the events that the load writes."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.faults.evidence import Row, short

Table = dict[Any, Row]
"""Rows by their key."""


class Line(NamedTuple):
    """A line that an event adds. `item` names it; `gone` takes back the line of that name."""

    list: str
    item: str
    subject: str
    quantity: int = 1
    amount_fen: int | None = None
    assumed: bool = False
    gone: bool = False


def _own(name: str, row: Row) -> str:
    return f"{name}:{row['stream']}!{row['event_id']}@{row['source']}"


def _of_stream(family: str, row: Row, part: object = None) -> str:
    which = "" if part is None else f"#{part}"
    return f"{family}:{row['stream']}{which}@{row['source']}"


def _income(row: Row, data: Row) -> Iterable[Line]:
    name = f"income.{data['source']}"
    yield Line(
        name,
        _of_stream("income", row),
        data["income_id"],
        1,
        data["amount_fen"],
        data["amount_assumed"],
    )


def _payment(row: Row, data: Row) -> Iterable[Line]:
    name = f"spent.{data['payer']}.{data['fund']}"
    yield Line(
        name,
        _of_stream("payment", row),
        data["payment_id"],
        1,
        data["amount_fen"],
        data["amount_assumed"],
    )


def _issued(row: Row, data: Row) -> Iterable[Line]:
    worth = data.get("amount_fen")
    if worth is None and data.get("unit_value_fen") is not None:
        worth = data["unit_value_fen"] * data["quantity"]
    name = f"gift.{data['occasion']}.{data['capacity']}"
    yield Line(name, _of_stream("gift", row), data["person_id"], data["quantity"], worth)


def _returned(row: Row, data: Row) -> Iterable[Line]:
    yield Line("", _of_stream("gift", row), "", gone=True)
    yield Line("gift_returned", _own("gift_returned", row), data["person_id"])


def _applied(row: Row, data: Row) -> Iterable[Line]:
    name = f"applied.{data['occasion']}"
    yield Line(name, _own(name, row), data["programme_id"], data["quantity"])


def _joined(row: Row, data: Row) -> Iterable[Line]:
    who, spell = data["person_id"], data["spell"]
    yield Line(f"joined.{data['kind']}", _of_stream("joined", row, spell), who)
    yield Line("roll", _of_stream("roll", row, spell), who)


def _staff(row: Row, data: Row) -> Iterable[Line]:
    item = _of_stream("post", row, data["spell"])
    yield Line(f"post.{data['gender']}", item, data["person_id"])


def _held(row: Row, data: Row) -> Iterable[Line]:
    name = f"activity.{data['kind']}.{data['organiser']}"
    yield Line(name, _of_stream("activity", row, data["session"]), data["activity_id"])


def _registered(row: Row, data: Row) -> Iterable[Line]:
    yield Line("registered", _own("registered", row), data["person_id"])


LINES: dict[str, Callable[[Row, Row], Iterable[Line]]] = {
    "IncomeReceived": _income, "ExpenditurePaid": _payment, "GiftIssued": _issued,
    "GiftReturned": _returned, "GiftApplied": _applied, "MemberJoined": _joined,
    "StaffRegistered": _staff, "ActivityHeld": _held, "ParticipantRegistered": _registered,
}  # fmt: skip


def figure_lines(table: Table, row: Row, data: Row) -> None:
    """Fold one event into the lines that stand, by union and item."""
    for line in LINES.get(short(row["type"]), lambda *_: ())(row, data):
        key = (data["org_id"], line.item)
        if line.gone:
            table.pop(key, None)
            continue
        table[key] = {
            "org_id": data["org_id"],
            "item": line.item,
            "list": line.list,
            "subject": line.subject,
            "occurred_on": data["occurred_on"],
            "ended_on": None,
            "quantity": line.quantity,
            "amount_fen": line.amount_fen,
            "assumed": line.assumed,
            # Only the owners wrote, and they number what they write.
            "provable": True,
            "log_index": row["log_index"],
        }
