"""Fast decoders, made from the pydantic models: they accept, and never refuse.

pydantic is the contract's one definition. From each model a `msgspec` struct is made with the same
fields and bounds; it decodes in a tenth of the time. What a struct does not accept is read again
the slow way (`attributes.py`, then the model), which accepts it after all or says why not. A model
with a constraint that no struct can express has no decoder here: `struct_of` raises TypeError.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

import annotated_types as at
import msgspec
from pydantic import BaseModel, BeforeValidator, Strict
from pydantic.fields import FieldInfo

from shared.contract.attributes import ATTRIBUTE_CHARS_MAX, INT32_MAX
from shared.contract.catalogue import CATALOGUE
from shared.contract.document import DOCUMENT_BYTES_MAX
from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.values import BusinessDate

Required = Annotated[str, msgspec.Meta(min_length=1, max_length=ATTRIBUTE_CHARS_MAX)]
Optional = Annotated[str, msgspec.Meta(max_length=ATTRIBUTE_CHARS_MAX)]
(_CIVIL,) = (each for each in get_args(BusinessDate) if isinstance(each, BeforeValidator))


class _Attributes(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A document's attributes. One that is not among them is judged the slow way."""

    specversion: Literal["1.0"]
    id: UUID
    source: Required
    type: Required
    subject: Required
    time: datetime
    orgid: Required
    actor: Required
    data: msgspec.Raw
    datacontenttype: str = ""
    dataschema: str = ""
    role: Optional = ""
    correlationid: Optional = ""
    causationid: Optional = ""
    streamversion: Annotated[int, msgspec.Meta(ge=0, le=INT32_MAX)] = 0
    simulated: bool = False
    salt: Optional = ""


_attributes = msgspec.json.Decoder(_Attributes).decode

# Bytes that a control character of a String needs: an escape, DEL, or the lead byte of U+0080–9F.
_ESCAPE, _DELETE, _C1 = b"\\", b"\x7f", b"\xc2"

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises: RecursionError too, where a stranger's value is nested a thousand deep."""

NESTED_MAX = 64
"""Objects and arrays in a document that is read the fast way; the models bound nesting, and what a
struct passes over it does not."""


def decode_envelope(
    document: bytes, epoch: int = 0, shard: int | None = None, sequence: int | None = None
) -> Envelope | None:
    """The envelope of a document, or None: read it with `attributes.envelope_of_document`.

    `epoch`, `shard` and `sequence` say how it travelled, which no document does.
    """
    if len(document) > DOCUMENT_BYTES_MAX or _ESCAPE in document or _DELETE in document:
        return None
    try:
        found = _attributes(document)
    except UNREADABLE:
        return None
    data = bytes(found.data)
    if found.time.tzinfo is not UTC or data[:1] != b"{":
        return None
    arrays = document.count(b"[") if b"[" in document else 0
    if document.count(b"{") + arrays > NESTED_MAX:
        return None
    if not document.isascii() and not _is_plain(document):
        return None
    return Envelope(
        found.id,
        found.source,
        found.type,
        found.subject,
        found.streamversion,
        found.orgid,
        found.time,
        found.actor,
        found.role,
        found.correlationid,
        found.causationid,
        found.simulated,
        epoch,
        data,
        shard,
        sequence,
        found.salt,
    )


def _is_plain(document: bytes) -> bool:
    """Whether it is UTF-8 throughout (what a decoder passes over it does not check) and has no
    control character of U+0080–9F."""
    try:
        document.decode()
    except UnicodeDecodeError:
        return False
    return _C1 not in document


def decode_event(type_name: str, data: bytes) -> DomainEvent:
    """An event's data, as a struct with the fields of its model.

    Raises KeyError for a type that is not published, ValidationError from the model: no struct
    refuses, because what it does not accept the model reads.
    """
    return accept_event(type_name, data) or CATALOGUE[type_name].model_validate_json(
        data, extra="ignore"
    )


def accept_event(type_name: str, data: bytes) -> DomainEvent | None:
    """An event's data as a struct, or None: the type is not published, or ask the model."""
    decode = _EVENTS.get(type_name)
    if decode is None:
        return None
    try:
        return cast(DomainEvent, decode(data))
    except UNREADABLE:
        return None


def struct_of(model: type[BaseModel]) -> type[msgspec.Struct]:
    """The struct of a model: its fields, bounds and defaults, unknown fields passed over.

    Raises TypeError where the model says what a struct cannot.
    """
    decorators = model.__pydantic_decorators__
    if decorators.field_validators or decorators.model_validators or decorators.validators:
        raise TypeError(f"{model.__name__} has a validator of its own: say it by types")
    fields = [_field(model, name, info) for name, info in model.model_fields.items()]
    fields.sort(key=len)  # those without a default first
    return msgspec.defstruct(
        model.__name__, fields, frozen=True, gc=False, namespace={"MODEL": model}
    )


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> tuple[Any, ...]:
    kind = _kind(f"{model.__name__}.{name}", info.annotation, info.metadata)
    if info.is_required():
        return name, kind
    return name, kind, info.get_default(call_default_factory=True)


def _kind(where: str, annotation: Any, metadata: list[Any]) -> Any:
    """The struct's type of a field: the annotation with its bounds."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(where, arguments[0], [*_flat(arguments[1:]), *metadata])
    bounds = _bounds(where, annotation, metadata)
    if origin in (Union, UnionType):
        plain: Any = reduce(or_, (_kind(where, each, []) for each in arguments))
    elif origin is tuple:
        plain = tuple[_kind(where, arguments[0], []), ...]  # type: ignore[misc]
    elif origin is Literal or annotation in (str, int, bool, date, datetime, UUID, NoneType):
        plain = annotation
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        plain = _struct_of_part(annotation)
    else:
        raise TypeError(f"{where}: no struct says {annotation!r}")
    return Annotated[plain, msgspec.Meta(**bounds)] if bounds else plain


_PARTS: dict[type[BaseModel], type[msgspec.Struct]] = {}


def _struct_of_part(model: type[BaseModel]) -> type[msgspec.Struct]:
    if model not in _PARTS:
        _PARTS[model] = struct_of(model)
    return _PARTS[model]


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    """What `Field(…)` and its like say, each by itself."""
    said: list[Any] = []
    for each in metadata:
        said += each.metadata if isinstance(each, FieldInfo) else [each]
    return said


def _bounds(where: str, annotation: Any, metadata: list[Any]) -> dict[str, Any]:
    """Bounds in msgspec's words. Raises TypeError for one that it has no word for."""
    bounds: dict[str, Any] = {}
    for each in metadata:
        match each:
            case at.Ge(ge=bound):
                bounds["ge"] = bound
            case at.Gt(gt=bound):
                bounds["gt"] = bound
            case at.Le(le=bound):
                bounds["le"] = bound
            case at.Lt(lt=bound):
                bounds["lt"] = bound
            case at.MinLen(min_length=bound):
                bounds["min_length"] = bound
            case at.MaxLen(max_length=bound):
                bounds["max_length"] = bound
            case Strict():
                pass  # a struct is strict
            case BeforeValidator() if each == _CIVIL and annotation is date:
                pass  # a struct reads a date as yyyy-mm-dd alone
            case _ if getattr(each, "pattern", None):
                bounds["pattern"] = _python_pattern(where, each.pattern)
            case _:
                raise TypeError(f"{where}: no struct says {each!r}")
    return bounds


def _python_pattern(where: str, pattern: str) -> str:
    """Python's `$` also matches before a last newline, which the model's does not."""
    if not pattern.startswith("^") or not pattern.endswith("$"):
        raise TypeError(f"{where}: the pattern {pattern!r} must stand between ^ and $")
    return pattern[:-1] + r"\Z"


_EVENTS: dict[str, Callable[[bytes], Any]] = {
    name: msgspec.json.Decoder(struct_of(model)).decode for name, model in CATALOGUE.items()
}
