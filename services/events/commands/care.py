"""What may be asked about health checks (体检) and volunteer service (志愿服务)."""

from typing import Annotated

from pydantic import Field

from shared.contract.values import (
    BusinessDate,
    Count,
    Payer,
    PersonId,
    Population,
    PositiveCount,
    Slug,
    Title,
)
from shared.decider.command import Sourced


class ArrangeHealthCheck(Sourced):
    """Arrange a health check for a population; `procurement_id` is how it was bought."""

    check_id: Slug
    provider: Title
    population: Population
    people_due: PositiveCount
    payer: Payer
    procurement_id: Slug | None = None
    arranged_on: BusinessDate


class ReportHealthCheck(Sourced):
    """Record how many were examined and re-examined: counts, never a result."""

    check_id: Slug
    examined: Count
    reexaminations: Count
    reported_on: BusinessDate


class RecordVolunteerService(Sourced):
    """Record that a person served as a volunteer for so many days from a date on."""

    person_id: PersonId
    service: Slug
    place: Title
    days: Annotated[int, Field(strict=True, ge=1, le=366)]
    served_from_on: BusinessDate
