"""Receipts (签收): signatures for deliveries, many in one command; all rows or none.

A signature may come after the programme was closed, because it happened.
"""

from collections.abc import Mapping
from datetime import date

from services.benefits.commands.gifts import Receipt, SignReceipts
from services.benefits.domain.gifts import Gift, Issued, Returned, Signed
from shared.contract.benefits import GiftReceiptSigned
from shared.decider.restated import differing
from shared.decider.row_refusals import listed_twice, refuse_rows, refused_row
from shared.errors import Conflict, Invalid


def sign_receipts(
    gifts: Mapping[str, Gift], command: SignReceipts, org_id: str, today: date
) -> list[GiftReceiptSigned]:
    """Sign for the deliveries in `gifts`, by person; all rows or none, in the command's order.

    Raises, listing every refused row: Invalid `listed-twice`, `date-in-future`; Conflict
    `not-issued`, `already-signed` (`differs`), `receipt-before-issue`.
    """
    rows = listed_twice([receipt.person_id for receipt in command.receipts])
    for number, receipt in enumerate(command.receipts, start=1):
        gift = gifts.get(receipt.person_id)
        code = _receipt_refused(gift, receipt, today)
        if code is not None:
            told = _signed_differently(gift, receipt) if code == "already-signed" else {}
            rows.append(refused_row(number, code, person_id=receipt.person_id, **told))
    refuse_rows(rows, RECEIPT_REFUSALS)
    return [
        GiftReceiptSigned(
            org_id=org_id,
            occurred_on=receipt.signed_on,
            programme_id=command.programme_id,
            person_id=receipt.person_id,
            signed_by=receipt.signed_by or receipt.person_id,
            source_recorded_on=command.source_recorded_on,
        )
        for receipt in command.receipts
    ]


RECEIPT_REFUSALS = {
    "listed-twice": Invalid,
    "date-in-future": Invalid,
    "not-issued": Conflict,
    "already-signed": Conflict,
    "receipt-before-issue": Conflict,
}


def _receipt_refused(gift: Gift, receipt: Receipt, today: date) -> str | None:
    if receipt.signed_on > today:
        return "date-in-future"
    match gift:
        case Returned(receipt=GiftReceiptSigned() as before) if not _apart(before, receipt):
            return "already-signed"
        case None | Returned():
            return "not-issued"
        case Signed():
            return "already-signed"
        case Issued(terms=terms):
            return "receipt-before-issue" if receipt.signed_on < terms.occurred_on else None


def _signed_differently(gift: Gift, receipt: Receipt) -> dict[str, list[str]]:
    assert isinstance(gift, Signed | Returned) and gift.receipt is not None, f"signed in {gift}"
    return {"differs": _apart(gift.receipt, receipt)}


def _apart(stands: GiftReceiptSigned, receipt: Receipt) -> list[str]:
    return differing(
        occurred_on=(stands.occurred_on, receipt.signed_on),
        signed_by=(stands.signed_by, receipt.signed_by or receipt.person_id),
    )
