"""What cases give beside gifts, claims and money: what payments name, awards, staff, insurance."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from services.reporting.projections.activities import Activity
from services.reporting.projections.health_checks import HealthCheck
from services.reporting.projections.insured import Cover
from services.reporting.projections.unions import Union
from services.reporting.rules.facts import BySource, Referred
from tests.reporting.rules.stated import fen, known

ORG, OWN, MEMBERS, EVENTS = "tjtc", "/guildhall/benefits", "/guildhall/members", "/guildhall/events"


class Reader(Protocol):
    """Days and event ids of a case."""

    def event(self) -> UUID: ...
    def day(self, row: Mapping[str, str], name: str) -> date: ...
    def later(self, row: Mapping[str, str], name: str) -> date | None: ...


def referred(rows: list[dict[str, str]]) -> dict[str, BySource[Referred]]:
    """What payments name; a day is when it was decided."""
    found: dict[str, dict[str, Referred]] = defaultdict(dict)
    for row in rows:
        on = date.fromisoformat(row["on"]) if "on" in row else None
        found[row["name"]][row.get("source", OWN)] = Referred(row.get("of"), on)
    return dict(found)


def awarded(row: dict[str, str], case: Reader) -> Activity:
    """A contest of one session: thirty came, and awards were granted."""
    return Activity(
        ORG,
        row.get("id", "contest"),
        EVENTS,
        kind=row.get("kind", "contest"),
        organiser="own",
        planned=case.event(),
        sessions=int(row.get("sessions", "1")),
        attendances=int(row.get("attended", "30")),
        entries=int(row.get("entries", "0")),
        entrants=int(row.get("entrants", "0")),
        awards=1,
        award_recipients=int(row["winners"]),
        award_value_fen=fen(row["yuan"]) if "yuan" in row else 0,
        awarded_on=case.day(row, "on"),
        awarded=case.event(),
    )


def declared(row: dict[str, str], case: Reader) -> Union:
    """The staff that the union declared."""
    return Union(
        ORG,
        row.get("source", MEMBERS),
        staff_declared=int(row["staff"]),
        women_staff_declared=int(row["women"]),
        declared_on=case.day(row, "on"),
        declared=case.event(),
    )


def cover(row: dict[str, str], case: Reader) -> Cover:
    """A person insured as a member."""
    person = row["person"]
    return Cover(
        ORG,
        row.get("source", OWN),
        f"{ORG}/insured-dabing.{person}",
        "dabing",
        "serious_illness",
        person,
        row.get("capacity", "member"),
        case.day(row, "on"),
        case.event(),
        ended_on=case.later(row, "ended"),
    )


def health_check(row: dict[str, str], case: Reader) -> HealthCheck:
    """A health check, paid by the administration."""
    return HealthCheck(
        ORG,
        row.get("id", "check-1"),
        EVENTS,
        payer=known(row.get("payer", "administration")),
        arranged_on=case.day(row, "on"),
        arranged=case.event(),
    )
