"""The register of rules as a list: each with its state, why it is in it, and its instruments."""

from typing import Any, get_args

from services.reporting.rules import BY_ID, INSTRUMENTS, REGISTER
from services.reporting.rules.dated import Instrument
from services.reporting.rules.register import Registered, State

STATES: tuple[str, ...] = get_args(State)


def register_listed(state: State | None = None) -> list[dict[str, Any]]:
    """Every rule that is written down as JSON values, or those in one state. `missing` are the
    events and fields that no event says yet; `rule_version` is null where it is not judged."""
    rows = [(entry, entry.state(BY_ID)) for entry in REGISTER]
    return [_row(entry, found) for entry, found in rows if state in (None, found)]


def states_counted() -> dict[str, int]:
    """How many rules are in each state."""
    found = [entry.state(BY_ID) for entry in REGISTER]
    return {state: found.count(state) for state in get_args(State)}


def _row(entry: Registered, state: State) -> dict[str, Any]:
    rule = BY_ID.get(entry.rule)
    return {
        "id": entry.id,
        "title": entry.title,
        "check": entry.check,
        "severity": entry.severity,
        "kind": entry.kind,
        "origin": entry.origin,
        "state": state,
        "rule": rule.id if rule else None,
        "rule_version": rule.version if rule else None,
        "needs": entry.needs,
        "missing": entry.missing,
        "merged_into": entry.merged_into,
        "not_for_a_machine": entry.not_for_a_machine,
        "instruments": [_instrument(INSTRUMENTS[key]) for key in entry.instruments],
    }


def _instrument(instrument: Instrument) -> dict[str, Any]:
    return instrument._asdict()
