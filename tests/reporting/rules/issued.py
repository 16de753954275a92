"""Issued reports and their numbers, as a case gives them."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.rules.facts import Moved


class Case(Protocol):
    """What a row of a case is read with."""

    def event(self) -> UUID: ...
    def day(self, row: Mapping[str, str], name: str) -> date: ...


def issued(row: Mapping[str, str], case: Case) -> IssuedReport:
    """A year's report (`of`; where it is not said, of the year of issue), issued on the case's
    day."""
    issued_on = case.day(row, "on")
    year = int(row.get("of", issued_on.year))
    return IssuedReport(
        org_id="tjtc",
        report_id=row["id"],
        kind="annual",
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
        known_at=1,
        rules_version="",
        figures=(),
        files=(),
        narratives=(),
        signers=(),
        supersedes=None,
        issued_on=issued_on,
        issued_by="chair-1",
        issued=case.event(),
        issued_at=2,
    )


def moved(row: Mapping[str, str], case: Case) -> Moved:
    """A number that a report states, and that one event moved."""
    found = int(row["found"]) if "found" in row else None
    return Moved(row["report"], row["figure"], int(row["stated"]), found, (case.event(),))
