"""Each event type has one example, and it is the frozen sample."""

import re
from importlib import import_module

import pytest
from pydantic import ValidationError

from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent, plain
from tests.examples.benefits import gift_issued
from tests.examples.sample import PAPER
from tests.shared.contract.frozen import file_name, sample


@pytest.mark.parametrize("cls", CATALOGUE.values(), ids=lambda cls: cls.__name__)
def test_the_example_of_a_type_is_its_frozen_sample(cls: type[DomainEvent]) -> None:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    event = getattr(import_module(f"tests.examples.{cls.CONTEXT}"), name)()
    data = sample(file_name(cls))["data"]
    assert type(event) is cls
    assert {**plain(event), PAPER: data[PAPER]} == plain(cls.model_validate(data))


def test_an_example_takes_changes_and_leaves_out_what_is_none() -> None:
    event = gift_issued(quantity=2, occurred_on="2022-09-07", unit_value_fen=None)
    expected = {**plain(gift_issued()), "quantity": 2, "occurred_on": "2022-09-07"}
    del expected["unit_value_fen"]
    assert plain(event) == expected


def test_the_contract_holds_for_an_example_too() -> None:
    with pytest.raises(ValidationError):
        gift_issued(quantity=0)
    with pytest.raises(ValidationError):
        gift_issued(person="p-a7k2m9")
