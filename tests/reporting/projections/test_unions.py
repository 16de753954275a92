"""A union: its upper union over time, its declared staff."""

from services.reporting.projections.unions import UNIONS
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    member_handover_prepared,
    organisation_corrected,
    staff_count_declared,
)
from tests.reporting.projections.rows import day, only
from tests.reporting.year import (
    union,
)


def test_a_move_to_another_upper_union() -> None:
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


def test_what_is_corrected_was_always_so_and_a_later_move_moves_it() -> None:
    corrected = organisation_corrected(
        occurred_on="2022-06-01", name="学院工会", kind="group", parent_org_id="tj-city"
    )
    row = only(UNIONS, union(), corrected)
    assert (row.name, row.kind, row.parent_org_id) == ("学院工会", "group", "tj-city")
    assert (row.simulated, row.registered_on) == (True, only(UNIONS, union()).registered_on)
    completed = affiliation_transfer_completed(
        occurred_on="2023-05-01", from_parent="tj-city", to_parent="edu-union"
    )
    assert only(UNIONS, union(), corrected, completed).parent_org_id == "edu-union"


def test_its_declared_staff_is_the_last_declared() -> None:
    row = only(
        UNIONS,
        union(),
        staff_count_declared(occurred_on="2022-01-01", staff=500, women_staff=310),
        staff_count_declared(occurred_on="2022-12-01", staff=520),
    )
    assert (row.name, row.simulated) == ("天津交通职业学院工会", True)
    assert (row.staff_declared, row.women_staff_declared) == (520, 319)
