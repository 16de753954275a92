"""Health checks (体检) and volunteer service (志愿服务): counts and days, never a result.

Two aggregates: a check's stream holds HealthCheck events, a person's holds their services.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from services.events.commands.care import (
    ArrangeHealthCheck,
    RecordVolunteerService,
    ReportHealthCheck,
)
from services.events.domain.dates import require_happened
from shared.contract.events import (
    HealthCheckArranged,
    HealthCheckReported,
    VolunteerServiceRecorded,
)
from shared.errors import Conflict, Invalid, Unknown

CareEvent = HealthCheckArranged | HealthCheckReported | VolunteerServiceRecorded


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A check that was arranged. None in its place: there is no such check."""

    reported: bool


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A person's services, each by its name and first day. None in its place: none recorded."""

    services: frozenset[tuple[str, date]]


def evolve(
    state: HealthCheck | Volunteer | None, event: CareEvent
) -> HealthCheck | Volunteer | None:
    """The check, or the volunteer, after one more event of their stream."""
    match event:
        case HealthCheckArranged():
            return HealthCheck(reported=False)
        case HealthCheckReported():
            return HealthCheck(reported=True)
        case VolunteerServiceRecorded():
            before = state.services if isinstance(state, Volunteer) else frozenset()
            return Volunteer(before | {(event.service, event.occurred_on)})
        case _:
            assert_never(event)


def arrange_health_check(
    check: HealthCheck | None, command: ArrangeHealthCheck, org_id: str, today: date
) -> list[HealthCheckArranged]:
    """Arrange a check. Who should pay is judged by reporting's rules (WEL-16).

    Refuses check-exists, date-in-future.
    """
    if check is not None:
        raise Conflict("check-exists", f"the health check {command.check_id} was arranged before")
    require_happened(command.arranged_on, today)
    return [
        HealthCheckArranged(
            org_id=org_id,
            occurred_on=command.arranged_on,
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

    Refuses unknown-check, check-reported, more-reexamined-than-examined, date-in-future.
    """
    if check is None:
        raise Unknown("unknown-check", f"no health check {command.check_id} was arranged")
    if check.reported:
        raise Conflict("check-reported", f"the health check {command.check_id} was reported before")
    if command.reexaminations > command.examined:
        raise Invalid(
            "more-reexamined-than-examined",
            f"{command.reexaminations} re-examinations of {command.examined} examined",
        )
    require_happened(command.reported_on, today)
    return [
        HealthCheckReported(
            org_id=org_id,
            occurred_on=command.reported_on,
            check_id=command.check_id,
            examined=command.examined,
            reexaminations=command.reexaminations,
        )
    ]


def record_volunteer_service(
    volunteer: Volunteer | None, command: RecordVolunteerService, org_id: str, today: date
) -> list[VolunteerServiceRecorded]:
    """Record a service once its last day has come. Refuses service-recorded, date-in-future."""
    served = (command.service, command.served_from_on)
    if volunteer is not None and served in volunteer.services:
        raise Conflict(
            "service-recorded",
            f"the service {command.service} from {command.served_from_on} is on record",
        )
    require_happened(command.served_from_on, today)
    require_happened(command.served_from_on + timedelta(days=command.days - 1), today)
    return [
        VolunteerServiceRecorded(
            org_id=org_id,
            occurred_on=command.served_from_on,
            person_id=command.person_id,
            service=command.service,
            place=command.place,
            days=command.days,
        )
    ]
