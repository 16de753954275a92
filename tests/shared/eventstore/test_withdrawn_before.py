"""What a person took back is refused where the request would not enter it again, and named."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from shared.contract.benefits import GiftIssued, GiftReturned
from shared.contract.envelope import DomainEvent
from shared.errors import Conflict
from shared.eventstore.loaded import Loaded
from shared.eventstore.withdrawn_before import refuse_what_was_withdrawn
from tests.examples.sample import example


async def refused(stands: Sequence[DomainEvent], entering: DomainEvent) -> Conflict | None:
    ids = [UUID(int=number) for number in range(1, len(stands) + 1)]
    found = Loaded(stands, len(stands), ["clerk-1"] * len(stands), ids)

    async def load_many(streams: Sequence[str]) -> Mapping[str, Loaded]:
        return dict.fromkeys(streams, found)

    try:
        await refuse_what_was_withdrawn(load_many, {"tjtc/gift-m": [entering]})
    except Conflict as why:
        return why
    return None


@pytest.mark.parametrize("reason", ["entered_in_error", "returned"])
async def test_only_what_never_was_is_refused_and_only_as_it_was_said(reason: str) -> None:
    issued = example(GiftIssued, {"quantity": 1, "amount_fen": None, "unit_value_fen": None})
    stands = [issued, example(GiftReturned, {"reason": reason})]
    why = await refused(stands, issued)
    if reason == "returned":
        assert why is None, "it was issued, and came back"
        return
    assert why is not None and why.code == "withdrawn-before"
    assert why.facts["entry"] == "tjtc/gift-m@1"
    assert why.errors == [
        {"code": why.code, "entry": "tjtc/gift-m@1", "person_id": issued.person_id}
    ]
    assert await refused(stands, issued.model_copy(update={"quantity": 2})) is None
    assert await refused([issued], issued) is None, "what stands, the decision refuses"
