"""Narrowing a figure's list to the lines of which something holds beyond the list, as SQL on the
alias `l`: the deliveries, the frozen rosters and the register say it, as known at that log_index.

A line that nobody says it of is `unknown`: neither `yes` nor `no`.
"""

from typing import Literal, NamedTuple

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import OUTSIDE
from services.reporting.queries.beyond_the_list import GENDER, KEPT, SOURCE
from services.reporting.queries.referents import programme_of

Answer = Literal["yes", "no"]
Known = Literal["yes", "no", "unknown"]
Gender = Literal["female", "male", "unknown"]
Told = Literal["own", "outside"]

STREAM = "split_part(split_part(split_part(split_part(l.item, '@', 1), '!', 1), '#', 1), ':', 2)"
"""The stream that a line is of: every item names it (`figures/definition.py`)."""


def _delivery(at: str, holds: str) -> str:
    """The condition that the line is of a gift that stands, of which `holds` (on alias `d`)."""
    return f"""EXISTS (SELECT FROM {LIVE}.deliveries d WHERE d.org_id = l.org_id
        AND d.source = {SOURCE} AND d.stream = {STREAM} AND {known_at(at, "d")} AND {holds})"""


def _rosters(at: str, person: str = "") -> str:
    """The condition that the delivery's programme froze a roster; with this person on it."""
    return f"""EXISTS (SELECT FROM {LIVE}.roster o WHERE o.org_id = l.org_id
        AND o.programme_id = d.programme_id AND o.source = {programme_of("d", at)}
        AND {known_at(at, "o")} {person})"""


class Narrowing(NamedTuple):
    """What must hold of the lines shown; None asks nothing. `on_roster`: the person stands on the
    frozen roster of the gift's programme, whatever the event says of it. `signed`: the gift was
    signed for. `source`: our own contexts told the line, or an outside source."""

    on_roster: Known | None = None
    signed: Known | None = None
    assumed: Answer | None = None
    source: Told | None = None
    gender: Gender | None = None

    def condition(self, at: str) -> str:
        """The SQL condition; `at` is the parameter that holds the log_index (`$5`)."""
        told = {
            "on_roster": self._on_roster(at),
            "signed": self._signed(at),
            "assumed": {"yes": "l.assumed", "no": "NOT l.assumed"},
            "source": {"own": f"NOT l.{OUTSIDE}", "outside": f"l.{OUTSIDE}"},
            "gender": self._gender(at),
        }
        asked = [told[name][said] for name, said in self._asdict().items() if said is not None]
        return "".join(f" AND ({each})" for each in asked)

    @staticmethod
    def _on_roster(at: str) -> dict[str, str]:
        frozen = _rosters(at)
        theirs = _rosters(at, f"AND o.person_id = {KEPT.format(at=at)}")
        return {
            "yes": _delivery(at, theirs),
            "no": _delivery(at, f"{frozen} AND NOT {theirs}"),
            "unknown": f"NOT {_delivery(at, frozen)}",
        }

    @staticmethod
    def _signed(at: str) -> dict[str, str]:
        return {
            "yes": _delivery(at, "d.signed IS NOT NULL"),
            "no": _delivery(at, "d.signed IS NULL"),
            "unknown": f"NOT {_delivery(at, 'true')}",
        }

    @staticmethod
    def _gender(at: str) -> dict[str, str]:
        gender = GENDER.format(at=at)
        return {
            "female": f"{gender} = 'female'",
            "male": f"{gender} = 'male'",
            "unknown": f"{gender} IS NULL",
        }


EVERY = Narrowing()
"""All lines."""
