"""What an act wrote is led to by the stream's name, unless that is a person's."""

from urllib.parse import parse_qs

import pytest
from fastapi import Request

from services.console.console import Console, Visit
from services.console.scope import Scope, of_year
from services.console.written import written, written_query
from tests.console.answers import KNOWN, ORG
from tests.console.conftest import session


def visit_of(console: Console, query: str, *roles: str) -> Visit:
    scope = {"type": "http", "query_string": query.encode(), "headers": [], "path": "/"}
    visit = Visit(Request(scope), console, session(*(roles or ("clerk",))))
    visit.scope = Scope(ORG, of_year(2022), None, None, KNOWN)
    return visit


def test_a_meeting_is_named_and_a_person_never(console: Console) -> None:
    visit = visit_of(console, "")
    said = parse_qs(written_query(visit, "x", "events", {"stream": "tjtc/meeting-1", "version": 2}))
    assert said["in"] == ["events/meeting-1"] and said["version"] == ["2"]
    for stream in ("tjtc/gift-spring.p-abc", "tjtc/person-p-abc", "tjtc/volunteer-p-1", ""):
        assert "in=" not in written_query(visit, "x", "benefits", {"stream": stream})


@pytest.mark.parametrize(
    ("query", "href"),
    [
        ("done=x&in=events/meeting-1", "/tjtc/office/entries/events/meeting-1"),
        ("done=x&since=12", "/tjtc/2022/differences?compare=12"),
        ("done=x&in=events/person-p-1&since=12", "/tjtc/2022/differences?compare=12"),
        ("done=x&in=members/meeting-1", ""),
        ("done=x&in=events/../x", ""),
        ("done=x", ""),
    ],
)
def test_the_address_is_believed_only_where_it_can_be(
    console: Console, query: str, href: str
) -> None:
    assert written(visit_of(console, query)) == {"done": "x", "href": href}


def test_a_cashier_is_led_nowhere_they_may_not_go(console: Console) -> None:
    visit = visit_of(console, "done=x&in=benefits/claim-1&since=1", "cashier")
    assert written(visit) == {"done": "x", "href": ""}
    assert written(visit_of(console, "done=<script>")) is None
