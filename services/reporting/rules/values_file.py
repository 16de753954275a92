"""Reading dated values from YAML, and refusing whatever is not beyond doubt.

Refused: repeated or unknown keys, empty fields, missing citations, money that is not whole fen,
values out of order, gaps, overlaps, a value without status or a status without value, and a value
that cites an instrument outside the days on which that was in force.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from services.reporting.rules.dated import (
    HOME,
    JURISDICTIONS,
    PLACES,
    STATUSES,
    UNITS,
    InForce,
    Instrument,
    Parameter,
    RuleValues,
    Value,
)
from services.reporting.rules.plain_yaml import read_yaml

INTEGER = re.compile(r"0|[1-9][0-9]{0,15}")
FRACTION = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")
MONTH = re.compile(r"[1-9]|1[0-2]")
TERM = re.compile(r"[a-z][a-z_]*")
CLAUSE_CHARACTERS = 120


class ValuesRefused(ValueError):
    """A file of dated values is not beyond doubt; the message names the file and the place."""


def load_instruments(file: Path) -> dict[str, Instrument]:
    """The instrument register. Raises ValuesRefused."""
    found: dict[str, Instrument] = {}
    rows = document(file.name, file.read_text(encoding="utf-8"), list)
    for at, row in enumerate(rows, start=1):
        where = f"{file.name}: instrument {at}"
        optional = {"number", "effective_from", "effective_to", "read", "replaced_by"}
        fields_of(where, row, {"key", "title", "status"}, optional)
        instrument = Instrument(
            key=row["key"],
            title=row["title"],
            number=row.get("number"),
            effective_from=_day(where, row.get("effective_from")),
            effective_to=_day(where, row.get("effective_to")),
            status=_status(where, row["status"]),
            read=row.get("read"),
            replaced_by=row.get("replaced_by"),
        )
        if instrument.key in found:
            raise ValuesRefused(f"{where}: {instrument.key} is there twice")
        found[instrument.key] = instrument
    for instrument in found.values():
        _replaced(f"{file.name}: {instrument.key}", instrument, found)
    return found


def _replaced(where: str, old: Instrument, found: Mapping[str, Instrument]) -> None:
    """What took an instrument's place is registered, and began no later than the other ended."""
    if old.effective_from and old.effective_to and old.effective_to < old.effective_from:
        raise ValuesRefused(f"{where}: ends before it begins")
    if old.replaced_by is None:
        return
    new = found.get(old.replaced_by)
    if new is None:
        raise ValuesRefused(f"{where}: replaced by {old.replaced_by!r}, which is not registered")
    if old.effective_to is None:
        raise ValuesRefused(f"{where}: replaced by {new.key}, but no last day")
    if new.effective_from and new.effective_from > old.effective_to + timedelta(days=1):
        raise ValuesRefused(f"{where}: {new.key} begins after it ended")


def load_values(file: Path, instruments: Mapping[str, Instrument]) -> RuleValues:
    """The dated values of one rule's file. Raises ValuesRefused for anything odd."""
    return read_values(file.stem, file.read_text(encoding="utf-8"), instruments)


def read_values(rule: str, text: str, instruments: Mapping[str, Instrument]) -> RuleValues:
    """The dated values of a rule from the text of a file. Raises ValuesRefused for anything odd."""
    name_of_file = f"{rule}.yaml"
    row = document(name_of_file, text, dict)
    fields_of(name_of_file, row, {"rule", "title", "values"}, set())
    fields_of(f"{name_of_file}: title", row["title"], {"zh", "en"}, set())
    _texts(f"{name_of_file}: title", row["title"], "zh", "en")
    if row["rule"] != rule:
        raise ValuesRefused(f"{name_of_file}: says it is rule {row['rule']!r}")
    if not isinstance(row["values"], dict) or not row["values"]:
        raise ValuesRefused(f"{name_of_file}: a rule needs at least one value to stand on")
    parameters = {
        name: _parameter(f"{name_of_file}: {name}", name, given, instruments)
        for name, given in row["values"].items()
    }
    return RuleValues(row["rule"], row["title"]["zh"], row["title"]["en"], parameters)


def _parameter(where: str, name: str, row: Any, instruments: Mapping[str, Instrument]) -> Parameter:
    fields_of(where, row, {"zh", "unit", "entries"}, {"elsewhere"})
    _texts(where, row, "zh", "unit")
    unit = row["unit"]
    if unit not in UNITS:
        raise ValuesRefused(f"{where}: unit {unit!r} is none of {sorted(UNITS)}")
    if (unit == "fen") != name.endswith("_fen"):
        raise ValuesRefused(f"{where}: money is named ..._fen and is in fen, nothing else is")
    elsewhere = row.get("elsewhere", {})
    if not isinstance(elsewhere, dict) or not elsewhere.keys() <= PLACES.keys() - {HOME}:
        raise ValuesRefused(f"{where}: elsewhere is none of {sorted(PLACES.keys() - {HOME})}")
    return Parameter(
        name,
        row["zh"],
        unit,
        _entries(where, name, unit, row["entries"], instruments),
        {
            place: _entries(f"{where}, {place}", name, unit, given, instruments)
            for place, given in elsewhere.items()
        },
    )


def _entries(
    where: str, name: str, unit: str, rows: Any, instruments: Mapping[str, Instrument]
) -> tuple[InForce, ...]:
    if not isinstance(rows, list) or not rows:
        raise ValuesRefused(f"{where}: no entries")
    entries = tuple(
        _entry(f"{where}, entry {at}", name, unit, entry, instruments)
        for at, entry in enumerate(rows, start=1)
    )
    _in_order(where, entries, instruments)
    return entries


def _entry(
    where: str, name: str, unit: str, row: Any, instruments: Mapping[str, Instrument]
) -> InForce:
    fields_of(
        where,
        row,
        {"status", "jurisdiction", "instrument", "clause", "source"},
        {"value", "effective_from", "effective_to"},
    )
    _texts(where, row, "status", "jurisdiction", "instrument", "clause", "source")
    status = _status(where, row["status"])
    if (status == "UNKNOWN") != ("value" not in row):
        raise ValuesRefused(f"{where}: a value is left out exactly where it is UNKNOWN")
    if row["jurisdiction"] not in JURISDICTIONS:
        raise ValuesRefused(f"{where}: jurisdiction {row['jurisdiction']!r} is not known")
    if len(row["clause"]) > CLAUSE_CHARACTERS:
        raise ValuesRefused(f"{where}: a clause has at most {CLAUSE_CHARACTERS} characters")
    entry = InForce(
        name=name,
        value=_value(where, unit, row["value"]) if "value" in row else None,
        status=status,
        effective_from=_day(where, row.get("effective_from")),
        effective_to=_day(where, row.get("effective_to")),
        jurisdiction=row["jurisdiction"],
        instrument=row["instrument"],
        clause=row["clause"],
        source=row["source"],
    )
    _cited(where, entry, instruments)
    return entry


def _cited(where: str, entry: InForce, instruments: Mapping[str, Instrument]) -> None:
    """A value may cite an instrument only while that is in force."""
    instrument = instruments.get(entry.instrument)
    if instrument is None:
        raise ValuesRefused(f"{where}: instrument {entry.instrument!r} is not in the register")
    began, ended = instrument.effective_from, instrument.effective_to
    if began and (entry.effective_from is None or entry.effective_from < began):
        raise ValuesRefused(f"{where}: {instrument.key} is in force from {began} only")
    if ended and (entry.effective_to is None or entry.effective_to > ended):
        raise ValuesRefused(f"{where}: {instrument.key} is superseded after {ended}")


def _in_order(
    where: str, entries: Sequence[InForce], instruments: Mapping[str, Instrument]
) -> None:
    """Without gap or overlap, and open at its end: what is not known is written down as such."""
    ended: date | None = None
    for at, entry in enumerate(entries, start=1):
        place = f"{where}, entry {at}"
        first, last = at == 1, at == len(entries)
        begins, ends = entry.effective_from, entry.effective_to
        undated = entry.status == "UNKNOWN" or instruments[entry.instrument].effective_from is None
        if begins is None and not (first and undated):
            raise ValuesRefused(
                f"{place}: only a first entry has no effective_from, where it is UNKNOWN or nobody"
                " knows since when its instrument holds"
            )
        if ends is None and not last:
            raise ValuesRefused(f"{place}: only the last entry has no effective_to")
        if ends is not None and last:
            raise ValuesRefused(f"{place}: say what holds after {ends}: UNKNOWN?")
        if begins is not None and ends is not None and ends < begins:
            raise ValuesRefused(f"{place}: ends before it begins")
        if ended is not None and begins != ended + timedelta(days=1):
            raise ValuesRefused(f"{place}: must begin the day after {ended}, when the last ended")
        ended = ends


def document(file: str, text: str, kind: type) -> Any:
    """What a plain text holds, of the kind expected. Raises ValuesRefused."""
    try:
        document = read_yaml(text)
    except yaml.YAMLError as why:
        raise ValuesRefused(f"{file}: {why}") from None
    except RecursionError:
        raise ValuesRefused(f"{file}: nested too deeply") from None
    if not isinstance(document, kind):
        raise ValuesRefused(f"{file}: expected a {kind.__name__}")
    return document


def fields_of(where: str, row: Any, required: set[str], optional: set[str]) -> None:
    """Refuse whatever is no map of these fields, none of them empty. Raises ValuesRefused."""
    if not isinstance(row, dict):
        raise ValuesRefused(f"{where}: expected a map of fields")
    missing, unknown = required - row.keys(), row.keys() - required - optional
    if missing or unknown:
        raise ValuesRefused(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    empty = [name for name, value in row.items() if value in ("", [], {})]
    if empty:
        raise ValuesRefused(f"{where}: {empty} left empty")


def _texts(where: str, row: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if not isinstance(row[name], str):
            raise ValuesRefused(f"{where}: {name} is no text")


def _status(where: str, text: str) -> Any:
    if text not in STATUSES:
        raise ValuesRefused(f"{where}: status {text!r} is none of {sorted(STATUSES)}")
    return text


def _day(where: str, text: Any) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValuesRefused(f"{where}: {text!r} is no day (YYYY-MM-DD)") from None
    if day.isoformat() != text:
        raise ValuesRefused(f"{where}: {text!r} is no day (YYYY-MM-DD)")
    return day


def _value(where: str, unit: str, given: Any) -> Value:
    """A value in its unit: whole numbers, a fraction such as 2/3, or a list of terms."""
    match unit, given:
        case ("terms", list()) if all(isinstance(g, str) and TERM.fullmatch(g) for g in given):
            return tuple(given)
        case ("months", list()) if all(isinstance(g, str) and MONTH.fullmatch(g) for g in given):
            return tuple(given)
        case ("fraction", str()) if found := FRACTION.fullmatch(given):
            return Fraction(int(found[1]), int(found[2]))
        case ("fen" | "percent" | "days" | "times", str()) if INTEGER.fullmatch(given):
            return int(given)
        case _:
            raise ValuesRefused(f"{where}: {given!r} is no value in {unit}")
