"""What a rule may know: the rows of one union's projections, as they were known at a log_index.

Formulas are handed `Facts` and nothing else, so a verdict depends on facts and not on the order in
which they came.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from services.reporting.projections.books import BudgetLineVersion, Income, Payment
from services.reporting.projections.claims import Claim
from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.health_checks import HealthCheck
from services.reporting.projections.meetings import Meeting
from services.reporting.projections.procurements import Procurement
from services.reporting.projections.programmes import Programme
from services.reporting.projections.register import Registration

OWN_SOURCE = "/guildhall/"

UNION_MONEY: frozenset[str] = frozenset({"union_funds", "care_fund"})
"""Funds that are a union's own and no fiscal money (PRC-01)."""


NO_PROGRAMMES: Mapping[str, Programme] = MappingProxyType({})
NO_ROLL: Mapping[str, Registration] = MappingProxyType({})


class Facts(NamedTuple):
    """One union's facts. `known_on` is the civil day by which they were known; what should have
    happened by then and is not here did not happen, as far as anyone says.

    `records_since` is the first business day the union's records speak of: what lay before may
    simply not have been recorded.
    """

    org_id: str
    known_on: date
    records_since: date | None = None
    deliveries: tuple[Delivery, ...] = ()
    programmes: Mapping[str, Programme] = NO_PROGRAMMES
    roll: Mapping[str, Registration] = NO_ROLL
    claims: tuple[Claim, ...] = ()
    payments: tuple[Payment, ...] = ()
    incomes: tuple[Income, ...] = ()
    budget_lines: tuple[BudgetLineVersion, ...] = ()
    procurements: tuple[Procurement, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()


def named(kind: str, stream: str, source: str) -> str:
    """The subject `kind:id` of a stream `<org>/kind-id`; another source's is told apart by name.

    Sources and streams that differ never share a subject, whatever a stranger calls its streams.
    """
    name = stream.partition("/")[2]
    identity = name.removeprefix(f"{kind}-") if name.startswith(f"{kind}-") else f"/{name}"
    outside = "" if source.startswith(OWN_SOURCE) else f"@{source.rpartition('/')[2]}"
    return f"{kind}:{identity}{outside}"
