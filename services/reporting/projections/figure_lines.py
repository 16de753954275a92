"""The lines behind every figure, as one projection; partial sums are written beside it."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from services.reporting.figures.definition import (
    Counted,
    Dropped,
    Effect,
    Ended,
    Moved,
    Rule,
    Rules,
)
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
)
from shared.contract.envelope import DomainEvent

OUTSIDE = "item LIKE '%@/ext/%'"
"""The SQL condition of a line that an outside source told."""


def source_of(alias: str) -> str:
    """The SQL expression of the source that told a line: every item ends with it."""
    return f"split_part({alias}.item, '@', 2)"


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
            # Whether another source said the same.
            Index(("org_id", "list"), where=OUTSIDE),
        ),
    )


def _effects(rule: Rule) -> Effects:
    def effects(event: DomainEvent, entry: Entry) -> Collection[Insert | Change]:
        told = rule(event, entry)
        if len(told) == 1:
            return (_effect(told[0], event.org_id, entry),)
        # What an event says of one line twice is one line: the last counts.
        return {effect.item: _effect(effect, event.org_id, entry) for effect in told}.values()

    return effects


def _effect(effect: Effect, org_id: str, entry: Entry) -> Insert | Change:
    if not isinstance(effect, Counted):
        return Change((org_id, effect.item), _fold(effect))
    line = _line(effect, org_id, entry)
    return Insert(line) if effect.first else Change((org_id, effect.item), _becomes(line))


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


def _fold(effect: Ended | Dropped | Moved) -> Fold:
    def changed(line: Line | None, _event: object, _entry: Entry, _key: Key) -> Line | None:
        if line is None or isinstance(effect, Dropped):
            return None
        if isinstance(effect, Moved):
            return line._replace(list=effect.list)
        return line._replace(ended_on=effect.on)

    return changed
