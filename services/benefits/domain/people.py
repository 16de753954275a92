"""In which capacity a person receives, from what our copy of the members says of a day."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from shared.contract.values import Capacity, Population
from shared.decider.row_refusals import refuse_rows, refused_row
from shared.errors import Conflict, Invalid

READABLE: frozenset[Population] = frozenset({"members", "staff", "women_staff"})
"""Populations our copy can list; who stood on the front line, only the office knows."""


class PersonStatus(NamedTuple):
    """What a person is in the union on a day. A retired member who kept membership is a member."""

    is_member: bool = False
    is_retired: bool = False
    is_staff: bool = False
    is_dependant: bool = False


def capacity_in(population: Population, status: PersonStatus) -> Capacity | None:
    """The capacity in which someone of this status receives what is meant for `population`.

    What is meant for staff reaches a member as staff, because the report counts 职工 and 会员
    apart; what is meant for members reaches a retired one who kept membership as a member.
    None: our copy knows no capacity, so it has to be stated.
    """
    member: Capacity | None = "member" if status.is_member else None
    staff: Capacity | None = "staff" if status.is_staff else None
    retiree: Capacity | None = "retiree" if status.is_retired else None
    dependant: Capacity | None = "dependant" if status.is_dependant else None
    match population:
        case "staff" | "women_staff" | "front_line_staff":
            return staff or retiree or member or dependant
        case "members" | "named":
            return member or staff or retiree or dependant
        case "retirees":
            return retiree or member or staff or dependant


def require_readable(population: Population) -> None:
    """Raises Invalid `people-needed` for a population our copy cannot list."""
    if population not in READABLE:
        raise Invalid(
            "people-needed",
            f"our copy cannot list {population}: only {', '.join(sorted(READABLE))};"
            " list the people",
        )


def as_received(received: Collection[str], merged: Mapping[str, str]) -> Collection[str]:
    """Who has the gift, in either record: on the roster may stand both, or the one merged."""
    if not merged:
        return received
    people = {merged.get(person_id, person_id) for person_id in received}
    return {*received, *people, *(each for each in merged if merged[each] in people)}


def named_as_kept(meant: Sequence[tuple[int, str]], merged: Mapping[str, str]) -> None:
    """Nothing is issued to a record that was merged since the roster was frozen: it is excepted,
    and who is kept receives. Raises Conflict `merged-record`."""
    rows = [
        refused_row(at, "merged-record", person_id=person, kept_person_id=merged[person])
        for at, person in (meant if merged else ())
        if person in merged
    ]
    refuse_rows(rows, {"merged-record": Conflict})


def missed_of(
    roster: Sequence[str], received: Collection[str], merged: Mapping[str, str]
) -> list[str]:
    """Who stands on the roster and has not received, sorted; one person, who stands there twice,
    once."""
    missed = set(roster).difference(as_received(received, merged))
    return sorted(each for each in missed if merged.get(each) not in missed)
