"""A health check (体检): arranged, then reported as counts, never a result."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.events.commands.care import ArrangeHealthCheck, ReportHealthCheck
from shared.contract.events import HealthCheckArranged, HealthCheckReported
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid, Unknown


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A check that was arranged. None in its place: there is no such check."""

    reported: bool


def evolve(
    _check: HealthCheck | None, event: HealthCheckArranged | HealthCheckReported
) -> HealthCheck:
    """The check after one more event."""
    match event:
        case HealthCheckArranged():
            return HealthCheck(reported=False)
        case HealthCheckReported():
            return HealthCheck(reported=True)
        case _:
            assert_never(event)


def arrange_health_check(
    check: HealthCheck | None, command: ArrangeHealthCheck, org_id: str, today: date
) -> list[HealthCheckArranged]:
    """Arrange a check. Who should pay is judged by reporting's rules (WEL-16).

    Refuses date-in-future, check-exists.
    """
    not_in_future(today, command.arranged_on, command.source_recorded_on)
    if check is not None:
        raise Conflict("check-exists", f"the health check {command.check_id} was arranged before")
    return [
        HealthCheckArranged(
            org_id=org_id,
            occurred_on=command.arranged_on,
            source_recorded_on=command.source_recorded_on,
            check_id=command.check_id,
            provider=command.provider,
            population=command.population,
            people_due=command.people_due,
            payer=command.payer,
            procurement_id=command.procurement_id,
        )
    ]


def report_health_check(
    check: HealthCheck | None, command: ReportHealthCheck, org_id: str, today: date
) -> list[HealthCheckReported]:
    """Record a check's counts, once.

    Refuses date-in-future, more-reexamined-than-examined, unknown-check, check-reported.
    """
    not_in_future(today, command.reported_on, command.source_recorded_on)
    if command.reexaminations > command.examined:
        raise Invalid(
            "more-reexamined-than-examined",
            f"{command.reexaminations} re-examinations of {command.examined} examined",
        )
    if check is None:
        raise Unknown("unknown-check", f"no health check {command.check_id} was arranged")
    if check.reported:
        raise Conflict("check-reported", f"the health check {command.check_id} was reported before")
    return [
        HealthCheckReported(
            org_id=org_id,
            occurred_on=command.reported_on,
            source_recorded_on=command.source_recorded_on,
            check_id=command.check_id,
            examined=command.examined,
            reexaminations=command.reexaminations,
        )
    ]
