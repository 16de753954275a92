"""Procurement (采购): decided once, then perhaps a contract with the supplier decided on."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.benefits.commands.procurement import DecideProcurement, SignContract
from shared.contract.benefits import ContractSigned, ProcurementDecided
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid, Unknown

ProcurementEvent = ProcurementDecided | ContractSigned


@dataclass(frozen=True, slots=True)
class Decided:
    """How it is bought and from whom; no contract yet."""

    terms: ProcurementDecided


@dataclass(frozen=True, slots=True)
class Contracted:
    """The contract is signed."""

    terms: ProcurementDecided
    contract: ContractSigned


Procurement = Decided | Contracted | None
"""None: there is no such procurement."""


def evolve(state: Procurement, event: ProcurementEvent) -> Procurement:
    """The procurement after one more event."""
    match event:
        case ProcurementDecided():
            return Decided(event)
        case ContractSigned():
            assert state is not None, "ContractSigned before ProcurementDecided"
            return Contracted(state.terms, event)
        case _:
            assert_never(event)


def decide_procurement(
    state: Procurement, command: DecideProcurement, org_id: str, today: date
) -> list[ProcurementEvent]:
    """Single source is lawful in three situations only (政府采购法 art. 31): one is named.

    Raises Invalid `date-in-future`, `basis-missing`, `basis-not-meant`; Conflict
    `procurement-exists` (`differs`).
    """
    not_in_future(today, command.decided_on, command.source_recorded_on)
    if command.method == "single_source" and command.basis is None:
        raise Invalid("basis-missing", "single source needs its basis: 政府采购法 art. 31 (1)-(3)")
    if command.method != "single_source" and command.basis is not None:
        raise Invalid("basis-not-meant", f"{command.method} has no single-source basis")
    if state is not None:
        raise Conflict(
            "procurement-exists",
            f"{command.procurement_id} was decided before",
            differs=_decided_differently(state.terms, command),
        )
    return [
        ProcurementDecided(
            org_id=org_id,
            occurred_on=command.decided_on,
            procurement_id=command.procurement_id,
            title=command.title,
            method=command.method,
            basis=command.basis,
            supplier=command.supplier,
            amount_fen=command.amount_fen,
            fund=command.fund,
            notice_from=command.notice_from,
            notice_to=command.notice_to,
            decision_ref=command.decision_ref,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _decided_differently(stands: ProcurementDecided, command: DecideProcurement) -> list[str]:
    return differing(
        occurred_on=(stands.occurred_on, command.decided_on),
        title=(stands.title, command.title),
        method=(stands.method, command.method),
        basis=(stands.basis, command.basis),
        supplier=(stands.supplier, command.supplier),
        amount_fen=(stands.amount_fen, command.amount_fen),
        fund=(stands.fund, command.fund),
        notice_from=(stands.notice_from, command.notice_from),
        notice_to=(stands.notice_to, command.notice_to),
        decision_ref=(stands.decision_ref, command.decision_ref),
    )


def sign_contract(
    state: Procurement, command: SignContract, org_id: str, today: date
) -> list[ProcurementEvent]:
    """Sign with the supplier that was decided on.

    Raises Invalid `date-in-future`; Unknown `unknown-procurement`; Conflict
    `contract-signed-already` (`differs`), `supplier-differs`.
    """
    not_in_future(today, command.signed_on, command.source_recorded_on)
    match state:
        case None:
            raise Unknown("unknown-procurement", f"nothing was decided on {command.procurement_id}")
        case Contracted():
            stands = state.contract
            raise Conflict(
                "contract-signed-already",
                f"it was signed on {stands.occurred_on}",
                differs=differing(
                    occurred_on=(stands.occurred_on, command.signed_on),
                    supplier=(stands.supplier, command.supplier),
                    amount_fen=(stands.amount_fen, command.amount_fen),
                ),
            )
        case Decided():
            if command.supplier != state.terms.supplier:
                raise Conflict(
                    "supplier-differs",
                    f"{state.terms.supplier} was decided on, not {command.supplier}",
                )
    return [
        ContractSigned(
            org_id=org_id,
            occurred_on=command.signed_on,
            procurement_id=command.procurement_id,
            supplier=command.supplier,
            amount_fen=command.amount_fen,
            source_recorded_on=command.source_recorded_on,
        )
    ]
