"""Arriving at a page of a union: who asks, about which period, as known when."""

from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request

from services.console.console import Visit
from services.console.numbers import day, moment, plain
from services.console.rendering import translated, with_query
from services.console.scope import Period, Scope, index_of, of_year, period_of, union_of
from services.console.signing_in import SignedIn


class Elsewhere(Exception):
    """The page has another address: that of the log_index that a day stands for."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Choices(NamedTuple):
    """What the bar offers, and how it says what is chosen. `now` and `pinned` are the addresses of
    this page as known now, and at this very log_index."""

    name: str
    period: str
    known: str
    sealed: str
    unions: list[tuple[str, str]]
    periods: list[tuple[str, str]]
    times: list[tuple[str, str]]
    now: str
    pinned: str


async def of_union(http: Request, visit: SignedIn, org: str, period: str) -> Visit:
    """A page of a union and a period, as a dependency. Raises Elsewhere, Unknown, Invalid,
    Answered, NoAnswer."""
    return await arrived(http, visit, org, period_of(period))


async def arrived(http: Request, visit: Visit, org: str, period: Period) -> Visit:
    """`visit` with what its page is about."""
    asked, compared = index_of(visit.given("as_of")), index_of(visit.given("compare"))
    org = union_of(org)
    known = await visit.ask("reporting", f"/v1/{org}/knowledge", as_of=asked)
    if isinstance(asked, str) or isinstance(compared, str):
        raise Elsewhere(await _pinned(http, visit, org, (asked, compared), known))
    visit.scope = Scope(org, period, asked, compared, known)
    return visit


async def _pinned(
    http: Request, visit: Visit, org: str, said: tuple[Any, Any], known: dict[str, Any]
) -> str:
    """The address with the log indexes that its days stand for."""
    asked, compared = said
    if isinstance(compared, str):
        found = await visit.ask("reporting", f"/v1/{org}/knowledge", as_of=compared)
        compared = found["log_index"]
    at = known["log_index"] if isinstance(asked, str) else asked
    return with_query(http, as_of=at, compare=compared)


async def choices_of(visit: Visit) -> Choices:
    """The bar of a page."""
    scope, http = visit.scope, visit.http
    assert scope is not None, "a page of a union"
    say = translated(http)
    unions = [(each, each) for each in visit.session.orgs if each != "*"]
    if "*" in visit.session.orgs or len(unions) > 1:
        found = await visit.ask("reporting", "/v1/unions")
        unions = [(each["org_id"], each["name"] or each["org_id"]) for each in found["unions"]]
    name = scope.known["name"] or scope.org
    unions = [(org, name if org == scope.org else title) for org, title in unions]
    periods = [(str(year), say("%(year)s 年", year=year)) for year in scope.known["years"][::-1]]
    if scope.period.said not in dict(periods):
        periods.insert(0, (scope.period.said, period_in_words(scope.period, say)))
    last = scope.known["last_index"]
    times = [(str(at), say("日志 %(at)s", at=plain(at))) for at in {scope.at, scope.compare} if at]
    sealed = say("封存于 %(at)s", at=moment(scope.known["sealed_at"]))
    if scope.known["simulated"]:
        sealed += f" · {say('演示账，模拟时钟')}"
    at = plain(scope.at)
    now = say("截至日志 %(at)s（现在）", at=at)
    return Choices(
        name=name,
        period=period_in_words(scope.period, say),
        known=now if scope.as_of is None else say("截至日志 %(at)s", at=at),
        sealed=sealed,
        unions=unions or [(scope.org, name)],
        periods=periods,
        times=[*times, (str(last), say("日志 %(at)s", at=plain(last)))],
        now=with_query(http, as_of=None),
        pinned=with_query(http, as_of=scope.at),
    )


def period_in_words(period: Period, say: Any) -> str:
    """A period as a page's head says it."""
    if period.year is not None:
        words: str = say("%(year)s 年", year=period.year)
        return words
    return f"{day(str(period.first))}–{day(str(period.last))}"


def landing_year(known: dict[str, Any]) -> Period:
    """The period that a union's pages open with: its last year; of none, that of the last seal."""
    years = known["years"]
    sealed = known["sealed_at"]
    return of_year(years[-1] if years else int(sealed[:4]) if sealed else 2022)


AtUnion = Annotated[Visit, Depends(of_union)]
