"""In which capacity a person receives, from what our copy of the members says of a day."""

from typing import NamedTuple

from shared.contract.values import Capacity, Population
from shared.errors import Invalid

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
