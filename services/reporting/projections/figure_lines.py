"""The lines behind every figure, as one projection; partial sums are written beside it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.reporting.figures.definition import Counted, Dropped, Effect, Ended, Rule, Rules
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.engine import Index, Key, On, Projection, opens_stream
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
    # The engine asks for the keys of a whole batch and then folds each entry, its keys in order:
    # one event may have a thousand lines, so its effects are worked out once, and wait here.
    waiting: dict[int, tuple[Entry, dict[str, Effect]]] = {}
    latest = 0

    def keys(event: DomainEvent, entry: Entry) -> Sequence[Key]:
        nonlocal latest
        effects = {effect.item: effect for effect in rule(event, entry)}
        if entry.log_index <= latest:
            waiting.clear()  # of a batch that failed: this one begins where it did
        latest = entry.log_index
        if effects:
            waiting[id(entry)] = entry, effects
        return [(event.org_id, item) for item in effects]

    def effects_of(event: DomainEvent, entry: Entry) -> dict[str, Effect]:
        worked_out, effects = waiting.get(id(entry), (None, {}))
        if worked_out is not entry:
            return {effect.item: effect for effect in rule(event, entry)}
        return effects

    def fold(line: Line | None, event: DomainEvent, entry: Entry, key: Key) -> Line | None:
        effects = effects_of(event, entry)
        if next(reversed(effects)) == key[1]:
            waiting.pop(id(entry), None)
        return _fold(line, effects[key[1]], entry, key)

    def begins(entry: Entry, key: Key) -> bool:
        effect = effects_of(entry.event, entry)[key[1]]
        return isinstance(effect, Counted) and _named_after(entry, key[1])

    return On(keys, fold, begins)


def _named_after(entry: Entry, item: str) -> bool:
    """Whether the item is named after this very event (`once`), or after a stream that it opens."""
    envelope = entry.envelope
    if opens_stream(entry) and item.endswith(f":{envelope.stream}@{envelope.source}"):
        return True
    return item.endswith(f":{envelope.event_id}@{envelope.source}")


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
