"""What the look at a body's bytes lets pass, the reading of it lets pass too, and less."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.contract.admissible import (
    DATED,
    YEARS,
    check_command,
    check_dates,
    check_event,
    check_texts,
    plausible,
    unambiguous,
)
from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent
from shared.contract.values import BusinessDate, Sha256
from shared.errors import ContractViolation
from tests.shared.contract.frozen import NAMES, sample

THIS_YEAR = 2022


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = ""
    month: str = ""
    plan_year: int = 2022


class Said(Row):
    on: BusinessDate | None = None
    due_on: BusinessDate | None = None
    sha256: Sha256 | None = None
    rows: tuple[Row, ...] = ()
    one: Row | None = None


TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "13812345678", "138-1234-5678", "110101199003078515", "2022-06-30", "0022-06-30", '":', '"',
        "2023-01-01", "2024-01-01", "2099-01-01", "\u202e", "\x7f", "职工", "0" * 64, "month",
        "a\\", "138 12345678", "1899-12-31", "2022-2031", "0001-12",
    ]
)  # fmt: skip
DATES = st.sampled_from(["2022-06-30", "0022-06-30", "2023-12-31", "2024-01-01", "2032-01-01",
                         "2033-01-01", "2099-01-01", "1900-01-01", "1899-12-31"])  # fmt: skip
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS,
        "month": st.sampled_from(["2022-01", "2099-01", "x"]),
        "plan_year": st.sampled_from([2022, 22, 2099]),
    },
)
BODIES = st.builds(
    lambda row, more: {**row, **more},
    ROWS,
    st.fixed_dictionaries(
        {},
        optional={
            "on": DATES,
            "due_on": DATES,
            "sha256": st.just("0" * 64),
            "rows": st.lists(ROWS, max_size=3),
            "one": ROWS,
        },
    ),
)


def reason_of(check: Any, *given: Any) -> str:
    try:
        check(*given)
    except ContractViolation as why:
        return why.reason
    return ""


def slowly(body: bytes) -> None:
    said = unambiguous(body)
    check_texts(said)
    check_dates(said, THIS_YEAR)


@given(BODIES, st.booleans(), st.sampled_from(["", '"text":"a"', '"on":"2022-01-01"']))
def test_a_body_is_judged_alike_by_a_look_and_by_reading(
    said: dict[str, Any], indented: bool, twice: str
) -> None:
    body = orjson.dumps(said, option=orjson.OPT_INDENT_2 if indented else None)
    if twice:
        body = b"{" + twice.encode() + (b"," if said else b"") + body[1:]
    try:
        command = Said.model_validate_json(body)
    except ValidationError:
        return
    assert reason_of(check_command, body, command, THIS_YEAR) == reason_of(slowly, body)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_an_event_s_dates_are_judged_alike_by_a_look_and_one_by_one(
    name: str, data: st.DataObject
) -> None:
    cls: type[DomainEvent] = NAMES[name]
    told = sample(name)["data"]
    dates = [each.name for each in DATED[cls.type_name()] if each.name not in YEARS]
    changed = {field: data.draw(DATES) for field in dates if field in told}
    event = CATALOGUE[cls.type_name()].model_validate_json(orjson.dumps({**told, **changed}))
    whole = reason_of(check_event, cls.type_name(), event, THIS_YEAR)
    assert plausible(cls.type_name(), event, THIS_YEAR) == (whole == "")
