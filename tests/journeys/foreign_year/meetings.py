"""The office's system: meetings, regulations, and what else the report tells."""

from datetime import date

from tests.journeys.foreign_year.activities import Office
from tests.journeys.foreign_year.people import Personnel

KINDS = ("staff_congress", "members_congress", "committee", "audit_committee")
SUBJECTS = ("safety", "public_opinion", "epidemic_control")
DAY = date(2022, 6, 6)


def meetings(office: Office) -> None:
    """Two meetings of each kind, one of them not held; resolutions of each that was."""
    for place, kind in enumerate(KINDS):
        for number in range(3):
            name = f"{kind.replace('_', '-')}-{number}"
            day = date(2022, place + 3, 20 + number)
            office.book.say(
                "events.MeetingConvened",
                f"meeting-{name}",
                date(2022, 1, 10),
                meeting_id=name,
                kind=kind,
                title="会议",
                convened_for=day.isoformat(),
                delegates_due=60,
            )
            office.count.add("meetings_convened")
            if number < 2:
                held(office, name, kind, day, 50 + number)
                for resolution in range(place + 1):
                    resolve(office, name, kind, day, f"r-{resolution}")
    # Held without being called here, at both ends of the year and beyond.
    for name, day in (
        ("first", date(2022, 1, 1)),
        ("last", date(2022, 12, 31)),
        ("before", date(2021, 12, 31)),
        ("after", date(2023, 1, 1)),
    ):
        held(office, name, "staff_congress", day, 41)
        resolve(office, name, "staff_congress", day, "r-1")
    wrong = held(office, "wrong", "members_congress", DAY, 30, counted=False)
    office.withdraw("meeting-wrong", DAY, wrong)


def held(
    office: Office, name: str, kind: str, on: date, present: int, *, counted: bool = True
) -> tuple[str, int]:
    """A meeting met."""
    if counted and on.year == 2022:
        office.count.add("meetings_held")
        if kind == "staff_congress":
            office.count.add("staff_congress_sessions")
            office.count.add("staff_congress_delegates_present", present)
        if kind == "members_congress":
            office.count.add("members_congress_sessions")
    return office.book.say(
        "events.CongressHeld",
        f"meeting-{name}",
        on,
        meeting_id=name,
        kind=kind,
        school_year="2021-2022" if on < date(2022, 9, 1) else "2022-2023",
        delegates_due=60,
        delegates_present=present,
    )


def resolve(office: Office, name: str, kind: str, on: date, resolution: str) -> None:
    """A resolution passed."""
    if on.year == 2022:
        office.count.add("resolutions_passed")
        if kind == "staff_congress":
            office.count.add("staff_congress_resolutions")
    office.book.say(
        "events.ResolutionPassed",
        f"meeting-{name}",
        on,
        meeting_id=name,
        resolution_id=resolution,
        subject="议题",
        votes_for=40,
        votes_against=1,
        abstained=0,
    )


def regulations(office: Office) -> None:
    """Adopted and revised, one of them twice."""
    for name, action, day in (
        ("funds", "adopted", DAY),
        ("funds", "revised", date(2022, 9, 9)),
        ("gifts", "revised", date(2022, 12, 31)),
        ("old", "adopted", date(2021, 12, 31)),
    ):
        if day.year == 2022:
            office.count.add("regulations_adopted")
        office.book.say(
            "events.RegulationAdopted",
            f"regulation-{name}",
            day,
            regulation_id=name,
            title="管理办法",
            action=action,
        )


def health(office: Office) -> None:
    """A check that was reported twice, the second report saying the whole; and a smaller one."""
    for name, due, reports in (("2022", 2500, ((2000, 20), (2400, 31))), ("women", 40, ((38, 2),))):
        office.book.say(
            "events.HealthCheckArranged",
            f"check-{name}",
            date(2022, 9, 5),
            check_id=name,
            provider="天津市第四中心医院",
            population="staff",
            people_due=due,
            payer="administration",
        )
        office.count.add("health_check_due", due)
        for number, (examined, again) in enumerate(reports):
            office.book.say(
                "events.HealthCheckReported",
                f"check-{name}",
                date(2022, 10 + number, 20),
                check_id=name,
                examined=examined,
                reexaminations=again,
            )
        office.count.add("health_check_examined", reports[-1][0])
        office.count.add("health_check_reexaminations", reports[-1][1])


def volunteers(office: Office, personnel: Personnel) -> None:
    """People who served, some of them twice."""
    who = [person.id for person in personnel.people.values()][1500:1530]
    served = [(person, 3) for person in who] + [(person, 2) for person in who[:10]]
    for number, (person, days) in enumerate(served):
        office.book.say(
            "events.VolunteerServiceRecorded",
            f"volunteer-{person}",
            date(2022, number % 12 + 1, 9),
            person_id=person,
            service="epidemic-control",
            place="天津市津南区",
            days=days,
        )
        office.count.person(person, "volunteers")
        office.count.add("volunteer_days", days)


def attest(office: Office, month: int, on: date, incidents: int, **subject: str) -> tuple[str, int]:
    """A month is attested in a subject."""
    name = subject.get("subject", "unstated")
    return office.book.say(
        "events.PeriodAttested",
        f"attestation-{name}.2022-{month:02}",
        on,
        month=f"2022-{month:02}",
        incidents=incidents,
        **subject,
    )


def after(month: int) -> date:
    """The first day after a month of the year."""
    return date(2022 + month // 12, month % 12 + 1, 1)


def attestations(office: Office) -> None:
    """Free months, one with an incident, one contradicted, one attested too early."""
    count = office.count
    for place, subject in enumerate(SUBJECTS):
        for month in range(1, 11 - place):
            attest(office, month, after(month), 0, subject=subject)
            if not (subject == "safety" and month == 3):
                count.add("incident_free_months")
                count.add(f"incident_free_months_{subject}")
    attest(office, 11, after(11), 1, subject="safety")
    count.add("months_attested_with_incidents")
    attest(office, 11, date(2022, 11, 20), 0, subject="public_opinion")
    count.add("months_attested_early")
    attest(office, 5, after(5), 0)
    count.add("months_attested_unstated")
    for name, subject, day in (
        ("1", "safety", date(2022, 3, 3)),
        ("2", "safety", date(2022, 11, 3)),
        ("3", "public_opinion", date(2022, 12, 31)),
        ("4", "epidemic_control", date(2021, 12, 31)),
        ("6", "epidemic_control", date(2022, 12, 1)),
    ):
        incident(office, name, subject, day)
    entry = incident(office, "5", "safety", date(2022, 4, 4), counted=False)
    office.withdraw("incident-5", DAY, entry)


def incident(
    office: Office, name: str, subject: str, on: date, *, counted: bool = True
) -> tuple[str, int]:
    """An incident was reported."""
    if counted and on.year == 2022:
        office.count.add("incidents")
        office.count.add(f"incidents_{subject}")
    return office.book.say(
        "events.IncidentReported", f"incident-{name}", on, incident_id=name, subject=subject
    )


def plans(office: Office) -> None:
    """Items of this year's plan and of the next one, done or not."""
    for number in range(12):
        name, year = f"item-{number}", 2022 if number < 5 else 2023
        day = date(2021, 12, 20) if number < 3 else date(2022, 12, 20)
        office.book.say(
            "events.PlanItemSet",
            f"plan-{name}",
            day,
            item_id=name,
            plan_year=year,
            section="basics",
            title="规划事项",
        )
        office.count.add("plan_items_set", int(day.year == 2022))
        office.count.add("plan_items_of_year", int(year == 2022))
        if number in (0, 3, 7):
            office.book.say("events.PlanItemDone", f"plan-{name}", date(2022, 12, 24), item_id=name)
            office.count.add("plan_items_done")


def issues(office: Office) -> None:
    """Raised before the year, in it, after it; resolved in it, after it, never."""
    for number, (raised, resolved) in enumerate(
        (
            (date(2021, 5, 5), None),
            (date(2021, 5, 5), date(2022, 3, 3)),
            (date(2022, 5, 5), date(2022, 6, 6)),
            (date(2022, 5, 5), date(2023, 1, 1)),
            (date(2022, 12, 31), None),
            (date(2023, 1, 1), None),
        )
    ):
        name = f"issue-{number}"
        office.book.say("events.IssueRaised", name, raised, issue_id=str(number), title="问题")
        office.count.add("issues_raised", int(raised.year == 2022))
        if resolved:
            office.book.say("events.IssueResolved", name, resolved, issue_id=str(number))
            office.count.add("issues_resolved", int(resolved.year == 2022))
        open_at_end = raised.year < 2023 and (resolved is None or resolved.year > 2022)
        office.count.add("issues_open", int(open_at_end))
