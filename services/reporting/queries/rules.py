"""The rules as a list, for people and machines: what is asked, by which clause, on which values."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from services.reporting.rules import INSTRUMENTS, RULES
from services.reporting.rules.dated import InForce, Parameter, Value
from services.reporting.rules.definition import SHARED_REASONS, Rule


def rules_listed(rules: Iterable[Rule] = RULES) -> list[dict[str, Any]]:
    """Every rule as JSON values: id, version, titles, dated values with status, reasons."""
    return [
        {
            "id": rule.id,
            "version": rule.version,
            "title": rule.values.zh,
            "title_en": rule.values.en,
            "values": [_parameter(parameter) for parameter in rule.values.parameters.values()],
            "reasons": [
                {
                    "code": reason.code,
                    "outcome": reason.outcome,
                    "severity": reason.severity,
                    "sentence": reason.zh,
                }
                for reason in (*rule.reasons, *SHARED_REASONS)
            ],
        }
        for rule in rules
    ]


def value_listed(entry: InForce) -> dict[str, Any]:
    """One dated value as JSON values; `value` is null where it is UNKNOWN."""
    instrument = INSTRUMENTS[entry.instrument]
    return {
        "name": entry.name,
        "value": plain_value(entry.value),
        "status": entry.status,
        "effective_from": entry.effective_from,
        "effective_to": entry.effective_to,
        "jurisdiction": entry.jurisdiction,
        "instrument": entry.instrument,
        "instrument_title": instrument.title,
        "instrument_number": instrument.number,
        "instrument_read": instrument.read,
        "clause": entry.clause,
        "source": entry.source,
    }


def plain_value(value: Value | None) -> int | str | list[str] | None:
    """A value as JSON has it: whole numbers, `2/3`, or a list of terms."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return list(value) if isinstance(value, tuple) else value


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "title": parameter.title,
        "unit": parameter.unit,
        "entries": [value_listed(entry) for entry in parameter.entries],
    }
