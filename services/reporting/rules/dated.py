"""Dated values of rules: what holds on which day, and how well that is confirmed.

A value holds from `effective_from` to `effective_to` and not a day longer. Where nothing is known
for a stretch, an UNKNOWN entry says so for that stretch.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

Status = Literal["CONF-P", "CONF-S", "CONF-D", "KNOW", "UNKNOWN"]
"""How well a value is confirmed: primary text read · public page · digest · from knowledge · not
found."""

CONFIRMED: frozenset[str] = frozenset({"CONF-P", "CONF-S", "CONF-D"})
STATUSES: frozenset[str] = CONFIRMED | {"KNOW", "UNKNOWN"}
BINDING: frozenset[str] = frozenset({"national", "tianjin", "practice"})
"""Whose rules bind a union in Tianjin. `practice` is what auditors ask for everywhere (审计口径);
values of other provinces stand in the files to compare with, and decide nothing."""

JURISDICTIONS: frozenset[str] = BINDING | {"anhui"}
UNITS: frozenset[str] = frozenset(
    {"fen", "percent", "days", "times", "fraction", "months", "terms"}
)

Value = int | Fraction | tuple[str, ...]


class Instrument(NamedTuple):
    """A legal instrument of the register: what a clause is quoted from, and while it is in force.

    Dates are the earliest and latest days a value may cite it; `read` is the text or page that it
    was read in.
    """

    key: str
    title: str
    number: str | None
    effective_from: date | None
    effective_to: date | None
    status: Status
    read: str | None = None


class InForce(NamedTuple):
    """One dated value as it stood on a day; `value` is None where it is UNKNOWN."""

    name: str
    value: Value | None
    status: Status
    effective_from: date | None
    effective_to: date | None
    jurisdiction: str
    instrument: str
    clause: str
    source: str

    @property
    def firm(self) -> bool:
        """Whether a verdict may pass on it: confirmed by something read, and binding here."""
        return self.status in CONFIRMED and self.jurisdiction in BINDING


class Parameter(NamedTuple):
    """One value of a rule through time: what it means, its unit, its dated entries in order."""

    name: str
    title: str
    unit: str
    entries: tuple[InForce, ...]

    def on(self, day: date) -> InForce | None:
        """The entry in force on a civil day; None before the first: the rule did not exist yet."""
        for entry in reversed(self.entries):
            if entry.effective_from is None or entry.effective_from <= day:
                return entry
        return None

    def last_known(self, day: date) -> InForce | None:
        """The latest entry begun by `day` that has a value: to be named, never to be applied."""
        for entry in reversed(self.entries):
            if entry.value is not None and (entry.effective_from or date.min) <= day:
                return entry
        return None


class RuleValues(NamedTuple):
    """The values file of one rule: its titles, and its parameters by name."""

    rule: str
    zh: str
    en: str
    parameters: Mapping[str, Parameter]

    def on(self, name: str, day: date) -> InForce | None:
        """The entry of a parameter in force on a day."""
        return self.parameters[name].on(day)

    def last_known(self, name: str, day: date) -> InForce | None:
        """The latest value of a parameter known before a day."""
        return self.parameters[name].last_known(day)
