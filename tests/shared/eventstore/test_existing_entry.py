"""A refusal of what stands says which entry does, as withdraw-entries names it."""

from uuid import UUID

import pytest

from shared.contract.benefits import GiftIssued, GiftReturned
from shared.contract.envelope import DomainEvent
from shared.contract.events import ActivityHeld
from shared.contract.members import RegistrationWithdrawn, StaffRegistered
from shared.contract.stream_rules import ONCE
from shared.errors import Conflict
from shared.eventstore.existing_entry import EXISTING, existing_entry, telling_existing_entry
from shared.eventstore.loaded import Loaded
from tests.examples.sample import example


def loaded(*events: DomainEvent) -> Loaded:
    ids = [UUID(int=number) for number in range(1, len(events) + 1)]
    return Loaded(events, len(events), ["clerk-1"] * len(events), ids)


@pytest.mark.parametrize("cls", ONCE, ids=lambda cls: cls.__name__)
def test_whatever_stands_once_is_named_by_the_code_of_its_refusal(cls: type[DomainEvent]) -> None:
    found = loaded(example(GiftIssued, {}) if cls is not GiftIssued else example(GiftReturned, {}))
    found = loaded(*found.events, example(cls, {}))
    assert cls in EXISTING[ONCE[cls].code]
    assert existing_entry("tjtc/x", found, ONCE[cls].code) == "tjtc/x@2"


def test_what_was_taken_back_or_never_was_does_not_stand() -> None:
    issued, returned = (
        example(GiftIssued, {}),
        example(GiftReturned, {"reason": "entered_in_error"}),
    )
    assert existing_entry("g", loaded(issued, returned), "already-issued") is None
    assert existing_entry("g", loaded(issued, returned, issued), "already-issued") == "g@3"
    staff = example(StaffRegistered, {})
    gone = example(RegistrationWithdrawn, {"entry": str(UUID(int=1))})
    assert existing_entry("p", loaded(staff, gone), "already-staff") is None


def test_of_several_side_by_side_none_is_guessed() -> None:
    held = [example(ActivityHeld, {"session": session}) for session in (1, 2)]
    assert existing_entry("a", loaded(*held), "session-held") is None
    assert existing_entry("a", loaded(held[0]), "session-held") == "a@1"
    assert existing_entry("a", loaded(*held), "no-such-code") is None


def test_it_is_told_with_the_refusal_and_with_each_of_its_rows() -> None:
    found = {f"tjtc/gift-m.p-0000000{n}": loaded(example(GiftIssued, {})) for n in (1, 2)}
    rows = [
        {"row": n, "code": "already-issued", "person_id": f"p-0000000{n}", "differs": []}
        for n in (1, 2)
    ]
    with pytest.raises(Conflict) as refused, telling_existing_entry(found):
        raise Conflict("already-issued", "twice", errors=[*rows, {"row": 3, "code": "x"}])
    told = [row.get("entry") for row in refused.value.errors]
    assert told == ["tjtc/gift-m.p-00000001@1", "tjtc/gift-m.p-00000002@1", None]
    with pytest.raises(Conflict) as refused, telling_existing_entry(dict([*found.items()][:1])):
        raise Conflict("already-issued", "before", differs=["quantity"])
    assert refused.value.facts["entry"] == "tjtc/gift-m.p-00000001@1"
