"""How something is bought, and the contract that follows."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.benefits.commands.procurement import DecideProcurement, SignContract
from services.benefits.domain import procurement
from services.benefits.domain.procurement import decide_procurement, sign_contract
from shared.testing.decider import Given, given
from tests.benefits.requests import BODIES, ORG, TODAY
from tests.examples.benefits import contract_signed, procurement_decided

TOMORROW = date(2022, 12, 16)
DECIDE = DecideProcurement.model_validate(BODIES["decide-procurement"][1])
SIGN = SignContract.model_validate(BODIES["sign-contract"][1])

DECIDED = procurement_decided(
    occurred_on=date(2022, 4, 10),
    procurement_id="health-2022",
    title="教职工体检",
    notice_from=date(2022, 4, 1),
    notice_to=date(2022, 4, 8),
    amount_fen=None,
    decision_ref=None,
)
SIGNED = contract_signed(
    occurred_on=date(2022, 4, 20), procurement_id="health-2022", amount_fen=None
)


def buying(*events: Any) -> Given:
    return given(procurement, None, *events)


def test_a_single_source_is_decided_on_its_basis_and_the_contract_follows() -> None:
    buying().when(decide_procurement, DECIDE, ORG, TODAY).then(DECIDED)
    buying(DECIDED).when(sign_contract, SIGN, ORG, TODAY).then(SIGNED)


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ([DECIDED], {"decided_on": TOMORROW, "basis": None}, "date-in-future"),
        ([DECIDED], {"basis": None}, "basis-missing"),
        ([DECIDED], {"method": "inquiry"}, "basis-not-meant"),
        ([DECIDED], {}, "procurement-exists"),
    ],
)
def test_a_decision_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], code: str
) -> None:
    command = DECIDE.model_copy(update=changes)
    buying(*before).when(decide_procurement, command, ORG, TODAY).then_refused(code)


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ([], {"signed_on": TOMORROW}, "date-in-future"),
        ([], {"supplier": "另一家医院"}, "unknown-procurement"),
        ([DECIDED, SIGNED], {"supplier": "另一家医院"}, "contract-signed-already"),
        ([DECIDED], {"supplier": "另一家医院"}, "supplier-differs"),
    ],
)
def test_a_contract_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], code: str
) -> None:
    command = SIGN.model_copy(update=changes)
    buying(*before).when(sign_contract, command, ORG, TODAY).then_refused(code)


@pytest.mark.parametrize(
    "notice", [{"notice_to": None}, {"notice_from": "2022-04-09", "notice_to": "2022-04-08"}]
)
def test_a_public_notice_has_a_first_and_a_last_day(notice: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DecideProcurement.model_validate({**BODIES["decide-procurement"][1], **notice})
