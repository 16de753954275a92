"""Corrections of corrections at random: no answer is a fault of ours, nothing waits for ever, and
the registers are what the events make of them."""

import random
from typing import Any

import pytest

from services.members.domain import merging
from services.members.tables import anew
from shared.eventstore.withdraw import left_of
from shared.testing.http import InProcess
from tests.corrections_walk import DAYS, Asked, walk
from tests.members.requests import person_id, staff, with_members
from tests.members.test_api import A_YEAR
from tests.members.test_withdrawals import registers

Command = tuple[str, dict[str, Any], str]


def entering(chance: random.Random) -> Asked:
    """Something about one of four people, on any day; or a step of the union's year."""
    who, other = (person_id(chance.randint(1, 4)) for _ in range(2))
    day = chance.choice(DAYS)
    people, merges = of_a_person(chance, who, other, day), of_records(who, other, day)
    return Asked(*chance.choice((*people, *merges * 3, chance.choice(A_YEAR))))


def of_a_person(chance: random.Random, who: str, other: str, day: str) -> list[Command]:
    """What may be entered of a person."""
    number, kind = int(who[-4:]), chance.choice(("new", "rejoined", "transferred_in"))
    return [
        (
            "register-staff",
            staff(1, number, registered_on=day, department=chance.choice((None, "图书馆"))),
            "clerk",
        ),
        (
            "admit-members",
            {"people": [{"person_id": who, "joined_on": day, "kind": kind}]},
            "clerk",
        ),
        (
            "record-staff-left",
            {"people": [{"person_id": who, "left_on": day, "reason": "resigned"}]},
            "clerk",
        ),
        ("record-member-left", {"person_id": who, "left_on": day, "reason": "other"}, "clerk"),
        (
            "record-member-retired",
            {"person_id": who, "retired_on": day, "membership_retained": chance.random() < 0.5},
            "clerk",
        ),
        ("record-member-died", {"person_id": who, "died_on": day}, "clerk"),
        (
            "declare-dependant",
            {
                "person_id": who,
                "dependant_id": other,
                "relation": "spouse",
                "declared_on": day,
                "name": "家属",
            },
            "clerk",
        ),
        of_a_place(chance, who, day),
        (
            "change-member",
            {
                "person_id": who,
                "gender": chance.choice(("female", "male")),
                "birth_month": chance.randint(1, 12),
                "reason": "wrong_details",
                "changed_on": day,
            },
            "clerk",
        ),
    ]


def of_a_place(chance: random.Random, who: str, day: str) -> Command:
    """Somebody belongs to another department."""
    moved = {"person_id": who, "department": chance.choice(("财务处", "教务处")), "changed_on": day}
    return "change-department", {"people": [moved], "reason": "moved"}, "clerk"


def of_records(who: str, other: str, day: str) -> list[Command]:
    """Two records are one person's, or are not."""
    return [
        (
            "merge-members",
            {
                "person_id": who,
                "kept_person_id": other,
                "reason": "registered_twice",
                "merged_on": day,
            },
            "chair",
        ),
        (
            "unmerge-members",
            {"person_id": who, "reason": "not_the_same", "unmerged_on": day},
            "chair",
        ),
    ]


async def as_the_events_make_them(union: InProcess) -> dict[str, Any]:
    """The registers, made anew from every stream."""
    pool = union.store.pool
    streams = await pool.fetch("SELECT DISTINCT stream FROM events WHERE stream LIKE '%/person-%'")
    found = await union.store.load_many([row["stream"] for row in streams])
    for stream, loaded in found.items():
        left = left_of(loaded, [])
        nobody = not merging.entries_of(left) and merging.merge_of(left) is None
        told = [] if nobody else [(each.version, each.event) for each in left]
        for statement in anew(stream, told):
            await pool.executemany(statement.sql, statement.rows)
    return await registers(union)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_corrected_is_accepted_or_refused_by_name(
    union: InProcess, seed: int
) -> None:
    await with_members(union, 4)
    answers = await walk(union, random.Random(seed), entering, 220)
    assert answers["accepted"] > 20 and len(answers) > 8, answers
    now = await registers(union)
    assert await as_the_events_make_them(union) == now
    roster = (await union.get("roster", on="2022-12-15")).json()["items"]
    merged = await union.store.pool.fetch("SELECT person_id FROM merged_people")
    assert not {row["person_id"] for row in merged} & {each["person_id"] for each in roster}
    account = await union.get("membership-account", **{"from": "2000-01-01", "to": "2022-12-15"})
    assert account.json()["closing"] == len(roster)
