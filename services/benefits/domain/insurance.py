"""Insurance: a policy (保单), and one stream for each person it covers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import assert_never

from services.benefits.commands.insurance import BuyPolicy, EndCover, InsurePeople
from services.benefits.domain.bulk_event import BulkEvent, Recipient
from services.benefits.domain.people import require_readable
from shared.contract.benefits import CoverEnded, MemberInsured, PolicyBought
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import listed_twice, refuse_rows, refused_row
from shared.errors import Conflict, Invalid, Unknown

InsuranceEvent = PolicyBought | MemberInsured | CoverEnded

Insurance = PolicyBought | MemberInsured | None
"""The policy as bought, or the cover that a person has; None: there is none, or none any more."""


def evolve(_state: Insurance, event: InsuranceEvent) -> Insurance:
    """The policy, or the cover, after one more event."""
    match event:
        case PolicyBought() | MemberInsured():
            return event
        case CoverEnded():
            return None
        case _:
            assert_never(event)


def buy_policy(
    state: Insurance, command: BuyPolicy, org_id: str, today: date
) -> list[InsuranceEvent]:
    """Raises Invalid `date-in-future`; Conflict `policy-exists`."""
    not_in_future(today, command.bought_on, command.source_recorded_on)
    if state is not None:
        raise Conflict("policy-exists", f"{command.policy_id} was bought on {state.occurred_on}")
    return [
        PolicyBought(
            org_id=org_id,
            occurred_on=command.bought_on,
            policy_id=command.policy_id,
            plan=command.plan,
            insurer=command.insurer,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            insured_due=command.insured_due,
            premium_fen=command.premium_fen,
            amount_assumed=command.amount_assumed,
            fund=command.fund,
            payer=command.payer,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def insure_people(
    policy: Insurance,
    command: InsurePeople,
    org_id: str,
    today: date,
    *,
    belonging: Sequence[Recipient],
    insured: Collection[str],
    covered: Mapping[str, MemberInsured] = {},
) -> BulkEvent[MemberInsured]:
    """Cover the people listed, or else `belonging`: who is in the population on `insured_on`.

    `insured`: who is covered by this policy already; `covered`: how those listed are, or last were,
    whose cover was no error.

    Raises Invalid `date-in-future`, `listed-twice`, `people-needed`; Unknown `unknown-policy`;
    Conflict `nobody-to-insure`, `already-insured` (`differs`), `more-than-due`.
    """
    not_in_future(today, command.insured_on, command.source_recorded_on)
    listed = [Recipient(one.person_id, one.capacity) for one in command.people or ()]
    refuse_rows(listed_twice([one.person_id for one in listed]), {"listed-twice": Invalid})
    if command.population is not None:
        require_readable(command.population)
    if not isinstance(policy, PolicyBought):
        raise Unknown("unknown-policy", f"no policy {command.policy_id}")
    people = listed or belonging
    if not people:
        raise Conflict(
            "nobody-to-insure", f"our copy has no {command.population} on {command.insured_on}"
        )
    _not_insured_before(people, insured, covered, command.insured_on)
    _no_more_than_due(policy, len(insured), len(people))
    return BulkEvent(
        MemberInsured(
            org_id=org_id,
            occurred_on=command.insured_on,
            policy_id=command.policy_id,
            plan=policy.plan,
            person_id=people[0].person_id,
            capacity=people[0].capacity,
            source_recorded_on=command.source_recorded_on,
        ),
        people,
    )


def _not_insured_before(
    people: Sequence[Recipient],
    insured: Collection[str],
    covered: Mapping[str, MemberInsured],
    on: date,
) -> None:
    rows = []
    for number, one in enumerate(people, start=1):
        told = _covered_differently(covered.get(one.person_id), one, on)
        if one.person_id in insured or told.get("differs") == []:
            rows.append(refused_row(number, "already-insured", person_id=one.person_id, **told))
    refuse_rows(rows, {"already-insured": Conflict})


def _covered_differently(
    stands: MemberInsured | None, said: Recipient, insured_on: date
) -> dict[str, list[str]]:
    if stands is None:
        return {}
    days = (stands.occurred_on, insured_on)
    return {"differs": differing(occurred_on=days, capacity=(stands.capacity, said.capacity))}


def _no_more_than_due(policy: PolicyBought, insured: int, more: int) -> None:
    if insured + more > policy.insured_due:
        raise Conflict(
            "more-than-due",
            f"{policy.policy_id} covers {policy.insured_due}: {insured} are insured,"
            f" {more} more are too many",
            insured_due=policy.insured_due,
            insured=insured,
            more=more,
        )


def end_cover(
    state: Insurance, command: EndCover, org_id: str, today: date
) -> list[InsuranceEvent]:
    """Raises Invalid `date-in-future`; Conflict `not-insured`, `ended-before-insured`."""
    not_in_future(today, command.ended_on, command.source_recorded_on)
    if not isinstance(state, MemberInsured):
        raise Conflict("not-insured", f"{command.policy_id} does not cover {command.person_id}")
    if command.ended_on < state.occurred_on:
        raise Conflict("ended-before-insured", f"the cover began on {state.occurred_on}")
    return [
        CoverEnded(
            org_id=org_id,
            occurred_on=command.ended_on,
            policy_id=command.policy_id,
            plan=state.plan,
            person_id=command.person_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]
