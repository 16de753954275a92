"""Health checks and volunteer service, given-when-then."""

from datetime import date
from typing import Any

from services.events.commands.care import (
    ArrangeHealthCheck,
    RecordVolunteerService,
    ReportHealthCheck,
)
from services.events.domain import health_checks, volunteers
from services.events.domain.health_checks import arrange_health_check, report_health_check
from services.events.domain.volunteers import record_volunteer_service
from shared.contract.events import (
    VolunteerServiceRecorded,
)
from shared.testing.decider import Given, given
from tests.examples.events import (
    health_check_arranged,
    health_check_reported,
    volunteer_service_recorded,
)

ORG = "tjtc"
TODAY, DAY = date(2022, 12, 15), date(2022, 10, 10)
AFTER_TODAY = date(2022, 12, 16)

arranged = health_check_arranged(occurred_on=DAY, check_id="check-2022")
reported = health_check_reported(occurred_on=DAY, check_id="check-2022")


def served(on: date = DAY) -> VolunteerServiceRecorded:
    return volunteer_service_recorded(occurred_on=on, person_id="p-wang01")


def arrange(on: date = DAY) -> ArrangeHealthCheck:
    return ArrangeHealthCheck(
        check_id="check-2022",
        provider="天津市第四中心医院",
        population="staff",
        people_due=560,
        payer="administration",
        procurement_id="exam-2022",
        arranged_on=on,
    )


def report(examined: int = 541, again: int = 23, on: date = DAY) -> ReportHealthCheck:
    return ReportHealthCheck(
        check_id="check-2022", examined=examined, reexaminations=again, reported_on=on
    )


def serve(on: date = DAY) -> RecordVolunteerService:
    return RecordVolunteerService(
        person_id="p-wang01",
        service="epidemic-control",
        place="天津市津南区",
        days=12,
        served_from_on=on,
    )


def stream(*events: Any) -> Given:
    service = any(isinstance(event, VolunteerServiceRecorded) for event in events)
    return given(volunteers if service else health_checks, None, *events)


def test_a_health_check_is_arranged() -> None:
    stream().when(arrange_health_check, arrange(), ORG, TODAY).then(arranged)


def test_a_health_check_is_arranged_once() -> None:
    stream(arranged).when(arrange_health_check, arrange(), ORG, TODAY).then_refused("check-exists")


def test_an_arrangement_is_not_dated_after_today() -> None:
    stream().when(arrange_health_check, arrange(AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_health_check_is_reported_in_counts() -> None:
    stream(arranged).when(report_health_check, report(), ORG, TODAY).then(reported)


def test_more_may_be_examined_than_were_due() -> None:
    outcome = stream(arranged).when(report_health_check, report(examined=561), ORG, TODAY)
    assert outcome.refusal is None


def test_only_an_arranged_check_is_reported() -> None:
    stream().when(report_health_check, report(), ORG, TODAY).then_refused("unknown-check")


def test_a_health_check_is_reported_once() -> None:
    stream(arranged, reported).when(report_health_check, report(), ORG, TODAY).then_refused(
        "check-reported"
    )


def test_no_more_are_reexamined_than_were_examined() -> None:
    stream(arranged).when(
        report_health_check, report(examined=10, again=11), ORG, TODAY
    ).then_refused("more-reexamined-than-examined")


def test_a_report_is_not_dated_after_today() -> None:
    stream(arranged).when(report_health_check, report(on=AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_volunteer_service_is_recorded() -> None:
    stream().when(record_volunteer_service, serve(), ORG, TODAY).then(served())


def test_the_same_service_is_recorded_once() -> None:
    stream(served()).when(record_volunteer_service, serve(), ORG, TODAY).then_refused(
        "service-recorded"
    )


def test_the_same_person_serves_again_later() -> None:
    again = date(2022, 11, 1)
    stream(served()).when(record_volunteer_service, serve(again), ORG, TODAY).then(served(again))


def test_a_service_is_recorded_once_its_last_day_has_come() -> None:
    stream().when(record_volunteer_service, serve(date(2022, 12, 5)), ORG, TODAY).then_refused(
        "date-in-future"
    )
    last_day_is_today = date(2022, 12, 4)
    stream().when(record_volunteer_service, serve(last_day_is_today), ORG, TODAY).then(
        served(last_day_is_today)
    )


def test_the_last_representable_day_is_refused_like_any_future_day() -> None:
    stream().when(record_volunteer_service, serve(date.max), ORG, TODAY).then_refused(
        "date-in-future"
    )
