"""What a delivery takes: issued once, signed once, returned, issued again."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.benefits.commands.gifts import (
    IssueGift,
    IssueGiftsToRoster,
    Receipt,
    ReturnGift,
    SignReceipts,
)
from services.benefits.domain import gifts, programmes
from services.benefits.domain.gifts import (
    Gift,
    evolve,
    issue_gift,
    return_gift,
)
from services.benefits.domain.people import PersonStatus
from services.benefits.domain.receipts import sign_receipts
from shared.contract.benefits import GiftIssued, GiftReceiptSigned
from shared.errors import Refusal
from shared.testing.decider import Given, given
from tests.benefits.domain.test_programmes import TOMORROW, closed, frozen, opened, programme
from tests.benefits.requests import ANN, BO, CAI, DAI, ISSUE_SPRING, ORG, TODAY
from tests.examples.benefits import gift_issued, gift_receipt_signed, gift_returned

MEMBER = PersonStatus(is_member=True, is_staff=True)
RETAINED = PersonStatus(is_member=True, is_retired=True)

ISSUE = IssueGift(
    programme_id="spring-2022", person_id=ANN, capacity="member", issued_on=date(2022, 1, 20)
)
ISSUE_ALL = IssueGiftsToRoster.model_validate(ISSUE_SPRING)
RETURN = ReturnGift(
    programme_id="spring-2022", person_id=ANN, reason="returned", returned_on=date(2022, 1, 25)
)
SPRING = programme(opened(), frozen(ANN, BO, CAI)).state


def issued(person_id: str = ANN, **changes: Any) -> GiftIssued:
    event = gift_issued(
        occurred_on=date(2022, 1, 20), person_id=person_id, on_roster=True, off_roster_reason=None
    )
    return event.model_copy(update=changes)


def signed(person_id: str = ANN) -> GiftReceiptSigned:
    return gift_receipt_signed(
        occurred_on=date(2022, 1, 22), person_id=person_id, signed_by=person_id
    )


RETURNED = gift_returned(occurred_on=date(2022, 1, 25), person_id=ANN)


def gift(*events: Any) -> Given:
    return given(gifts, None, *events)


def receipts(*rows: tuple[str, int], signed_by: str | None = None) -> SignReceipts:
    return SignReceipts(
        programme_id="spring-2022",
        receipts=tuple(
            Receipt(person_id=person, signed_on=date(2022, 1, day), signed_by=signed_by)
            for person, day in rows
        ),
    )


def test_a_gift_on_the_roster_takes_the_programmes_terms() -> None:
    gift().when(issue_gift, ISSUE, ORG, TODAY, programme=SPRING).then(issued())


def test_two_portions_are_worth_twice_the_value_of_one() -> None:
    two = ISSUE.model_copy(update={"quantity": 2})
    gift().when(issue_gift, two, ORG, TODAY, programme=SPRING).then(
        issued(quantity=2, amount_fen=60000)
    )


def test_without_a_known_value_there_is_no_amount() -> None:
    unvalued = programme(opened(unit_value_fen=None), frozen(ANN)).state
    gift().when(issue_gift, ISSUE, ORG, TODAY, programme=unvalued).then(
        issued(unit_value_fen=None, amount_fen=None)
    )


def test_somebody_off_the_roster_receives_with_the_reason_recorded() -> None:
    guest = ISSUE.model_copy(update={"person_id": DAI, "off_roster_reason": "spare_portion"})
    gift().when(issue_gift, guest, ORG, TODAY, programme=SPRING).then(
        issued(DAI, on_roster=False, off_roster_reason="spare_portion")
    )


def test_whoever_receives_from_a_named_programme_is_meant() -> None:
    named = programme(opened(population="named")).state
    gift().when(issue_gift, ISSUE, ORG, TODAY, programme=named).then(issued())


def test_before_its_roster_is_frozen_a_programme_has_nobody_on_it() -> None:
    before = programme(opened()).state
    gift().when(issue_gift, ISSUE, ORG, TODAY, programme=before).then_refused(
        "off-roster-reason-missing"
    )


@pytest.mark.parametrize(
    ("before", "changes", "of", "code"),
    [
        ([issued()], {"issued_on": TOMORROW}, None, "date-in-future"),
        ([issued()], {}, None, "unknown-programme"),
        ([issued()], {}, programme(opened(), closed()).state, "already-issued"),
        ([], {}, programme(opened(), closed()).state, "programme-closed"),
        ([issued(), RETURNED], {}, SPRING, "already-issued"),
        ([issued()], {"off_roster_reason": "other"}, SPRING, "already-issued"),
        ([issued(), signed()], {}, SPRING, "already-issued"),
        ([], {"person_id": DAI}, SPRING, "off-roster-reason-missing"),
        ([], {"off_roster_reason": "other"}, SPRING, "stands-on-roster"),
    ],
)
def test_a_gift_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], of: programmes.Programme | None, code: str
) -> None:
    command = ISSUE.model_copy(update=changes)
    gift(*before).when(issue_gift, command, ORG, TODAY, programme=of).then_refused(code)


def test_a_returned_gift_may_be_issued_again_though_not_as_it_was() -> None:
    again = ISSUE.model_copy(update={"issued_on": RETURNED.occurred_on})
    gift(issued(), RETURNED).when(issue_gift, again, ORG, TODAY, programme=SPRING).then(
        issued(occurred_on=RETURNED.occurred_on)
    )
    two = ISSUE.model_copy(update={"quantity": 2})
    gift(issued(), RETURNED).when(issue_gift, two, ORG, TODAY, programme=SPRING).then(
        issued(quantity=2, amount_fen=60000)
    )


@pytest.mark.parametrize("after", [[], [signed()]])
@pytest.mark.parametrize(
    ("changes", "differs"),
    [({}, []), ({"quantity": 2}, ["quantity"]), ({"capacity": "staff"}, ["capacity"]),
     ({"issued_on": date(2022, 1, 21), "quantity": 3}, ["occurred_on", "quantity"])],
)  # fmt: skip
def test_a_gift_said_again_is_told_what_it_differs_in(
    after: list[Any], changes: dict[str, Any], differs: list[str]
) -> None:
    command = ISSUE.model_copy(update=changes)
    refused = gift(issued(), *after).when(issue_gift, command, ORG, TODAY, programme=SPRING)
    refused.then_refused("already-issued")
    assert refused.refusal is not None
    assert refused.refusal.facts["differs"] == differs


def sign(states: dict[str, Gift], command: SignReceipts) -> Any:
    return sign_receipts(states, command, ORG, TODAY)


def test_receipts_are_signed_in_the_order_of_the_sheet() -> None:
    states = {ANN: gift(issued()).state, BO: gift(issued(BO)).state}
    assert sign(states, receipts((BO, 22), (ANN, 22))) == [signed(BO), signed()]


def test_another_hand_is_recorded() -> None:
    (event,) = sign({ANN: gift(issued()).state}, receipts((ANN, 20), signed_by=BO))
    assert event.signed_by == BO


def test_refused_receipts_are_all_listed_under_the_first_code_in_order() -> None:
    states = {
        ANN: gift(issued(), signed()).state,
        BO: gift(issued(BO)).state,
        DAI: gift(issued(DAI), RETURNED).state,
    }
    command = receipts((ANN, 22), (BO, 19), (CAI, 22), (DAI, 26))
    with pytest.raises(Refusal) as refused:
        sign(states, command)
    assert refused.value.code == "not-issued"
    assert refused.value.facts == {"rows": 4}
    assert [(one["row"], one["code"]) for one in refused.value.errors] == [
        (1, "already-signed"),
        (2, "receipt-before-issue"),
        (3, "not-issued"),
        (4, "not-issued"),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([(ANN, 20), (ANN, 20)], "listed-twice"),
        ([(CAI, 20)], "not-issued"),
        ([(BO, 20)], "already-signed"),
        ([(ANN, 19)], "receipt-before-issue"),
    ],
)
def test_each_refusal_of_a_receipt(rows: list[Any], code: str) -> None:
    states = {ANN: gift(issued()).state, BO: gift(issued(BO), signed(BO)).state}
    with pytest.raises(Refusal) as refused:
        sign(states, receipts(*rows))
    assert refused.value.code == code


def test_a_signature_of_tomorrow_is_refused() -> None:
    command = receipts((ANN, 20))
    late = command.receipts[0].model_copy(update={"signed_on": TOMORROW})
    with pytest.raises(Refusal) as refused:
        sign({ANN: gift(issued()).state}, command.model_copy(update={"receipts": (late,)}))
    assert refused.value.code == "date-in-future"


def test_a_gift_comes_back_signed_for_or_not() -> None:
    gift(issued()).when(return_gift, RETURN, ORG, TODAY).then(RETURNED)
    gift(issued(), signed()).when(return_gift, RETURN, ORG, TODAY).then(RETURNED)


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ([], {"returned_on": TOMORROW}, "date-in-future"),
        ([], {}, "not-issued"),
        ([issued(), RETURNED], {"returned_on": date(2022, 1, 1)}, "returned-already"),
        ([issued()], {"returned_on": date(2022, 1, 19)}, "returned-before-issue"),
    ],
)
def test_a_return_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], code: str
) -> None:
    command = RETURN.model_copy(update=changes)
    gift(*before).when(return_gift, command, ORG, TODAY).then_refused(code)


@forall(st.lists(st.sampled_from(["issue", "sign", "return"]), max_size=12))
@settings(deadline=None)
def test_every_decided_history_of_a_delivery_folds_and_never_issues_twice_without_a_return(
    steps: list[str],
) -> None:
    state: Gift = None
    written: list[str] = []
    for step in steps:
        try:
            if step == "issue":
                events: list[Any] = issue_gift(state, ISSUE, ORG, TODAY, programme=SPRING)
            elif step == "sign":
                events = sign_receipts({ANN: state}, receipts((ANN, 22)), ORG, TODAY)
            else:
                events = return_gift(state, RETURN, ORG, TODAY)
        except Refusal:
            continue
        for event in events:
            state = evolve(state, event)
        written.append(step)
    for first, second in pairwise(written):
        assert (first, second) not in {
            ("issue", "issue"),
            ("sign", "issue"),
            ("sign", "sign"),
            ("return", "sign"),
            ("return", "return"),
        }
