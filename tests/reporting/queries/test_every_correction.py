"""For every event type and everything that puts it right, a journey: entered, wrong, put right; the
figures as known then stay, as known now they have moved, and the difference is listed.

The journeys are made from the contract (`corrections.py`): a type without one has no journey here,
and fails. Services' commands for them are walked in tests/journeys/test_corrections.py.
"""

from datetime import date
from typing import Any

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.event import event_view
from services.reporting.queries.figure_difference import difference
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from shared.contract import benefits as b
from shared.contract import events as e
from shared.contract import members as m
from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import CORRECTED_BY, UNCORRECTED, corrected_by
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal
from tests.examples.sample import example
from tests.reporting.disowning import withdrawing
from tests.reporting.history import History
from tests.reporting.records import ORG

EVER = Period(date(1990, 1, 1), date(2030, 12, 31))
PAIRS = [(cls, by) for cls, all_by in CORRECTED_BY.items() for by in all_by]

BEFORE: dict[type[DomainEvent], tuple[type[DomainEvent], ...]] = {
    b.GiftReceiptSigned: (b.GiftIssued,),
    b.GiftIssuedAgain: (b.GiftIssued,),
    b.GiftReturned: (b.GiftIssued,),
    b.ClaimReversed: (b.ClaimPaid,),
    b.CoverEnded: (b.MemberInsured,),
    b.ExpenditureReversed: (b.ExpenditurePaid,),
    b.IncomeCorrected: (b.IncomeReceived,),
    m.MembersUnmerged: (m.MembersMerged,),
    m.StaffLeft: (m.StaffRegistered,),
    m.MemberChanged: (m.StaffRegistered,),
    **dict.fromkeys((m.MemberLeft, m.MemberTransferredOut, m.MemberDied, m.MemberRetired),
                    (m.StaffRegistered, m.MemberJoined)),
    e.IssueResolved: (e.IssueRaised,),
}  # fmt: skip
"""What stands before an event, so that it has something to bear on."""

NO_FIGURE = {
    "GiftReceiptSigned", "ProgrammeOpened", "ProgrammeClosed", "RosterFrozen", "ClaimRejected",
    "PolicyBought", "BudgetAdjusted", "ExpenditureRequested", "StaffCountDeclared",
    "DependantDeclared", "AffiliationTransferStarted", "MemberHandoverPrepared",
    "AffiliationTransferCompleted", "ActivityPlanned", "ContestJudged", "MemberChanged",
    "ClaimWithdrawn", "ClaimReversed", "BudgetApproved", "ProgrammeRenamed", "DepartmentChanged",
}  # fmt: skip
"""Withdrawn types that no figure counts by themselves: others stand on them."""


def of_stream(first: DomainEvent, cls: type[DomainEvent]) -> DomainEvent:
    """The example of a type, about the thing that another event is about."""
    shared = {
        name: getattr(first, name)
        for name in cls.model_fields
        if name in type(first).model_fields and (name in SHARED or name.endswith("_id"))
    }
    told: Any = first
    if cls is b.IncomeCorrected:
        shared |= {"was_source": told.source, "was_fen": told.amount_fen}
    if cls is b.IncomeCorrected and isinstance(first, b.IncomeCorrected):
        shared |= {"amount_fen": told.amount_fen + 100}
    if cls is b.GiftReturned:
        shared |= {"reason": "entered_in_error"}
    return example(cls, shared)


SHARED = ("spell", "subject", "month", "kind", "plan", "budget_year", "fund", "payer", "occasion")


def entered(history: History, cls: type[DomainEvent]) -> DomainEvent:
    """Tell an event of the type, after what stands before it."""
    event = example(cls, {})
    for before in BEFORE.get(cls, ()):
        history(of_stream(event, before))
    history(event)
    return event


async def known(pool: asyncpg.Pool, at: int) -> dict[str, int]:
    """Every figure as known at a log_index."""
    values = await values_at(pool, ORG, EVER, at)
    return {name: each.value for name, each in values.items()}


@pytest.mark.parametrize(
    ("cls", "by"), PAIRS, ids=lambda cls: cls.__name__ if isinstance(cls, type) else ""
)
async def test_what_was_wrong_and_is_put_right_was_known_then_and_is_not_now(
    pool: asyncpg.Pool, simulated: Ingest, cls: type[DomainEvent], by: type[DomainEvent]
) -> None:
    history = History()
    event = entered(history, cls)
    wrong = history.envelopes[-1]
    then = len(history.envelopes)
    correction = withdrawing(wrong) if issubclass(by, Withdrawal) else of_stream(event, by)
    assert isinstance(correction, by)
    history(correction)
    now = len(history.envelopes)
    await history.told(simulated, [then])

    before, after = await known(pool, then), await known(pool, now)
    view = await event_view(pool, ORG, wrong.event_id, now)
    assert by.type_name() in {each["type"] for each in view["corrected_by"]}
    moved = {name for name in before if before[name] != after[name]}
    for name in moved:
        found = await difference(pool, ORG, BY_NAME[name], EVER, (then, now))
        assert found.lines and found.changed == len(found.lines), name
        causes = {each["because"]["type"] for each in found.lines if each["because"]}
        assert causes <= {by.type_name()}, (name, causes)
    if not issubclass(by, Withdrawal):
        return
    assert not any(each["stands"] for each in view["figures"] if each["effect"] == "counts")
    assert moved or cls.CONTEXT == "reporting" or cls.__name__ in NO_FIGURE, "no figure moved"
    history(event)
    await history.told(simulated)
    assert await known(pool, then) == before, "what was known then stays"
    assert await known(pool, now + 1) == before, "entered anew, it counts as it did"


def test_every_type_has_a_journey_or_a_reason_for_none() -> None:
    assert {cls for cls, _ in PAIRS} | set(UNCORRECTED) == set(CATALOGUE.values())
    assert all(set(corrected_by(cls)) == {by for of, by in PAIRS if of is cls} for cls, _ in PAIRS)
    assert set(BEFORE) <= set(CATALOGUE.values())
