"""Any event of the contract, among few people and things, so that events meet each other.

Values are chosen from small pools by field name; what happened need not make sense, because a
projection must fold whatever a source was allowed to say.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.contract.benefits import EVENTS as BENEFITS
from shared.contract.envelope import DomainEvent
from shared.contract.events import EVENTS
from shared.contract.members import EVENTS as MEMBERS
from tests.reporting.records import ORG

CLASSES: tuple[type[DomainEvent], ...] = (*MEMBERS, *BENEFITS, *EVENTS)
PEOPLE = ("p-000001", "p-000002", "p-000003")
DAYS = st.integers(0, 120).map(lambda n: date(2022, 1, 1) + timedelta(days=n))
TEXTS: Mapping[str, st.SearchStrategy[str]] = {
    "org_id": st.just(ORG),
    "person_id": st.sampled_from(PEOPLE),
    "dependant_id": st.just("p-000009"),
    "signed_by": st.sampled_from(PEOPLE),
    "kept_person_id": st.sampled_from(PEOPLE),
    "sha256": st.just("0" * 64),
    "entry": st.just("00000000-0000-7000-8000-000000000000"),
    "month": st.sampled_from(("2022-01", "2022-02")),
    "school_year": st.just("2021-2022"),
    "title": st.just("题目"),
    **dict.fromkeys(
        ("from_org", "to_org", "parent_org_id", "from_parent", "to_parent"), st.just("jt-group")
    ),
}
"""Texts by field name; every other text is an id from a pool of two."""
ENTRY_STREAMS = {"members": "person-p-000001", "benefits": "programme-a", "events": "meeting-a"}
"""Of what takes an entry back, one of each context."""
IDS = st.sampled_from(("a", "b"))


def happenings(*, least: int = 0, most: int = 40) -> st.SearchStrategy[list[DomainEvent]]:
    """Lists of any events, in any order."""
    return st.lists(st.one_of(map(of_class, CLASSES)), min_size=least, max_size=most)


def of_class(cls: type[DomainEvent]) -> st.SearchStrategy[Any]:
    """Any event of a class."""
    return _model(cls).map(cls.model_validate)


def _model(cls: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            name: _field(name, field.annotation, cls)
            for name, field in cls.model_fields.items()
            if name != "source_recorded_on"
        }
    )


def _field(name: str, hint: Any, of: type[BaseModel]) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _field(name, arguments[0], of)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of(*(_field(name, each, of) for each in arguments))
    if origin is tuple:
        item = _field(name.removesuffix("s"), arguments[0], of)
        return st.lists(item, min_size=1, max_size=3).map(tuple)
    if hint is NoneType:
        return st.none()
    if hint is bool:
        return st.booleans()
    if hint is int and name.endswith("_year"):
        return st.sampled_from((2022, 2023))
    if hint is int:
        return st.integers(0 if name == "incidents" else 1, 3)
    if hint is date:
        return DAYS
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _model(hint)
    if name == "entry_stream":
        assert issubclass(of, DomainEvent)
        return st.just(ENTRY_STREAMS[of.CONTEXT])
    if hint is str:
        return TEXTS.get(name, st.sampled_from(PEOPLE) if name == "missed" else IDS)
    raise AssertionError(f"no strategy for {name}: {hint}")


def long_history(length: int) -> list[DomainEvent]:
    """The same arbitrary history every time, for tests that need it outside hypothesis.

    Every type occurs as often as any other, so that none gets rare when more of them are published.
    """
    happened: list[DomainEvent] = []
    order = Random(2022)

    @seed(2022)
    @settings(max_examples=20, database=None, phases=[Phase.generate])
    @given(events=st.tuples(*map(of_class, CLASSES)))
    def collect(events: tuple[DomainEvent, ...]) -> None:
        happened.extend(order.sample(events, len(events)))

    collect()
    return happened[:length]
