"""The lines behind every figure, as one projection; partial sums are written beside it."""

from datetime import date
from typing import NamedTuple

from services.reporting.figures.definition import Counted, Dropped, Ended, Rule, Rules
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import (
    Change,
    Effects,
    Fold,
    Index,
    Insert,
    Key,
    Projection,
    opens_stream,
)
from shared.contract.envelope import DomainEvent


class Line(NamedTuple):
    """One line of one list, and the journal's index of the event behind it.

    `ended_on` is for stocks only; `amount_fen` is integer fen, None where the event states none.
    """

    org_id: str
    item: str
    list: str
    subject: str
    occurred_on: date
    ended_on: date | None
    quantity: int
    amount_fen: int | None
    assumed: bool
    provable: bool
    log_index: int


def line_projection(rules: Rules) -> Projection:
    """The projection `figure_lines` of every rule."""
    return Projection(
        name="figure_lines",
        row=Line,
        key=("org_id", "item"),
        on={event_class: _effects(rule) for event_class, rule in rules.items()},
        indexes=(
            Index(
                ("org_id", "list", "occurred_on", "log_index"),
                including=(
                    "subject",
                    "ended_on",
                    "quantity",
                    "amount_fen",
                    "assumed",
                    "provable",
                    "valid_from",
                    "valid_to",
                ),
            ),
            # What one stretch of the log changed.
            Index(("valid_from",)),
            Index(("valid_to",), where=f"valid_to < {FOREVER}"),
        ),
    )


def _effects(rule: Rule) -> Effects:
    def effects(event: DomainEvent, entry: Entry) -> list[Insert | Change]:
        stream_item = _suffix(entry.envelope.stream, entry) if opens_stream(entry) else None
        own_item = _suffix(str(entry.envelope.event_id), entry)
        found: dict[str, Insert | Change] = {}
        for effect in rule(event, entry):
            item = effect.item
            if isinstance(effect, Counted):
                line = _line(effect, event.org_id, entry)
                if item.endswith(own_item) or (stream_item and item.endswith(stream_item)):
                    found[item] = Insert(line)
                else:
                    found[item] = Change((event.org_id, item), _becomes(line))
            else:
                found[item] = Change((event.org_id, item), _fold(effect))
        return list(found.values())

    return effects


def _suffix(named: str, entry: Entry) -> str:
    """How an item ends that is named after this very event (`once`), or after its stream: nothing
    of the name stands before the event, or before the stream's first one."""
    return f":{named}@{entry.envelope.source}"


def _line(effect: Counted, org_id: str, entry: Entry) -> Line:
    return Line(
        org_id,
        effect.item,
        effect.list,
        effect.subject,
        effect.occurred_on,
        None,
        effect.quantity,
        effect.amount_fen,
        effect.assumed,
        entry.provable,
        entry.log_index,
    )


def _becomes(line: Line) -> Fold:
    return lambda _line, _event, _entry, _key: line


def _fold(effect: Ended | Dropped) -> Fold:
    def ended(line: Line | None, _event: object, _entry: Entry, _key: Key) -> Line | None:
        if line is None or isinstance(effect, Dropped):
            return None
        return line._replace(ended_on=effect.on)

    return ended
