"""Of two records of one person that a source merged, nothing more is said of the one merged."""

from itertools import pairwise
from uuid import UUID

import pytest

from shared.contract.corrections import withdrawal_of
from shared.contract.envelope import DomainEvent
from shared.contract.events import ParticipantRegistered
from shared.contract.members import (
    EVENTS,
    MembersMerged,
    MembersUnmerged,
    StaffRegistered,
)
from shared.contract.stream_agreement import Said
from shared.contract.stream_rules import (
    BARS,
    KNOWN,
    NEEDS,
    OF_A_PERSON,
    ONCE,
    check_follows,
    history_of,
)
from shared.contract.withdrawal import Withdrawal
from shared.errors import ContractViolation
from tests.examples.sample import example


def refusal(*said: type[DomainEvent]) -> str | None:
    """Why the last of these cannot follow the others in one stream."""
    told = [
        Said(UUID(int=number), cls.type_name(), example(cls, {}))
        for number, cls in enumerate(said, start=1)
    ]
    for before, _ in pairwise(range(len(told) + 1)):
        try:
            check_follows(history_of(told[:before]), *told[before][1:])
        except ContractViolation as why:
            return why.reason if before == len(told) - 1 else f"{before}: {why.reason}"
    return None


def test_every_fact_of_a_person_is_barred_by_a_merge() -> None:
    of_a_person = {
        cls
        for cls in EVENTS
        if cls.STREAM.template == StaffRegistered.STREAM.template
        and not issubclass(cls, Withdrawal | MembersMerged | MembersUnmerged)
    }
    assert set(OF_A_PERSON) == of_a_person
    assert {cls.type_name() for cls in BARS} <= set(KNOWN)


@pytest.mark.parametrize("cls", OF_A_PERSON, ids=lambda cls: cls.__name__)
def test_nothing_is_said_of_a_merged_record_until_it_is_parted(cls: type[DomainEvent]) -> None:
    assert refusal(MembersMerged, cls) == "merged-record"
    assert refusal(MembersMerged, MembersUnmerged, cls) is None
    withdrawal = withdrawal_of(cls)
    assert withdrawal is not None
    assert refusal(cls, MembersMerged, withdrawal) is None


@pytest.mark.parametrize("cls", ONCE, ids=lambda cls: cls.__name__)
def test_a_fact_that_stands_is_not_said_a_second_time(cls: type[DomainEvent]) -> None:
    before = [NEEDS[cls][0]] if cls in NEEDS else []
    assert refusal(*before, cls, cls) == ONCE[cls].code


def test_a_long_stream_is_folded_in_one_go() -> None:
    """An activity of 20,000 names: copied for each of them, it would take minutes."""
    cls = ParticipantRegistered
    told = [
        Said(UUID(int=n), cls.type_name(), example(cls, {"person_id": f"p-{n:08d}"}))
        for n in range(20_000)
    ]
    history = history_of(told)
    assert len(history.facts) == len(history.said) == 20_000
    with pytest.raises(ContractViolation, match="registered-already"):
        check_follows(history, *told[7][1:])


def test_a_record_is_merged_once_and_parted_once() -> None:
    assert refusal(MembersMerged, MembersMerged) == "merged-already"
    assert refusal(MembersUnmerged) == "not-merged"
    again = (MembersMerged, MembersUnmerged, MembersMerged, MembersUnmerged)
    assert refusal(*again) is None
    assert refusal(*again, MembersUnmerged) == "not-merged"
