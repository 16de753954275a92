"""Events as another source would tell them, and what must have been told before them."""

import json
from typing import Any
from uuid import UUID

from guildhall.cli.conformance import Row
from tests.shared.contract.frozen import sample

SOURCE = "/ext/canteen"
Document = dict[str, Any]

ENTRIES = {
    "MembershipWithdrawn": "MemberJoined",
    "RegistrationWithdrawn": "StaffRegistered",
    "BenefitEntryWithdrawn": "ProgrammeOpened",
    "DeliveryEntryWithdrawn": "GiftIssuedAgain",
    "EntryWithdrawn": "MeetingConvened",
}
"""By withdrawal, a type that it takes back."""
BEFORE = {
    "GiftReceiptSigned": "GiftIssued",
    "GiftIssuedAgain": "GiftIssued",
    "GiftReturned": "GiftIssued",
    "ClaimReversed": "ClaimPaid",
    "CoverEnded": "MemberInsured",
    "MembersUnmerged": "MembersMerged",
    "IncomeCorrected": "IncomeReceived",
    "ExpenditureReversed": "ExpenditurePaid",
    **ENTRIES,
}
"""What stands before each event that needs another."""
IDS = (
    "programme_id", "person_id", "claim_id", "policy_id", "income_id", "payment_id", "meeting_id",
)  # fmt: skip


def theirs(name: str, number: int = 1, /, **data: Any) -> Document:
    """The sample of a type, as the canteen says it, with no number in its stream."""
    document = sample(name)
    document = {n: v for n, v in document.items() if n not in ("salt", "streamversion")}
    document |= {"source": SOURCE, "id": str(UUID(int=number)), "data": document["data"] | data}
    return document


def of(*documents: Document | bytes) -> list[Row]:
    """The rows of a file."""
    texts = [
        each if isinstance(each, bytes) else json.dumps(each, ensure_ascii=False).encode()
        for each in documents
    ]
    return [Row(number, text) for number, text in enumerate(texts, start=1)]


def told(name: str, /, **data: Any) -> list[Document]:
    """What has to be told first, and then an event of the type, in one stream."""
    if name not in BEFORE:
        return [theirs(f"{name}.v1.json", 1, **data)]
    said = theirs(f"{name}.v1.json", **data)
    first = BEFORE[name]
    shared = {field: value for field, value in said["data"].items() if field in IDS}
    if name == "IncomeCorrected":
        shared |= {"source": said["data"]["was_source"], "amount_fen": said["data"]["was_fen"]}
    if name == "ExpenditureReversed":
        shared |= {field: said["data"].get(field) for field in ("fund", "payer", "amount_fen")}
    before = told(first, **shared)
    for each in before:
        each["subject"] = said["subject"]
    if name in ENTRIES:
        said["data"]["entry"] = before[-1]["id"]
    said["id"] = str(UUID(int=len(before) + 1))
    return [*before, said]


def withdrawn(entry: Document, name: str, number: int, /, **data: Any) -> Document:
    """What takes an entry back, in its stream."""
    said = theirs(f"{name}.v1.json", number, entry=entry["id"], **data)
    said["data"].pop("entry_version", None)
    if "entry_stream" in said["data"]:
        said["data"]["entry_stream"] = entry["subject"].partition("/")[2]
    shared = {n: v for n, v in entry["data"].items() if n in said["data"] and n.endswith("_id")}
    return said | {"subject": entry["subject"], "data": said["data"] | shared}


def in_stream_of(first: Document, name: str, number: int, /, **data: Any) -> Document:
    """An event of a type in the stream of another."""
    said = theirs(f"{name}.v1.json", number, **data)
    shared = {n: v for n, v in first["data"].items() if n in said["data"] and n.endswith("_id")}
    return said | {"subject": first["subject"], "data": said["data"] | shared}
