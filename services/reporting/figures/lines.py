"""The lines behind every figure, as one projection; partial sums are written beside it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.reporting.entry import Entry
from services.reporting.figures.definition import Counted, Dropped, Effect, Ended, Rule, Rules
from services.reporting.fold import FOREVER, Index, Key, On, Projection
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
        on={event_class: _on(rule) for event_class, rule in rules.items()},
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


def _on(rule: Rule) -> On:
    last: tuple[Entry | None, dict[str, Effect]] = (None, {})

    def effects_of(event: DomainEvent, entry: Entry) -> dict[str, Effect]:
        # The engine asks for an entry's keys and then folds each of them: one event may have a
        # thousand lines, so its effects are worked out once.
        nonlocal last
        if last[0] is not entry:
            last = (entry, {effect.item: effect for effect in rule(event, entry)})
        return last[1]

    def keys(event: DomainEvent, entry: Entry) -> Sequence[Key]:
        return [(event.org_id, item) for item in effects_of(event, entry)]

    def fold(line: Line | None, event: DomainEvent, entry: Entry, key: Key) -> Line | None:
        return _fold(line, effects_of(event, entry)[key[1]], entry, key)

    return On(keys, fold)


def _fold(line: Line | None, effect: Effect, entry: Entry, key: Key) -> Line | None:
    match effect:
        case Counted():
            return Line(
                org_id=key[0],
                item=key[1],
                list=effect.list,
                subject=effect.subject,
                occurred_on=effect.occurred_on,
                ended_on=None,
                quantity=effect.quantity,
                amount_fen=effect.amount_fen,
                assumed=effect.assumed,
                provable=entry.provable,
                log_index=entry.log_index,
            )
        case Ended(on=day):
            return None if line is None else line._replace(ended_on=day)
        case Dropped():
            return None
