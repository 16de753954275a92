"""A person's volunteer services (志愿服务): days, from a first one on."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.events.commands.care import RecordVolunteerService
from shared.contract.events import VolunteerServiceRecorded
from shared.decider.dates import not_in_future
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A person's services, each by its name and first day. None in its place: none recorded."""

    services: frozenset[tuple[str, date]]


def evolve(volunteer: Volunteer | None, event: VolunteerServiceRecorded) -> Volunteer:
    """The volunteer after one more service."""
    before = volunteer.services if volunteer else frozenset()
    return Volunteer(before | {(event.service, event.occurred_on)})


def record_volunteer_service(
    volunteer: Volunteer | None, command: RecordVolunteerService, org_id: str, today: date
) -> list[VolunteerServiceRecorded]:
    """Record a service once its last day has come. Refuses date-in-future, service-recorded."""
    not_in_future(today, command.served_from_on, command.source_recorded_on)
    not_in_future(today, command.served_from_on + timedelta(days=command.days - 1))
    served = (command.service, command.served_from_on)
    if volunteer is not None and served in volunteer.services:
        raise Conflict(
            "service-recorded",
            f"the service {command.service} from {command.served_from_on} is on record",
        )
    return [
        VolunteerServiceRecorded(
            org_id=org_id,
            occurred_on=command.served_from_on,
            source_recorded_on=command.source_recorded_on,
            person_id=command.person_id,
            service=command.service,
            place=command.place,
            days=command.days,
        )
    ]
