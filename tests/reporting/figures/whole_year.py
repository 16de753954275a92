"""One year in which every figure counts something."""

from services.reporting.figures.claims_and_insurance import CLAIMS
from shared.contract import benefits, events, members
from shared.contract.envelope import DomainEvent
from tests.reporting.history import History
from tests.reporting.year import (
    claim_paid,
    claim_reversed,
    closed,
    fact,
    gift,
    insured,
    joined,
    left,
    person,
    policy,
    retired,
    returned,
    staffed,
    transferred_out,
)


def whole_year() -> History:
    """All of it."""
    history = History()
    for part in (roll, holidays, other_gifts, support, money, gatherings, office):
        history(*part())
    return history


def roll() -> list[DomainEvent]:
    """Before the year 8 join; 3 come (one back), 5 go, one retires and stays; of 5 staff 1 goes."""
    return [
        *(joined(n, "2021-05-01") for n in range(1, 9)),
        joined(9, "2022-02-01"),
        joined(10, "2022-02-01", "transferred_in"),
        left(1, "2022-03-01"),
        joined(1, "2022-10-01", "rejoined", spell=2),
        transferred_out(2, "2022-03-01"),
        fact(members.MemberDied, "2022-04-01", person_id=person(3)),
        retired(4, "2022-06-30", retained=False),
        retired(5, "2022-06-30", retained=True),
        *(staffed(n, female=n < 4) for n in range(1, 6)),
        fact(members.StaffLeft, "2022-12-30", person_id=person(1), reason="resigned"),
        fact(members.StaffLeft, "2022-12-31", person_id=person(2), reason="resigned"),
    ]


def holidays() -> list[DomainEvent]:
    """Of each festival: 2 members with 3 portions, and a teacher who is no member."""
    happened: list[DomainEvent] = []
    for number, occasion in enumerate(sorted(HOLIDAY_NAMES), start=1):
        day = f"2022-{number:02d}-10"
        happened += [
            gift(occasion.replace("_", "-"), occasion, 1, day),
            gift(occasion.replace("_", "-"), occasion, 2, day, quantity=2),
            gift(occasion.replace("_", "-"), occasion, 20, day, capacity="staff"),
            gift(occasion.replace("_", "-"), occasion, 3, "2023-01-01"),
        ]
    return happened


HOLIDAY_NAMES = (
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
)


def other_gifts() -> list[DomainEvent]:
    """One, two, three … people for each other occasion; a cake twice; one gift returned."""
    many = {
        "front_line": 1,
        "summer_cooling": 2,
        "birthday": 3,
        "marriage": 4,
        "birth": 5,
        "retirement": 6,
        "womens_day": 7,
        "other": 8,
    }
    return [
        *(
            gift(o.replace("_", "-"), o, n, "2022-05-05")
            for o, people in many.items()
            for n in range(people)
        ),
        gift("birthday-again", "birthday", 1, "2022-06-06"),
        gift("undone", "marriage", 30, "2022-05-05"),
        returned("undone", 30, "2022-05-06"),
        closed("birthday", "birthday", "2022-12-01", [11, 12]),
        closed("old", "other", "2022-12-01", [11]),
        *(
            fact(cls, "2022-07-01", programme_id="s", occasion=occasion, quantity=quantity, **org)
            for cls, org in (
                (benefits.GiftApplied, {"to_org": "jt-group"}),
                (benefits.GiftReceived, {"from_org": "jt-group"}),
            )
            for occasion, quantity in (("summer_cooling", 80), ("new_year", 5))
        ),
    ]


def support() -> list[DomainEvent]:
    """Of each kind of claim 2 people, one of them twice, and one reversed; two policies."""
    happened: list[DomainEvent] = []
    for kind in CLAIMS:
        for n, who in enumerate((1, 2, 2, 3)):
            happened.append(claim_paid(f"{kind[:3]}-{n}", kind, who, "2022-05-01"))
        happened.append(claim_reversed(f"{kind[:3]}-3", kind, 3, "2022-05-09"))
    about = {"claim_id": "x", "kind": "hospital", "person_id": person(1)}
    happened += [
        fact(
            benefits.ClaimFiled,
            "2022-05-01",
            **about,
            capacity="member",
            case_id="c",
            asked_fen=5,
            happened_on="2022-05-01",
        ),
        fact(
            benefits.ClaimApproved,
            "2022-05-01",
            **about,
            approved_fen=5,
            decision_ref="d",
            filed_by="clerk-1",
        ),
        fact(benefits.ClaimRejected, "2022-05-01", **about, reason="too_late"),
        policy("i", "serious_illness", "2022-04-01", 3),
        policy("a", "ankang", "2022-04-01", 2),
        *(insured("i", "serious_illness", n, "2022-04-01") for n in (1, 2)),
        insured("i", "serious_illness", 3, "2022-04-01", "staff"),
        *(insured("a", "ankang", n, "2022-04-01", "staff") for n in (1, 2)),
    ]
    return happened


def money() -> list[DomainEvent]:
    """Income of 30 and 12 元; spending of 1, 2 and 4 元 by payer and fund; two procurements."""
    paid = {"requested_by": "clerk-1", "approved_by": "chair-1", "budget_line": "other"}
    bought = {
        "procurement_id": "p",
        "title": "体检",
        "supplier": "第四中心医院",
        "fund": "administration",
    }
    return [
        fact(
            benefits.IncomeReceived,
            "2022-01-05",
            income_id="a",
            source="dues",
            fund="union_funds",
            amount_fen=3000,
        ),
        fact(
            benefits.IncomeReceived,
            "2022-01-05",
            income_id="b",
            source="allocation",
            fund="union_funds",
            amount_fen=1200,
        ),
        *(
            fact(
                benefits.ExpenditurePaid,
                "2022-02-01",
                payment_id=f"z{n}",
                payer=payer,
                fund=fund,
                amount_fen=100 << n,
                **paid,
            )
            for n, (payer, fund) in enumerate(
                (("own", "union_funds"), ("own", "care_fund"), ("superior", "union_funds"))
            )
        ),
        fact(benefits.ProcurementDecided, "2022-03-01", **bought, method="single_source"),
        fact(
            benefits.ProcurementDecided,
            "2022-03-01",
            **bought | {"procurement_id": "q"},
            method="inquiry",
        ),
        fact(benefits.ContractSigned, "2022-03-09", procurement_id="p", supplier="第四中心医院"),
    ]


def gatherings() -> list[DomainEvent]:
    """Activities and meetings."""
    met = {"school_year": "2021-2022", "delegates_due": 60}
    return [
        *(
            fact(
                events.ActivityHeld,
                "2022-06-01",
                activity_id=a,
                kind=kind,
                organiser=organiser,
                online=True,
                session=session,
            )
            for a, kind, organiser, session in (
                ("m", "matchmaking", "city_union", 1),
                ("m", "matchmaking", "city_union", 2),
                ("o", "matchmaking", "own", 1),
                ("c", "culture", "city_union", 1),
                ("d", "culture", "own", 1),
                ("w", "contest", "own", 1),
            )
        ),
        fact(events.ActivityCancelled, "2022-06-02", activity_id="x", reason="epidemic"),
        *(
            fact(events.ParticipantRegistered, "2022-06-01", activity_id="m", person_id=person(n))
            for n in range(4)
        ),
        *(
            fact(
                events.AttendanceRecorded,
                "2022-06-01",
                activity_id="m",
                person_id=person(n),
                session=session,
            )
            for n, session in ((1, 1), (1, 2), (2, 1))
        ),
        fact(
            events.ContestEntered,
            "2022-03-08",
            activity_id="w",
            entry_id="e1",
            person_ids=(person(1), person(2), person(3)),
        ),
        fact(
            events.ContestEntered,
            "2022-03-08",
            activity_id="w",
            entry_id="e2",
            person_ids=(person(4),),
        ),
        fact(
            events.AwardGranted,
            "2022-03-12",
            activity_id="w",
            entry_id="e1",
            award="first",
            recipients=3,
            value_fen=9000,
        ),
        fact(
            events.MeetingConvened,
            "2022-03-01",
            meeting_id="j1",
            kind="staff_congress",
            title="教代会",
            convened_for="2022-03-20",
            delegates_due=60,
        ),
        fact(
            events.CongressHeld,
            "2022-03-20",
            meeting_id="j1",
            kind="staff_congress",
            delegates_present=50,
            **met,
        ),
        fact(
            events.CongressHeld,
            "2022-11-20",
            meeting_id="j2",
            kind="staff_congress",
            delegates_present=52,
            **met,
        ),
        fact(
            events.CongressHeld,
            "2022-12-20",
            meeting_id="h1",
            kind="members_congress",
            delegates_present=55,
            **met,
        ),
        fact(
            events.ResolutionPassed,
            "2022-03-20",
            meeting_id="j1",
            resolution_id="r",
            subject="决议",
            votes_for=50,
            votes_against=0,
            abstained=0,
        ),
        *(
            fact(events.RegulationAdopted, "2022-04-01", regulation_id=r, title=r, action=action)
            for r, action in (("a", "adopted"), ("b", "revised"), ("c", "revised"))
        ),
    ]


def office() -> list[DomainEvent]:
    """Health check, volunteers, attestations of 3, 2 and 1 months, incidents, plan, issues."""
    months = [("safety", m) for m in (1, 2, 12)] + [("public_opinion", m) for m in (1, 2)]
    return [
        fact(
            events.HealthCheckArranged,
            "2022-08-01",
            check_id="k",
            provider="第四中心医院",
            population="staff",
            people_due=9,
            payer="administration",
        ),
        fact(events.HealthCheckReported, "2022-09-01", check_id="k", examined=8, reexaminations=2),
        *(
            fact(
                events.VolunteerServiceRecorded,
                "2022-02-01",
                person_id=person(1),
                service=s,
                place="津南区",
                days=days,
            )
            for s, days in (("a", 5), ("b", 6))
        ),
        *(
            fact(
                events.PeriodAttested,
                "2023-01-05",
                subject=subject,
                month=f"2022-{month:02d}",
                incidents=0,
            )
            for subject, month in [*months, ("epidemic_control", 1)]
        ),
        fact(events.PeriodAttested, "2022-04-01", subject="safety", month="2022-03", incidents=1),
        *(
            fact(events.IncidentReported, "2022-03-03", incident_id=f"{s[:3]}-{n}", subject=s)
            for s, count in (("safety", 1), ("public_opinion", 2), ("epidemic_control", 3))
            for n in range(count)
        ),
        *(
            fact(
                events.PlanItemSet,
                "2022-01-01",
                item_id=i,
                plan_year=2022,
                section="basics",
                title=i,
            )
            for i in "ab"
        ),
        fact(events.PlanItemDone, "2022-12-01", item_id="a"),
        *(fact(events.IssueRaised, "2022-11-30", issue_id=i, title=i) for i in "abc"),
        fact(events.IssueResolved, "2022-12-30", issue_id="a"),
        fact(events.IssueResolved, "2023-01-30", issue_id="b"),
    ]
