"""What a clerk is told to do about a row that differs: for every kind, of commands that exist."""

import re

import pytest
from typer.main import get_command

from guildhall.cli.__main__ import app
from guildhall.imports import KINDS
from guildhall.imports.what_to_do import OTHERWISE, TO_DO, WHATEVER_KIND, what_to_do
from services.benefits.api import COMMANDS as BENEFITS
from services.events.api import COMMANDS as EVENTS
from services.members.api import COMMANDS as MEMBERS
from shared.contract import benefits as b
from shared.contract import events as e
from shared.contract import members as m
from shared.contract.corrections import withdrawal_of

COMMANDS = {*BENEFITS, *EVENTS, *MEMBERS}


def test_there_is_a_line_for_every_kind_and_for_no_other() -> None:
    assert set(TO_DO) == set(KINDS)
    assert all("differs" in lines for lines in TO_DO.values())


@pytest.mark.parametrize("kind", TO_DO)
def test_every_command_that_is_named_exists(kind: str) -> None:
    named = re.findall(r"[a-z]+(?:-[a-z]+)+", " ".join(TO_DO[kind].values()))
    assert set(named) <= COMMANDS


ENTERED = {
    "staff": (m.StaffRegistered,), "members": (m.MemberJoined,),
    "leavers": (m.MemberLeft, m.MemberRetired, m.MemberDied, m.MemberTransferredOut, m.StaffLeft),
    "departments": (m.DepartmentChanged,),
    "dependants": (m.DependantDeclared,), "activities": (e.ActivityPlanned, e.ActivityHeld),
    "attendance": (e.AttendanceRecorded,), "meetings": (e.MeetingConvened, e.CongressHeld),
    "plan-items": (e.PlanItemSet, e.PlanItemDone), "receipts": (b.GiftReceiptSigned,),
    "procurements": (b.ProcurementDecided, b.ContractSigned), "gifts": (b.GiftIssued,),
    "claims": (b.ClaimFiled,), "insured": (b.MemberInsured,), "budget": (b.BudgetApproved,),
    "income": (b.IncomeReceived,), "payment-requests": (b.ExpenditureRequested,),
    "payments": (b.ExpenditurePaid,),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_withdrawing_is_advised_only_of_what_can_be_withdrawn(kind: str) -> None:
    if any("withdraw-entries" in said for said in TO_DO[kind].values()):
        assert all(withdrawal_of(event) for event in ENTERED[kind])


def test_a_merged_record_has_its_line_whatever_the_kind() -> None:
    for kind in KINDS:
        assert what_to_do(kind, "merged-record") == WHATEVER_KIND["merged-record"]
    said = " ".join(WHATEVER_KIND.values())
    assert set(re.findall(r"(?<!-)\b[a-z]+(?:-[a-z]+)+", said)) <= COMMANDS
    options = get_command(app).commands["import"].params
    assert set(re.findall(r"--[a-z-]+", said)) <= {name for each in options for name in each.opts}


def test_what_was_withdrawn_has_its_line_whatever_the_kind() -> None:
    for kind in KINDS:
        assert "撤回得对" in what_to_do(kind, "withdrawn-before")
    assert "换一个申请编号" in what_to_do("claims", "withdrawn-before"), "an id is used once"


def test_a_code_has_its_own_line_or_the_kind_s() -> None:
    assert "另编工号" in what_to_do("staff", "number-was-anothers")
    assert what_to_do("staff", "already-staff") == TO_DO["staff"]["differs"]
    assert what_to_do("nothing", "x") == OTHERWISE
