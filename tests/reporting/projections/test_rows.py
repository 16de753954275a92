"""Given events, these rows: what each projection says of a thing."""

from datetime import date
from typing import Any

from services.reporting.projections.activities import ACTIVITIES, Activity
from services.reporting.projections.attestations import ATTESTATIONS
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.engine import Projection
from services.reporting.projections.health_checks import HEALTH_CHECKS
from services.reporting.projections.incidents import INCIDENTS
from services.reporting.projections.insured import INSURED
from services.reporting.projections.issues import ISSUES
from services.reporting.projections.meetings import MEETINGS, Meeting
from services.reporting.projections.plan_items import PLAN_ITEMS
from services.reporting.projections.policies import POLICIES
from services.reporting.projections.portions import PORTIONS
from services.reporting.projections.programmes import PROGRAMMES
from services.reporting.projections.register import REGISTER
from services.reporting.projections.regulations import REGULATIONS
from services.reporting.projections.resolutions import RESOLUTIONS
from services.reporting.projections.roster import ROSTER
from services.reporting.projections.unions import UNIONS
from services.reporting.projections.volunteers import VOLUNTEERS
from shared.contract.envelope import DomainEvent
from tests.examples.benefits import gift_applied, gift_received
from tests.examples.events import activity_held, activity_planned, contest_judged, resolution_passed
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    member_handover_prepared,
    staff_count_declared,
    staff_left,
)
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History, folded, standing
from tests.reporting.year import (
    closed,
    gift,
    joined,
    left,
    person,
    programme,
    retired,
    returned,
    roster,
    signed,
    staffed,
    union,
)


def rows(projection: Projection, *happened: DomainEvent) -> list[Any]:
    """The rows that stand after these events, by key."""
    return rows_of(projection, History()(*happened))


def rows_of(projection: Projection, history: History) -> list[Any]:
    """The rows that stand after a history, by key."""
    found = standing(folded(projection, history.entries()))
    return [found[key] for key in sorted(found, key=str)]


def only(projection: Projection, *happened: DomainEvent) -> Any:
    """The one row."""
    (row,) = rows(projection, *happened)
    return row


def day(text: str) -> date:
    return date.fromisoformat(text)


class TestProgrammes:
    def test_opened_frozen_and_closed(self) -> None:
        history = History()(
            programme("s", "spring_festival", "2022-01-13"),
            roster("s", "2022-01-17", [1, 2]),
            closed("s", "spring_festival", "2022-01-28", [2]),
        )
        (row,) = rows_of(PROGRAMMES, history)
        assert (row.title, row.occasion, row.population) == (
            "2022年s",
            "spring_festival",
            "members",
        )
        assert (row.unit_value_fen, row.fund, row.payer) == (30000, "union_funds", "own")
        assert (row.roster_as_of, row.roster_count) == (day("2022-01-17"), 2)
        assert (row.closed_on, row.missed_count) == (day("2022-01-28"), 1)
        ids = [envelope.event_id for envelope in history.envelopes]
        assert [row.opened, row.frozen, row.closed] == ids

    def test_a_roster_in_chunks_is_whole_when_all_came(self) -> None:
        chunk = roster("s", "2022-01-17", [1, 2]).model_copy(update={"chunks": 2, "count": 4})
        one = only(PROGRAMMES, chunk)
        assert (one.roster_chunks, one.roster_chunks_due) == (1, 2)
        two = only(PROGRAMMES, chunk, chunk.model_copy(update={"chunk": 2}))
        assert (two.roster_chunks, two.roster_chunks_due) == (2, 2)

    def test_each_person_of_a_roster_names_the_event_that_froze_it(self) -> None:
        history = History()(roster("s", "2022-01-17", [1, 2]))
        found = rows_of(ROSTER, history)
        assert [row.person_id for row in found] == [person(1), person(2)]
        assert {row.frozen for row in found} == {history.envelopes[0].event_id}

    def test_portions_applied_and_received_stand_apart(self) -> None:
        about = {"programme_id": "s", "occasion": "summer_cooling"}
        found = rows(
            PORTIONS,
            gift_applied(occurred_on="2022-07-01", **about, to_org="jt-group"),
            gift_received(occurred_on="2022-07-09", **about, quantity=78, from_org="jt-group"),
        )
        assert sorted((row.step, row.quantity, row.superior) for row in found) == [
            ("applied", 80, "jt-group"),
            ("received", 78, "jt-group"),
        ]


class TestDeliveries:
    def test_issued_signed_and_returned(self) -> None:
        row = only(
            DELIVERIES,
            gift("s", "birthday", 1, "2022-01-05"),
            signed("s", 1, "2022-01-06"),
            returned("s", 1, "2022-01-07"),
        )
        assert (row.issued_on, row.signed_on, row.returned_on) == (
            day("2022-01-05"),
            day("2022-01-06"),
            day("2022-01-07"),
        )
        assert (row.amount_fen, row.signed_by) == (30000, person(1))

    def test_issued_again_after_its_return_it_is_a_delivery_again(self) -> None:
        row = only(
            DELIVERIES,
            gift("s", "birthday", 1, "2022-01-05"),
            returned("s", 1, "2022-01-07"),
            gift("s", "birthday", 1, "2022-02-05"),
        )
        assert (row.issued_on, row.returned) == (day("2022-02-05"), None)


class TestRegister:
    def test_a_member_is_one_from_joining_until_the_day_before_leaving(self) -> None:
        row = only(REGISTER, staffed(1), joined(1, "2021-05-01"), left(1, "2022-03-01"))
        days = ("2021-04-30", "2021-05-01", "2022-02-28", "2022-03-01")
        assert [row.member_on(day(each)) for each in days] == [False, True, True, False]

    def test_who_came_back_was_a_member_then_and_is_now(self) -> None:
        row = only(
            REGISTER,
            joined(1, "2021-05-01"),
            left(1, "2022-03-01"),
            joined(1, "2022-10-01", "rejoined", 2),
        )
        days = ("2022-02-28", "2022-03-01", "2022-09-30", "2022-10-01")
        assert [row.member_on(day(each)) for each in days] == [True, False, False, True]

    def test_the_last_day_in_post_is_in_post_in_every_spell(self) -> None:
        gone = staff_left(occurred_on="2020-06-30", person_id=person(1), reason="resigned")
        row = only(REGISTER, staffed(1), gone, staffed(1, "2021-01-01"))
        days = ("2015-08-31", "2020-06-30", "2020-07-01", "2020-12-31", "2021-01-01")
        assert [row.staff_on(day(each)) for each in days] == [False, True, False, False, True]

    def test_a_membership_retained_goes_on_and_another_ends(self) -> None:
        for retained in (True, False):
            row = only(
                REGISTER, joined(1, "2021-05-01"), retired(1, "2022-06-30", retained=retained)
            )
            assert row.retired_on == day("2022-06-30")
            assert row.member_on(day("2022-07-01")) is retained


class TestInsurance:
    def test_a_policy_and_its_covers(self) -> None:
        year = whole_year()
        ankang, illness = rows_of(POLICIES, year)
        assert (ankang.plan, ankang.insured_due, ankang.premium_fen) == ("ankang", 2, 12000)
        assert illness.amount_assumed
        covers = [(row.policy_id, row.person_id, row.capacity) for row in rows_of(INSURED, year)]
        assert len(covers) == 5
        assert ("i", person(3), "staff") in covers


class TestMeetings:
    def test_a_congress_has_its_quorum_and_counts_its_resolutions(self) -> None:
        found = {row.meeting_id: row for row in rows_of(MEETINGS, whole_year())}
        first: Meeting = found["j1"]
        assert (first.title, first.convened_for, first.held_on) == (
            "教代会",
            day("2022-03-20"),
            day("2022-03-20"),
        )
        assert (first.delegates_due, first.delegates_present, first.resolutions) == (60, 50, 1)
        assert (found["j2"].title, found["j2"].resolutions) == (None, 0)

    def test_a_second_resolution_is_counted_too(self) -> None:
        votes = {"votes_for": 50, "votes_against": 1, "abstained": 2}
        both = [
            resolution_passed(
                occurred_on="2022-03-20", meeting_id="m", resolution_id=each, subject=each, **votes
            )
            for each in "ab"
        ]
        assert only(MEETINGS, *both).resolutions == 2
        assert [(r.resolution_id, r.votes_for, r.abstained) for r in rows(RESOLUTIONS, *both)] == [
            ("a", 50, 2),
            ("b", 50, 2),
        ]


class TestActivities:
    def test_sessions_people_works_and_awards_are_counted_apart(self) -> None:
        found: dict[str, Activity] = {
            row.activity_id: row for row in rows_of(ACTIVITIES, whole_year())
        }
        matchmaking, contest = found["m"], found["w"]
        assert (matchmaking.sessions, matchmaking.organiser) == (2, "city_union")
        assert (matchmaking.registrations, matchmaking.attendances) == (4, 3)
        assert (contest.entries, contest.entrants) == (2, 4)
        assert (contest.awards, contest.award_recipients, contest.award_value_fen) == (1, 3, 9000)
        assert found["x"].cancelled_why == "epidemic"

    def test_it_was_held_from_its_first_session_to_its_last(self) -> None:
        held = [
            activity_held(
                occurred_on=on, activity_id="a", kind="culture", online=False, session=session
            )
            for session, on in ((2, "2022-06-09"), (1, "2022-06-01"), (3, "2022-06-05"))
        ]
        row = only(ACTIVITIES, *held)
        assert (row.first_held_on, row.last_held_on) == (day("2022-06-01"), day("2022-06-09"))

    def test_planned_and_judged(self) -> None:
        row = only(
            ACTIVITIES,
            activity_planned(occurred_on="2022-02-20", activity_id="w", title="健身操微视频评比"),
            contest_judged(occurred_on="2022-03-10", activity_id="w", verdicts=()),
        )
        assert (row.title, row.planned_for, row.online) == (
            "健身操微视频评比",
            day("2022-03-08"),
            True,
        )
        assert (row.judged_on, row.judges) == (day("2022-03-10"), 5)


class TestOffice:
    def test_a_health_check_is_counts_only(self) -> None:
        (row,) = rows_of(HEALTH_CHECKS, whole_year())
        assert (row.people_due, row.examined, row.reexaminations) == (9, 8, 2)
        assert (row.payer, row.reported_on) == ("administration", day("2022-09-01"))

    def test_each_adoption_revision_and_service_is_a_row(self) -> None:
        year = whole_year()
        assert [row.action for row in rows_of(REGULATIONS, year)].count("revised") == 2
        assert sorted(row.days for row in rows_of(VOLUNTEERS, year)) == [5, 6]

    def test_a_month_is_attested_once_for_each_subject(self) -> None:
        year = whole_year()
        found = {(r.subject, r.month): r.incidents for r in rows_of(ATTESTATIONS, year)}
        assert len(found) == 7
        assert found["safety", "2022-03"] == 1
        assert len(rows_of(INCIDENTS, year)) == 6

    def test_what_was_planned_and_raised_is_open_until_it_is_done(self) -> None:
        year = whole_year()
        plan = {row.item_id: row.done_on for row in rows_of(PLAN_ITEMS, year)}
        assert plan == {"a": day("2022-12-01"), "b": None}
        issues = {row.issue_id: row.resolved_on for row in rows_of(ISSUES, year)}
        assert issues == {"a": day("2022-12-30"), "b": day("2023-01-30"), "c": None}


class TestUnions:
    def test_a_move_to_another_upper_union(self) -> None:
        started = affiliation_transfer_started(
            occurred_on="2022-10-01", from_parent="jt-group", to_parent="edu-union", members_due=542
        )
        prepared = member_handover_prepared(occurred_on="2022-11-01", prepared=300)
        under_way = only(UNIONS, union(), started, prepared)
        assert (under_way.parent_org_id, under_way.moving_to) == ("jt-group", "edu-union")
        assert (under_way.members_due, under_way.members_prepared) == (542, 300)
        completed = affiliation_transfer_completed(
            occurred_on="2023-05-01", from_parent="jt-group", to_parent="edu-union"
        )
        moved = only(UNIONS, union(), started, prepared, completed)
        assert (moved.parent_org_id, moved.moving_to) == ("edu-union", None)
        assert moved.moved_on == day("2023-05-01")

    def test_its_declared_staff_is_the_last_declared(self) -> None:
        row = only(
            UNIONS,
            union(),
            staff_count_declared(occurred_on="2022-01-01", staff=500, women_staff=310),
            staff_count_declared(occurred_on="2022-12-01", staff=520),
        )
        assert (row.name, row.simulated) == ("天津交通职业学院工会", True)
        assert (row.staff_declared, row.women_staff_declared) == (520, 319)
