"""The frozen samples as events: what one event of each type looks like, told once."""

from functools import cache
from typing import Any, TypeVar

import orjson

from shared.contract.envelope import DomainEvent
from tests.shared.contract.frozen import file_name, sample

E = TypeVar("E", bound=DomainEvent)

PAPER = "source_recorded_on"
"""The date of a paper source: an example is entered as it happens, unless it is told otherwise."""


def example(cls: type[E], changes: dict[str, Any]) -> E:
    """The sample of `cls` with these fields changed; None leaves an optional one out.

    Raises pydantic.ValidationError for what the contract refuses, unknown fields included.
    """
    return cls.model_validate({**_data(cls), **changes})


@cache
def _data(cls: type[DomainEvent]) -> dict[str, Any]:
    event = cls.model_validate_json(_json(cls))
    return {name: getattr(event, name) for name in event.model_fields_set - {PAPER}}


def _json(cls: type[DomainEvent]) -> bytes:
    return orjson.dumps(sample(file_name(cls))["data"])
