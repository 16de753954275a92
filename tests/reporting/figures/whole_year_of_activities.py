"""The part of the whole year that the events service records: what people attended, and the office.

Each function is a list of events that some figure counts.
"""

from shared.contract.envelope import DomainEvent
from tests.examples.events import (
    activity_cancelled,
    activity_held,
    attendance_recorded,
    award_granted,
    congress_held,
    contest_entered,
    health_check_arranged,
    health_check_reported,
    incident_reported,
    issue_raised,
    issue_resolved,
    meeting_convened,
    participant_registered,
    period_attested,
    plan_item_done,
    plan_item_set,
    regulation_adopted,
    resolution_passed,
    volunteer_service_recorded,
)
from tests.reporting.year import person


def gatherings() -> list[DomainEvent]:
    """Activities and meetings."""
    return [*activities(), *contest(), *meetings()]


def office() -> list[DomainEvent]:
    """Health, safety, and the plan."""
    return [*care(), *safety(), *plan()]


def activities() -> list[DomainEvent]:
    """Two matchmakings (three sessions), two of culture; one cancelled; 4 came forward, 2 came."""
    matchmaking = {"occurred_on": "2022-06-01", "activity_id": "m"}
    return [
        *(
            activity_held(
                occurred_on="2022-06-01",
                activity_id=activity,
                kind=kind,
                organiser=organiser,
                session=session,
                headcount=10 * session if activity == "m" else None,
                cost_fen=500 if activity == "d" else None,
            )
            for activity, kind, organiser, session in (
                ("m", "matchmaking", "city_union", 1),
                ("m", "matchmaking", "city_union", 2),
                ("o", "matchmaking", "own", 1),
                ("c", "culture", "city_union", 1),
                ("d", "culture", "own", 1),
                ("w", "contest", "own", 1),
            )
        ),
        activity_cancelled(occurred_on="2022-06-02", activity_id="x"),
        *(participant_registered(**matchmaking, person_id=person(n)) for n in range(4)),
        *(
            attendance_recorded(**matchmaking, person_id=person(n), session=session)
            for n, session in ((1, 1), (1, 2), (2, 1))
        ),
    ]


def contest() -> list[DomainEvent]:
    """Two works by four people; the first prize went to three."""
    works = {"e1": (person(1), person(2), person(3)), "e2": (person(4),)}
    return [
        *(
            contest_entered(activity_id="w", entry_id=entry, person_ids=people)
            for entry, people in works.items()
        ),
        award_granted(
            occurred_on="2022-03-12", activity_id="w", entry_id="e1", recipients=3, value_fen=9000
        ),
    ]


def meetings() -> list[DomainEvent]:
    """Two staff congresses and one of members; a resolution; one regulation new, two revised."""
    return [
        meeting_convened(
            occurred_on="2022-03-01", meeting_id="j1", title="教代会", convened_for="2022-03-20"
        ),
        congress_held(occurred_on="2022-03-20", meeting_id="j1", delegates_present=50),
        congress_held(occurred_on="2022-11-20", meeting_id="j2", delegates_present=52),
        congress_held(
            occurred_on="2022-12-20", meeting_id="h1", kind="members_congress", delegates_present=55
        ),
        resolution_passed(occurred_on="2022-03-20", meeting_id="j1", resolution_id="r"),
        *(
            regulation_adopted(
                occurred_on="2022-04-01", regulation_id=r, action=action, meeting_id=None
            )
            for r, action in (("a", "adopted"), ("b", "revised"), ("c", "revised"))
        ),
    ]


def care() -> list[DomainEvent]:
    """A health check: 9 due, 8 examined, 2 again; one volunteer, twice."""
    return [
        health_check_arranged(occurred_on="2022-08-01", check_id="k", people_due=9),
        health_check_reported(occurred_on="2022-09-01", check_id="k", examined=8, reexaminations=2),
        *(
            volunteer_service_recorded(
                occurred_on="2022-02-01", person_id=person(1), service=service, days=days
            )
            for service, days in (("a", 5), ("b", 6))
        ),
    ]


def safety() -> list[DomainEvent]:
    """Attestations of 3, 2 and 1 months without an incident, one month with one; 6 incidents."""
    months = [
        *(("safety", month) for month in (1, 2, 12)),
        *(("public_opinion", month) for month in (1, 2)),
        ("epidemic_control", 1),
    ]
    return [
        *(
            period_attested(occurred_on="2023-01-05", subject=subject, month=f"2022-{month:02d}")
            for subject, month in months
        ),
        period_attested(occurred_on="2022-04-01", month="2022-03", incidents=1),
        period_attested(occurred_on="2022-04-01", month="2022-03", subject="unstated"),
        *(
            incident_reported(
                occurred_on="2022-03-03", incident_id=f"{subject[:3]}-{n}", subject=subject
            )
            for subject, count in (("safety", 1), ("public_opinion", 2), ("epidemic_control", 3))
            for n in range(count)
        ),
    ]


def plan() -> list[DomainEvent]:
    """Of two plan items one is done; of three issues one is solved in the year, one after it."""
    return [
        *(plan_item_set(occurred_on="2022-01-01", item_id=i, plan_year=2022) for i in "ab"),
        plan_item_done(occurred_on="2022-12-01", item_id="a"),
        *(issue_raised(occurred_on="2022-11-30", issue_id=i) for i in "abc"),
        issue_resolved(occurred_on="2022-12-30", issue_id="a"),
        issue_resolved(occurred_on="2023-01-30", issue_id="b"),
    ]
