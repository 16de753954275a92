"""The registry, the names of the refusals, and the bytes of a bulk command."""

import ast
import inspect
from pathlib import Path

from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

import services.benefits
from services.benefits import streams
from services.benefits.api import COMMANDS, REFUSALS
from services.benefits.commands import claims, insurance, money, procurement, programmes
from services.benefits.commands import gifts as asked_of_gifts
from services.benefits.domain import receipts
from services.benefits.domain.bulk_event import BulkEvent, Recipient
from services.benefits.handlers import bulk
from shared.decider.command import Sourced
from shared.decider.withdrawal import WithdrawEntries
from shared.eventstore.store import encode
from shared.http.problems import TITLES
from tests.benefits.domain.test_gifts import issued

PERSON = st.from_regex(r"p-[0-9a-z]{6,12}", fullmatch=True)
CODE_ARGUMENT = {
    "Invalid": 0,
    "Conflict": 0,
    "Unknown": 0,
    "NotPermitted": 0,
    "NotYet": 0,
    "refused_row": 1,
}
"""Which argument of a call is a refusal's code."""

CAPACITY = st.sampled_from(["member", "staff", "retiree", "dependant"])


def test_every_command_has_a_route_under_its_own_name() -> None:
    asked = {
        found
        for module in (claims, asked_of_gifts, insurance, money, procurement, programmes)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Sourced) and found is not Sourced
    }
    assert {route.command for route in COMMANDS.values()} == {WithdrawEntries} | asked
    for name, route in COMMANDS.items():
        assert name.replace("-", "") == route.command.__name__.lower()


def test_every_refusal_that_can_be_raised_has_a_title_and_none_is_left_over() -> None:
    raised: set[str] = set()
    for path in Path(inspect.getfile(services.benefits)).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                at = CODE_ARGUMENT.get(call.func.id)
                if at is not None and isinstance(call.args[at], ast.Constant):
                    raised.add(ast.literal_eval(call.args[at]))
    raised |= set(receipts.RECEIPT_REFUSALS)
    assert raised - set(TITLES) == set(REFUSALS)


@forall(st.lists(st.tuples(PERSON, CAPACITY), min_size=1, max_size=8, unique_by=lambda t: t[0]))
@settings(deadline=None)
def test_what_is_encoded_for_many_is_what_each_event_would_be_encoded_as(
    people: list[tuple[str, str]],
) -> None:
    recipients = [Recipient(*one) for one in people]
    bulk_event = BulkEvent(
        issued(recipients[0].person_id, capacity=recipients[0].capacity), recipients
    )
    written = list(bulk.writes(bulk_event, streams.gifts_of("tjtc", "spring-2022"), {}))
    assert [write.events for write in written] == [[encode(event)] for event in bulk_event.events()]
    assert [write.stream for write in written] == [
        f"tjtc/gift-spring-2022.{person_id}" for person_id, _ in people
    ]


def test_a_redelivery_is_written_after_what_its_stream_holds() -> None:
    bulk_event = BulkEvent(issued("p-ann001"), [Recipient("p-ann001", "member")])
    (write,) = bulk.writes(bulk_event, streams.gifts_of("tjtc", "spring-2022"), {"p-ann001": 2})
    assert write.expecting == 2
