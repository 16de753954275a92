"""Cases of rules as a union accountant writes them, turned into facts.

A case has a name, `as_of` (the business date of every fact that bears no date of its own), what is
`given`, and `then` what each rule must say of which subject. Money is in yuan, written as text.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.reporting.rules.facts import Facts
from services.reporting.rules.plain_yaml import read_yaml
from tests.reporting.rules.given import Given

EVENTS_MAX = 20_000
"""How many things a file of cases may hold: no stranger writes one."""
FOLDER = Path(__file__).parents[2] / "rules"


class Case(NamedTuple):
    """One case of one rule."""

    rule: str
    name: str
    as_of: date
    facts: Facts
    then: list[dict[str, Any]]


def read_cases(file: Path) -> list[Case]:
    """The cases of one rule's file."""
    rows = read_yaml(file.read_text(encoding="utf-8"), EVENTS_MAX)
    cases = []
    for row in rows:
        assert row.keys() == {"name", "as_of", "given", "then"}, row
        as_of = date.fromisoformat(row["as_of"])
        facts = Given(as_of, row["given"]).facts()
        cases.append(Case(file.stem, row["name"], as_of, facts, row["then"]))
    return cases


CASES: list[Case] = [case for file in sorted(FOLDER.glob("*.yaml")) for case in read_cases(file)]
