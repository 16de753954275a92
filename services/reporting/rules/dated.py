"""Dated values of rules: what holds on which day, and how well that is confirmed.

A value holds from `effective_from` to `effective_to` and not a day longer. Where nothing is known
for a stretch, an UNKNOWN entry says so for that stretch.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

Status = Literal["CONF-P", "CONF-S", "CONF-D", "KNOW", "UNKNOWN"]
"""How well a value is confirmed: primary text read · public page · digest · from knowledge · not
found."""

CONFIRMED: frozenset[str] = frozenset({"CONF-P", "CONF-S", "CONF-D"})
STATUSES: frozenset[str] = CONFIRMED | {"KNOW", "UNKNOWN"}
EVERYWHERE: frozenset[str] = frozenset({"national", "practice", "identity"})
"""Whose rules bind every union. `practice` is what auditors ask for everywhere (审计口径), an
`identity` is arithmetic and cites no law."""

Place = Literal["tianjin", "anhui", "shandong", "zhejiang"]
PLACES: Mapping[str, str] = {
    "tianjin": "天津",
    "anhui": "安徽",
    "shandong": "山东",
    "zhejiang": "浙江",
}
"""Whose rules bind the unions of a place alone; each with its Chinese name."""

HOME: Place = "tianjin"
"""The place that `entries` of a values file are written for; others stand under `elsewhere`."""

JURISDICTIONS: frozenset[str] = EVERYWHERE | PLACES.keys()
UNITS: frozenset[str] = frozenset(
    {"fen", "percent", "days", "times", "fraction", "months", "terms"}
)

Value = int | Fraction | tuple[str, ...]


class Instrument(NamedTuple):
    """A legal instrument of the register: what a clause is quoted from, and while it is in force.

    Dates are the earliest and latest days a value may cite it; `read` is the text or page that it
    was read in; `replaced_by` is the key of the instrument that took its place.
    """

    key: str
    title: str
    number: str | None
    effective_from: date | None
    effective_to: date | None
    status: Status
    read: str | None = None
    replaced_by: str | None = None

    def in_force_on(self, day: date) -> bool:
        """Whether a value may cite it on a civil day."""
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)


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

    def known_in(self, place: str) -> bool:
        """Whether a verdict in a place may fail on it: it has a value, and binds there."""
        return self.value is not None and self.jurisdiction in EVERYWHERE | {place}

    def firm_in(self, place: str) -> bool:
        """Whether a verdict in a place may pass on it: known there, by something that was read."""
        return self.known_in(place) and self.status in CONFIRMED

    def meets(self, first: date, last: date) -> bool:
        """Whether it was in force on any day of FROM..TO."""
        begins, ends = self.effective_from or date.min, self.effective_to or date.max
        return begins <= last and first <= ends


class Parameter(NamedTuple):
    """One value of a rule through time: what it means, its unit, its dated entries in order.
    `elsewhere` are the entries of other places, where they were found."""

    name: str
    title: str
    unit: str
    entries: tuple[InForce, ...]
    elsewhere: Mapping[str, tuple[InForce, ...]] = MappingProxyType({})

    def under(self, place: str) -> "Parameter":
        """The value as it binds in a place: what binds in another alone is UNKNOWN there."""
        given = self.elsewhere.get(place, self.entries)
        binding = EVERYWHERE | {place}
        return self._replace(
            entries=tuple(e if e.jurisdiction in binding else _unread(e, place) for e in given)
        )

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


def _unread(entry: InForce, place: str) -> InForce:
    return entry._replace(
        value=None,
        status="UNKNOWN",
        jurisdiction=place,
        instrument="LOCAL-UNREAD",
        clause=f"{PLACES[place]}的有关规定未查到",
        source="no public text or page found",
    )


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

    def under(self, place: str) -> "RuleValues":
        """The values as they bind in a place."""
        return self._replace(
            parameters={name: each.under(place) for name, each in self.parameters.items()}
        )
