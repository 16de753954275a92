"""Insurance policies (保险) bought for many: plan, insurer, cover, premium."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.benefits import PolicyBought


class Policy(NamedTuple):
    """One policy. `insured_due` is how many the insurer was told; the premium is in fen."""

    org_id: str
    policy_id: str
    source: str
    plan: str
    insurer: str
    starts_on: date
    ends_on: date
    insured_due: int
    premium_fen: int | None
    amount_assumed: bool
    fund: str | None
    payer: str | None
    bought_on: date
    bought: UUID


def _keys(event: PolicyBought, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.policy_id, entry.envelope.source)]


def _bought(_: Policy | None, event: PolicyBought, entry: Entry, key: Key) -> Policy:
    return Policy(
        org_id=key[0],
        policy_id=key[1],
        source=key[2],
        plan=event.plan,
        insurer=event.insurer,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        insured_due=event.insured_due,
        premium_fen=event.premium_fen,
        amount_assumed=event.amount_assumed,
        fund=event.fund,
        payer=event.payer,
        bought_on=event.occurred_on,
        bought=entry.envelope.event_id,
    )


POLICIES = Projection(
    name="policies",
    row=Policy,
    key=("org_id", "policy_id", "source"),
    on={PolicyBought: changing(_keys, _bought)},
)
