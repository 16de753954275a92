"""Who is put under a policy, and how many at most."""

from datetime import date
from typing import Any

import pytest

from services.benefits.commands.insurance import BuyPolicy, InsuredPerson, InsurePeople
from services.benefits.domain import insurance
from services.benefits.domain.bulk_event import Recipient
from services.benefits.domain.insurance import buy_policy, insure_people
from shared.errors import Refusal
from shared.testing.decider import given
from tests.benefits.requests import ANN, BO, BODIES, CAI, ORG, TODAY
from tests.examples.benefits import member_insured, policy_bought

TOMORROW = date(2022, 12, 16)
BUY = BuyPolicy.model_validate(BODIES["buy-policy"][1])
INSURE = InsurePeople.model_validate(BODIES["insure-people"][1])

BOUGHT = policy_bought(
    occurred_on=date(2022, 5, 20),
    policy_id="illness-2022",
    plan="serious_illness",
    insurer="某保险公司",
    starts_on=date(2022, 6, 1),
    ends_on=date(2023, 5, 31),
    insured_due=3,
    premium_fen=None,
)

BELONGING = [Recipient(ANN, "member"), Recipient(BO, "retiree")]


def listed(*people: str, **changes: Any) -> InsurePeople:
    rows = tuple(InsuredPerson(person_id=person, capacity="staff") for person in people)
    return INSURE.model_copy(update={"population": None, "people": rows, **changes})


def insure(command: InsurePeople = INSURE, policy: Any = BOUGHT, **looked_up: Any) -> Any:
    facts = {"belonging": BELONGING, "insured": (), **looked_up}
    return insure_people(policy, command, ORG, TODAY, **facts)


def test_a_policy_is_bought_once() -> None:
    given(insurance, None).when(buy_policy, BUY, ORG, TODAY).then(BOUGHT)
    given(insurance, None, BOUGHT).when(buy_policy, BUY, ORG, TODAY).then_refused("policy-exists")
    early = BUY.model_copy(update={"bought_on": TOMORROW})
    given(insurance, None, BOUGHT).when(buy_policy, early, ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_population_is_covered_each_in_their_capacity() -> None:
    covered = member_insured(
        occurred_on=date(2022, 6, 1),
        policy_id="illness-2022",
        plan="serious_illness",
        person_id=ANN,
        capacity="member",
    )
    retired = covered.model_copy(update={"person_id": BO, "capacity": "retiree"})
    assert list(insure().events()) == [covered, retired]


def test_listed_people_are_covered_instead() -> None:
    assert insure(listed(CAI)).people == [Recipient(CAI, "staff")]


def test_as_many_as_are_due_may_be_covered_and_no_more() -> None:
    assert len(insure(listed(ANN, BO), insured={CAI}).people) == 2
    with pytest.raises(Refusal) as refused:
        insure(listed(ANN, BO), insured={CAI, "p-dai001"})
    assert refused.value.code == "more-than-due"
    assert refused.value.facts == {"insured_due": 3, "insured": 2, "more": 2}


@pytest.mark.parametrize(
    ("command", "policy", "looked_up", "code"),
    [
        (listed(ANN, ANN, insured_on=TOMORROW), None, {}, "date-in-future"),
        (listed(ANN, ANN), None, {}, "listed-twice"),
        (INSURE.model_copy(update={"population": "retirees"}), None, {}, "people-needed"),
        (INSURE, None, {}, "unknown-policy"),
        (INSURE, BOUGHT, {"belonging": []}, "nobody-to-insure"),
        (listed(ANN, BO, CAI, "p-dai001"), BOUGHT, {"insured": {BO}}, "already-insured"),
        (listed(ANN, BO, CAI, "p-dai001"), BOUGHT, {}, "more-than-due"),
    ],
)
def test_insuring_is_refused_for_the_first_of_these(
    command: InsurePeople, policy: Any, looked_up: Any, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        insure(command, policy, **looked_up)
    assert refused.value.code == code
