"""Every fact has a correction, or a reason why it needs none."""

import pytest

from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import (
    CORRECTED_BY,
    UNCORRECTED,
    corrected_by,
    withdrawal_of,
)
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal

TYPES = sorted(CATALOGUE.values(), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.__name__)
def test_every_type_is_corrected_by_another_or_has_its_reason(cls: type[DomainEvent]) -> None:
    assert bool(corrected_by(cls)) != (cls in UNCORRECTED), f"{cls.__name__}: say what corrects it"


def test_nothing_else_is_said_of_types_that_are_none() -> None:
    assert {*CORRECTED_BY, *UNCORRECTED} <= set(TYPES)
    assert all(UNCORRECTED.values())


@pytest.mark.parametrize("cls", CORRECTED_BY, ids=lambda cls: cls.__name__)
def test_a_correction_is_of_the_same_context_and_stands_where_it_may(
    cls: type[DomainEvent],
) -> None:
    for by in corrected_by(cls):
        assert by.CONTEXT == cls.CONTEXT
        same = by.STREAM.template == cls.STREAM.template
        assert same or by.STREAM.template == "{org_id}/{entry_stream}", by.__name__


def test_what_takes_an_entry_back_says_why_and_names_it_and_is_not_taken_back() -> None:
    withdrawals = [cls for cls in TYPES if issubclass(cls, Withdrawal)]
    assert len(withdrawals) == 5
    for cls in withdrawals:
        assert {"entry", "reason", "occurred_on"} <= set(cls.model_fields)
        assert withdrawal_of(cls) is None


def test_every_correction_says_why_by_a_code() -> None:
    entered = {by for all_by in CORRECTED_BY.values() for by in all_by} - set(CORRECTED_BY)
    for cls in entered:
        schema = cls.model_json_schema()
        assert "enum" in schema["properties"]["reason"], cls.__name__
