"""What another source says of the very things that our own contexts told of: twins of our events,
with every id equal and other contents."""

import random
import re
from functools import cache

from hypothesis import Phase, given, seed, settings

from shared.contract.benefits import ClaimRejected, GiftIssued
from shared.contract.envelope import DomainEvent
from shared.contract.stream_rules import ONCE
from shared.contract.values import day_after
from tests.examples.benefits import (
    budget_approved,
    claim_approved,
    expenditure_paid,
    gift_receipt_signed,
)
from tests.examples.members import members_merged
from tests.examples.sample import example
from tests.reporting.arbitrary import CLASSES, of_class
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import person

PLACE = frozenset({"missed", "chunk", "chunks", "entry", *(f for o in ONCE.values() for f in o.by)})
"""Fields that say, with the ids, which thing an event is about."""


def same_thing(cls: type[DomainEvent]) -> frozenset[str]:
    """The fields of a type that are equal in an event and its twin."""
    named = re.findall(r"{(\w+)}", cls.STREAM.template)
    ids = (name for name in cls.model_fields if name.endswith(("_id", "_ids")))
    return frozenset({"org_id", *named, *ids}) | PLACE.intersection(cls.model_fields)


def twin(event: DomainEvent, drawn: DomainEvent) -> DomainEvent:
    """An event of the same thing as `event`, with the contents of `drawn`."""
    same = {name: getattr(event, name) for name in same_thing(type(event))}
    return drawn.model_copy(update=same)


@cache
def drawn(cls: type[DomainEvent]) -> list[DomainEvent]:
    """Contents of a type, the same every time."""
    found: list[DomainEvent] = []

    @seed(2022)
    @settings(max_examples=8, database=None, phases=[Phase.generate])
    @given(event=of_class(cls))
    def collect(event: DomainEvent) -> None:
        found.append(event)

    collect()
    return found


def of_every_type() -> History:
    """A year of ours in which every figure counts something, and every type is said."""
    history = whole_year()
    ours = told(history)
    given = next(event for event in ours if isinstance(event, GiftIssued))
    whom = {"programme_id": given.programme_id, "person_id": given.person_id}
    history(
        gift_receipt_signed(**whom, signed_by=given.person_id, occurred_on=given.occurred_on),
        claim_approved(claim_id="approved-and-not-rejected"),
        budget := budget_approved(),
        expenditure_paid(
            payment_id="within-budget",
            payer="own",
            budget_line=budget.lines[0].budget_line,
            amount_fen=budget.lines[0].amount_fen,
            occurred_on="2022-12-01",
        ),
    )
    said = {type(event) for event in told(history)}
    history(*(example(cls, {"org_id": ORG}) for cls in CLASSES if cls not in said))
    return history(members_merged(person_id=person(21), kept_person_id=person(22)))


def told(history: History) -> list[DomainEvent]:
    """The events of a history."""
    return [entry.event for entry in history.entries()]


def tell_twins(history: History, chance: random.Random) -> set[type[DomainEvent]]:
    """The other source says a twin of each event, in an order of chance, as far as ingest takes it;
    returns the types that were said. What rests on another event of its stream is tried again."""
    ours, said = told(history), set[type[DomainEvent]]()
    waiting = chance.sample(ours, len(ours))
    waiting.sort(key=lambda event: not isinstance(event, ClaimRejected))  # before it is approved
    for _ in range(2):
        waiting, refused = [], waiting
        for event in refused:
            found = next(filter(history.may_be_said_outside, candidates(event, chance)), None)
            if found is None:
                waiting.append(event)
            else:
                history.from_outside(found)
                said.add(type(found))
    return said


def candidates(event: DomainEvent, chance: random.Random) -> list[DomainEvent]:
    """Twins of an event: with contents that were drawn, else with its own on another day."""
    contents = drawn(type(event))
    other_day = event.model_copy(update={"occurred_on": day_after(event.occurred_on)})
    return [*(twin(event, each) for each in chance.sample(contents, len(contents))), other_day]
