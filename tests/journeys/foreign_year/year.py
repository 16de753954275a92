"""A whole year of a union, told by four systems that are not ours, with every figure counted."""

from typing import NamedTuple

from tests.journeys.foreign_year import (
    activities,
    claims,
    gifts,
    giving,
    meetings,
    money,
    people,
    returns,
)
from tests.journeys.foreign_year.book import Book, Count


class Year(NamedTuple):
    """What each system says, and what it adds up to."""

    books: list[Book]
    figures: dict[str, int]


def whole_year(org: str) -> Year:
    """The year 2022 of one union of 2,500 members: the same in every run."""
    count = Count()
    personnel = people.Personnel(Book("hr", org), count)
    people.tell(personnel)
    canteen = giving.Canteen(Book("meals", org), count)
    gifts.large(canteen, personnel)
    gifts.birthdays(canteen, personnel)
    gifts.small(canteen, personnel)
    returns.returns(canteen, personnel)
    returns.worth(canteen, personnel)
    returns.programmes(canteen)
    finance = claims.Finance(Book("finance", org), count)
    claims.claims(finance, personnel)
    claims.insurance(finance, personnel)
    money.tell(finance)
    office = activities.Office(Book("office", org, numbered=False), count)
    activities.activities(office, personnel)
    activities.undone(office, personnel)
    activities.contests(office, personnel)
    meetings.meetings(office)
    meetings.regulations(office)
    meetings.health(office)
    meetings.volunteers(office, personnel)
    meetings.attestations(office)
    meetings.plans(office)
    meetings.issues(office)
    books = [personnel.book, canteen.book, finance.book, office.book]
    return Year(books, count.figures())
