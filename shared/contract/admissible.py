"""What may be said anew, beyond the shape of its type: at the door, never of what stands.

A published type is never narrowed, so whatever a log holds is read as ever. A command's body, and a
record before it enters the journal, must hold more: each key once (RFC 8259 §4: which of two counts
is everybody's own choice), no character that hides in a line, no number by which a person is known,
no date that is a slip of the hand. Raises ContractViolation with the reason.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent
from shared.contract.instants import read_instant
from shared.errors import ContractViolation

FIRST_YEAR = 1900
"""No fact of a union is older; 0022 is 2022 with a key not pressed."""

AHEAD_YEARS = 1
"""A fact lies in next year at the latest, seen from when it is recorded."""

PLAN_AHEAD_YEARS = 10
"""So far ahead something is planned, insured or due; 2099 means "never" in office files."""

PLANNED = frozenset(
    {"planned_for", "convened_for", "due_on", "ends_on", "notice_to", "plan_year", "budget_year"}
)
"""Fields that say what is to come; every other date is of a fact."""

YEARS = ("month", "school_year", "plan_year", "budget_year")
"""Fields that begin with a year and are no date."""

NOT_PLAIN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""Controls, ends of lines, marks that turn the direction, what is not seen, half characters."""

PERSONAL_NUMBER = re.compile(
    r"(?<![0-9A-Fa-f])(?:"
    r"(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # a mobile telephone
    r"|[0-9]{17}[0-9Xx]"  # 居民身份证 (GB 11643)
    r"|[0-9]{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"  # the one of 15 digits
    r"|(?P<card>[0-9]{16,17}|[0-9]{19})"  # a bank card (ISO/IEC 7812), by its check digit
    r")(?![0-9A-Fa-fXx])"
)
"""Numbers of people, where they stand apart from other digits and from hexadecimal ones."""

YEAR = re.compile(r"[0-9]{4}")
CIVIL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

HASH = re.compile(rb'"[0-9a-f]{64}"')
KEY_END = re.compile(rb'"\s*:')
YEAR_OF_DATE = re.compile(rb'"([0-9]{4})-[0-9]{2}-[0-9]{2}"')
LOOKED_INTO = re.compile(rb"[0-9](?:[0-9]{10}|[- ][0-9]{4}[- ]?[0-9]{4})")
"""Bytes that may be a number of a person."""

SAY_YEARS = (b'_year"', b'"month"')
"""Keys of years that no date says."""

MOBILE_DIGITS = 11
"""The shortest number of a person."""

NO_NUMBER_CHECKED = frozenset({"employee_no", "employee_nos"})
"""The unit's own number of a person: no event bears it, and it is stored encrypted."""


def unambiguous(text: bytes) -> Any:
    """The JSON in `text`. Raises ContractViolation: duplicate-key, not-json."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as why:
        raise ContractViolation("not-json", str(why)[:200]) from why


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ContractViolation("duplicate-key", f"{twice[:40]!r} stands twice in one object")
    return found


def check_texts(said: Any, at: str = "") -> None:
    """Raise ContractViolation for a text within `said` that is not plain, or a number of a person:
    text-not-plain, personal-number. `at` is where it stands, as a JSON pointer."""
    if isinstance(said, str):
        check_text(said, at)
    elif isinstance(said, dict):
        for name, value in said.items():
            if name in NO_NUMBER_CHECKED:
                continue
            check_texts(value, f"{at}/{name}")
    elif isinstance(said, list):
        for number, value in enumerate(said):
            check_texts(value, f"{at}/{number}")


def check_text(text: str, at: str) -> None:
    """As `check_texts`, of one text."""
    hidden = NOT_PLAIN.search(text)
    if hidden:
        found = f"U+{ord(hidden[0]):04X}"
        raise ContractViolation("text-not-plain", f"{at} holds {found}, which nobody would see")
    if names_a_person(text):
        # The number itself is never repeated: a detail stands in logs and in quarantine.
        raise ContractViolation(
            "personal-number", f"{at} holds what looks like a number of a person"
        )


def names_a_person(text: str) -> bool:
    """Whether a text holds a number by which a person is known."""
    return len(text) >= MOBILE_DIGITS and any(map(_of_a_person, PERSONAL_NUMBER.finditer(text)))


def _of_a_person(found: re.Match[str]) -> bool:
    """Any but a long number that fails the check digit of cards (ISO/IEC 7812-1 annex B)."""
    card = found["card"]
    if card is None:
        return True
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in card[-2::-2])
    return (sum(doubled) + sum(map(int, card[::-2]))) % 10 == 0


def check_dates(said: Any, this_year: int, at: str = "", name: str = "") -> None:
    """Raise ContractViolation `date-out-of-range` for a date or a year within a command."""
    if isinstance(said, dict):
        for each, value in said.items():
            check_dates(value, this_year, f"{at}/{each}", each)
    elif isinstance(said, list):
        for number, value in enumerate(said):
            check_dates(value, this_year, f"{at}/{number}", name)
    elif isinstance(said, str):
        if CIVIL_DATE.fullmatch(said) or (name in YEARS and YEAR.match(said)):
            _check_year(int(said[:4]), this_year + _ahead(name), at)
    elif name in PLANNED and type(said) is int:
        _check_year(said, this_year + PLAN_AHEAD_YEARS, at)


def check_event(type_name: str, event: DomainEvent, recorded_in: int) -> None:
    """Raise ContractViolation `date-out-of-range` for a date of an event, recorded in that year."""
    for field in DATED[type_name]:
        value = field.value(event)
        if value is not None:
            year = value.year if isinstance(value, date) else int(str(value)[:4])
            _check_year(year, recorded_in + field.ahead, f"/{field.name}")


def plausible(type_name: str, event: DomainEvent, recorded_in: int) -> bool:
    """Whether `check_event` passes; of most types at the price of two comparisons."""
    last, paper = recorded_in + AHEAD_YEARS, event.source_recorded_on
    if not FIRST_YEAR <= event.occurred_on.year <= last:
        return False
    if paper is not None and not FIRST_YEAR <= paper.year <= last:
        return False
    return type_name not in MORE_DATES or _holds(type_name, event, recorded_in)


def check_command(body: bytes, command: BaseModel, this_year: int) -> None:
    """Raise ContractViolation for a command's body: duplicate-key, text-not-plain, personal-number,
    date-out-of-range. `command` is what its model made of it."""
    if not _evidently_fit(body, command, this_year):
        said = unambiguous(body)
        check_texts(said)
        check_dates(said, this_year)


def _evidently_fit(body: bytes, command: BaseModel, this_year: int) -> bool:
    """Whether a look at the bytes is enough, as it mostly is: at a tenth of what reading costs.

    Without escapes no text holds a quote, so each key and nothing else ends in a quote and a colon.
    """
    if b"\\" in body or b"\x7f" in body or any(key in body for key in SAY_YEARS):
        return False
    if LOOKED_INTO.search(HASH.sub(b"", body) if b"sha256" in body else body):
        return False
    if len(KEY_END.findall(body)) != _keys(command):
        return False
    if not body.isascii() and NOT_PLAIN.search(body.decode()):
        return False
    last = b"%d" % (this_year + AHEAD_YEARS)
    return all(b"1900" <= year <= last for year in YEAR_OF_DATE.findall(body))


def _keys(said: BaseModel) -> int:
    """How many keys a model was made of, at any depth."""
    keys = len(said.model_fields_set)
    for value in said.__dict__.values():
        if type(value) is tuple and value and isinstance(value[0], BaseModel):
            keys += sum(map(_keys, value))
        elif isinstance(value, BaseModel):
            keys += _keys(value)
    return keys


def check_recorded(recorded_at: datetime, this_year: int) -> None:
    """Raise ContractViolation `date-out-of-range` for an instant of recording that is none."""
    _check_year(recorded_at.year, this_year + AHEAD_YEARS, "time")


def check_stranger(document: bytes, data: bytes) -> None:
    """What of a document is not ours to have written: each key once, plain texts, RFC 3339.

    `data` is its data as JSON, which may stand in it in base64. Raises ContractViolation:
    duplicate-key, text-not-plain, personal-number, leap-second, not-an-instant.
    """
    attributes = unambiguous(document)
    attributes.pop("data", None)
    attributes.pop("data_base64", None)
    check_texts(attributes)
    read_instant(attributes["time"])
    check_texts(unambiguous(data), "/data")


def _holds(type_name: str, event: DomainEvent, recorded_in: int) -> bool:
    try:
        check_event(type_name, event, recorded_in)
    except ContractViolation:
        return False
    return True


def _ahead(name: str) -> int:
    return PLAN_AHEAD_YEARS if name in PLANNED else AHEAD_YEARS


def _check_year(year: int, last: int, at: str) -> None:
    if not FIRST_YEAR <= year <= last:
        detail = f"{at} is of the year {year:04d}, which is not from {FIRST_YEAR} to {last}"
        raise ContractViolation("date-out-of-range", detail)


class Dated(NamedTuple):
    """A field that says a day, a month or a year, and how many years ahead it may lie."""

    name: str
    value: Callable[[Any], Any]
    ahead: int


def _dated(model: type[BaseModel]) -> Iterator[Dated]:
    for name, info in model.model_fields.items():
        kinds = (info.annotation, *get_args(info.annotation))
        if any(kind is date or date in get_args(kind) for kind in kinds) or name in YEARS:
            yield Dated(name, attrgetter(name), _ahead(name))


DATED: dict[str, tuple[Dated, ...]] = {name: tuple(_dated(cls)) for name, cls in CATALOGUE.items()}
MORE_DATES = frozenset(
    name
    for name, fields in DATED.items()
    if any(field.name not in DomainEvent.model_fields for field in fields)
)
"""Types with dates besides those of every event."""
