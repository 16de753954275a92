"""An incident in one of the attested subjects."""

from dataclasses import dataclass
from datetime import date

from services.events.commands.plans import ReportIncident
from shared.contract.events import AttestedSubject, IncidentReported
from shared.decider.dates import not_in_future
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that was reported."""

    subject: AttestedSubject
    happened_on: date


def evolve(_incident: Incident | None, event: IncidentReported) -> Incident:
    """The incident after its only event."""
    return Incident(event.subject, event.occurred_on)


def report_incident(
    incident: Incident | None, command: ReportIncident, org_id: str, today: date
) -> list[IncidentReported]:
    """Report an incident, also of a month attested before: a late fact is accepted, and reporting
    shows that the attestation no longer agrees. Refuses date-in-future, incident-exists."""
    not_in_future(today, command.happened_on, command.source_recorded_on)
    if incident is not None:
        raise Conflict("incident-exists", f"the incident {command.incident_id} was reported before")
    return [
        IncidentReported(
            org_id=org_id,
            occurred_on=command.happened_on,
            source_recorded_on=command.source_recorded_on,
            incident_id=command.incident_id,
            subject=command.subject,
        )
    ]
