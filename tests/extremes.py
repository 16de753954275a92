"""Every event type at the extremes of each of its fields, made from the models of the contract.

What is made is what acceptance accepts: a reader must take all of it, however odd it is.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as at
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent
from tests.shared.contract.frozen import file_name, sample

ITEMS_MAX = 40
"""Of a list without a bound; an event with more is no document any more."""

ODD_TEXTS = (
    "\u202e\u200f\ufeff", "e\u0301\u0327", "\U0001f469\u200d\U0001f52c" * 5, "\ud7ff\ue000\uffff",
    "\U0010ffff" * 9, "'; DROP TABLE journal; --", "%s{0}$1\\x00\\", "İıſẞ\u2028\x85", "0" * 20,
    "null", "NaN", "\u4e00" * 120, " ", "\u3000", "-", "1e999", "{}", '"',
)  # fmt: skip
PATTERN_TEXTS = (
    "a", "0", "a0", "a" * 31, "0" * 63, "a" + ".-" * 31, "a" * 2 + "-" * 29, "p-000000",
    "p-" + "z" * 40, "0" * 64, "f" * 64, "0000-01", "9999-12", "0000-0000", "9999-9999",
    "0000-9999", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "guildhall.x.Y.v1", "wel-01", "2022-01-01", "a-1.2", "z" + "9" * 30,
    "organisation", "person-p-000000", "person-p-" + "z" * 40, "programme-a",
    "procurement-" + "z" * 80, "issue-a", "activity-" + "z" * 120,
)  # fmt: skip
"""Of what a pattern allows, whatever it is: those that match are taken."""
DATES = (
    date.min,
    date(1, 12, 31),
    date(1900, 2, 28),
    date(2000, 2, 29),
    date(9999, 1, 1),
    date.max,
)


def extremes(cls: type[DomainEvent]) -> Iterator[DomainEvent]:
    """Events of a type: each field in turn at each of its extremes, the others as in its frozen
    sample; all fields at once at their first and at their last; all numbers at once at their
    largest, and all dates at their last and first, each of these with one left out."""
    given = dict(sample(file_name(cls))["data"])
    fields = {name: list(_of_field(cls, name, info)) for name, info in cls.model_fields.items()}
    for name, values in fields.items():
        for value in values:
            yield from _event(cls, {**given, name: value})
    for which in (0, -1):
        yield from _event(cls, {n: values[which] for n, values in fields.items() if values})
    for kind in (int, date):
        for most in (max, min):
            of_kind = {n: [v for v in vs if type(v) is kind] for n, vs in fields.items()}
            all_most = {**given, **{n: most(vs) for n, vs in of_kind.items() if vs}}
            yield from _event(cls, all_most)
            for name in (n for n, vs in of_kind.items() if vs and None in fields[n]):
                yield from _event(cls, {**all_most, name: None})


def every_event() -> Iterator[DomainEvent]:
    """Of every type of the contract."""
    for cls in CATALOGUE.values():
        yield from extremes(cls)


def _event(cls: type[DomainEvent], values: Mapping[str, Any]) -> Iterator[DomainEvent]:
    try:
        yield cls.model_validate(values)
    except ValidationError:
        return  # a bound that the type does not tell of


def _of_field(cls: type[BaseModel], name: str, info: FieldInfo) -> Iterator[Any]:
    yield from _of_type(info.annotation, info.metadata)
    if not info.is_required():
        yield info.get_default(call_default_factory=True)


def _of_type(hint: Any, metadata: list[Any]) -> Iterator[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        more = [m for a in arguments[1:] for m in (a.metadata if isinstance(a, FieldInfo) else [a])]
        yield from _of_type(arguments[0], [*more, *metadata])
    elif origin is Literal:
        yield from arguments
    elif origin in (Union, UnionType):
        for each in arguments:
            yield from _of_type(each, metadata)
    elif origin is tuple:
        items = [each for each in _of_type(arguments[0], []) if _fits(arguments[0], each)]
        most = _bound(metadata, at.MaxLen, "max_length", ITEMS_MAX)
        least = _bound(metadata, at.MinLen, "min_length", 0)
        for length in {least, 1, min(most, ITEMS_MAX)}:
            yield tuple(items[n % len(items)] for n in range(length))
    elif hint is NoneType:
        yield None
    elif hint is bool:
        yield from (False, True)
    elif hint is int:
        yield from _integers(metadata)
    elif hint is date:
        yield from DATES
    elif hint is str:
        yield from _texts(metadata)
    else:
        yield from _parts(hint)


def _integers(metadata: list[Any]) -> Iterator[int]:
    least = max(_bound(metadata, at.Ge, "ge", 0), _bound(metadata, at.Gt, "gt", -1) + 1)
    most = min(_bound(metadata, at.Le, "le", 2**63 - 1), _bound(metadata, at.Lt, "lt", 2**63) - 1)
    yield from (least, least + 1, most)


def _texts(metadata: list[Any]) -> Iterator[str]:
    most = _bound(metadata, at.MaxLen, "max_length", 500)
    patterned = any(getattr(each, "pattern", None) for each in metadata)
    texts = (*PATTERN_TEXTS, *ODD_TEXTS) if patterned else ODD_TEXTS
    yield from (text[:most] for text in texts)
    yield "汉" * most


def _parts(model: Any) -> Iterator[Mapping[str, Any]]:
    assert isinstance(model, type) and issubclass(model, BaseModel), f"no extremes of {model}"
    fields = {name: list(_of_field(model, name, info)) for name, info in model.model_fields.items()}
    valid = {name: [v for v in values if _valid(model, name, v)] for name, values in fields.items()}
    for which in range(max(map(len, valid.values()))):
        yield {name: values[which % len(values)] for name, values in valid.items()}


def _valid(model: type[BaseModel], name: str, value: Any) -> bool:
    try:
        model.model_validate({name: value})
    except ValidationError as why:
        return all(error["loc"][:1] != (name,) for error in why.errors())
    return True


def _fits(hint: Any, value: Any) -> bool:
    try:
        TypeAdapter(hint).validate_python(value)
    except ValidationError:
        return False
    return True


def _bound(metadata: list[Any], kind: type[Any], name: str, default: int) -> int:
    found = [getattr(each, name) for each in metadata if isinstance(each, kind)]
    return int(found[0]) if found else default
