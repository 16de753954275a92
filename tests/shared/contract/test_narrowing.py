"""The comparison sees every way in which a type can promise less, and nothing else."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import STREAM_KEYWORD, json_schema
from shared.contract.narrowing import narrowings
from shared.contract.values import ONE_LINE

Text = Annotated[str, Field(max_length=120, pattern=ONE_LINE)]


class Part(BaseModel):
    place: int


class SmallerPart(BaseModel):
    other: int = 1


PUBLISHED: dict[str, Any] = {
    "title": (Text, ...),
    "kind": (Literal["goods", "cash"], ...),
    "quantity": (Annotated[int, Field(ge=1, le=100)], ...),
    "amount_fen": (int | None, None),
    "people": (Annotated[tuple[str, ...], Field(max_length=10)], ()),
    "parts": (tuple[Part, ...], ()),
    "online": (bool, False),
}


def schema(**changed: Any) -> dict[str, Any]:
    fields = {name: field for name, field in {**PUBLISHED, **changed}.items() if field is not None}
    return create_model("Published", **fields).model_json_schema()


@pytest.mark.parametrize(
    ("changed", "loss"),
    [
        ({"title": None}, ".title: removed"),
        ({"amount_fen": None}, ".amount_fen: removed"),
        ({"title": (int, ...)}, ".title: was string, is integer"),
        ({"title": (Annotated[Text, Field(max_length=60)], ...)}, "maxLength was 120, is 60"),
        ({"title": (Annotated[str, Field(pattern="^[a-z]+$")], ...)}, "pattern was"),
        ({"title": (Literal["a", "b"], ...)}, ".title: was free, is one of a, b"),
        ({"kind": (Literal["goods"], ...)}, ".kind: no longer cash"),
        ({"quantity": (Annotated[int, Field(ge=2, le=100)], ...)}, "minimum was 1, is 2"),
        ({"quantity": (Annotated[int, Field(ge=1, le=99)], ...)}, "maximum was 100, is 99"),
        ({"amount_fen": (int, 0)}, ".amount_fen: was null, is integer"),
        ({"amount_fen": (int | None, ...)}, ".amount_fen: is required now"),
        ({"amount_fen": (Annotated[int, Field(ge=0)] | None, None)}, "minimum was none, is 0"),
        ({"people": (Annotated[tuple[str, ...], Field(max_length=9)], ())}, "maxItems"),
        ({"people": (tuple[int, ...], ())}, ".people[]: was string, is integer"),
        ({"parts": (tuple[SmallerPart, ...], ())}, ".parts[].place: removed"),
        ({"note": (str, ...)}, ".note: is required now"),
    ],
)
def test_what_promises_less_is_seen(changed: dict[str, Any], loss: str) -> None:
    found = narrowings(schema(), schema(**changed))
    assert any(loss in line for line in found), found


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"note": (str | None, None)},
        {"title": (Annotated[str, Field(max_length=200)], ...)},
        {"kind": (Literal["goods", "cash", "voucher"], ...)},
        {"quantity": (Annotated[int, Field(ge=0)], ...)},
        {"quantity": (Annotated[int, Field(ge=1, le=100)], 1)},
        {"online": (bool | None, None)},
    ],
)
def test_what_only_adds_is_no_loss(changed: dict[str, Any]) -> None:
    assert narrowings(schema(), schema(**changed)) == []


def test_a_real_event_that_lost_a_field_is_seen() -> None:
    before = GiftIssued.model_json_schema()
    fields = {name: value for name, value in before["properties"].items() if name != "fund"}
    now = {**before, "properties": fields}
    assert narrowings(before, now) == [".fund: removed"]


def test_an_event_that_moved_to_another_stream_is_seen() -> None:
    before = json_schema(GiftIssued.type_name())
    now = {**before, STREAM_KEYWORD: "{org_id}/gift-{programme_id}"}
    moved = "stream: was {org_id}/gift-{programme_id}.{person_id}, is {org_id}/gift-{programme_id}"
    assert narrowings(before, now) == [moved]
    assert narrowings(before, before) == []
