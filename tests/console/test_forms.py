"""What is typed becomes a command's body; what is wrong is said at its field."""

import pytest

from services.console.forms import (
    NEEDED,
    NO_CHOICE,
    NO_COUNT,
    NO_DAY,
    NO_ID,
    NO_MONEY,
    NO_MONTH,
    TOO_MANY,
    Field,
    Form,
    read,
)


def form_of(*fields: Field) -> Form:
    return Form("f", "events", "c", ("clerk",), "t", "b", "a", "queue", fields)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("day", " 2022-03-01 ", "2022-03-01"), ("month", "2022-03", "2022-03"),
        ("count", "1,200", 1200), ("count", "0", 0), ("money", "1,000.50", 100050),
        ("id", "spring-2023", "spring-2023"), ("ids", "1,2", [1, 2]), ("text", " 会 ", "会"),
        ("streams", "tjtc/a tjtc/b", ["tjtc/a", "tjtc/b"]), ("flag", "yes", True),
    ],
)  # fmt: skip
def test_what_is_typed_is_read(kind: str, text: str, value: object) -> None:
    found = read(form_of(Field("x", "X", kind)), {"x": text})  # type: ignore[arg-type]
    assert (found.body, found.wrong) == ({"x": value}, {})


@pytest.mark.parametrize(
    ("kind", "text", "flaw"),
    [
        ("day", "2022/03/01", NO_DAY), ("month", "2022-3", NO_MONTH), ("count", "-1", NO_COUNT),
        ("count", "一", NO_COUNT), ("money", "一千", NO_MONEY), ("id", "春节", NO_ID),
        ("choice", "other", NO_CHOICE), ("ids", "x", NO_COUNT), ("text", "  ", NEEDED),
        ("day", "", NEEDED),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_not_sent(kind: str, text: str, flaw: str) -> None:
    field = Field("x", "X", kind, ("own",))  # type: ignore[arg-type]
    found = read(form_of(field), {"x": text})
    assert (found.body, found.wrong) == ({}, {"x": flaw})


def test_what_may_be_empty_is_left_out_and_a_box_says_no() -> None:
    fields = Field("x", "X", "day", needed=False), Field("y", "Y", "flag", needed=False)
    assert read(form_of(*fields), {"x": ""}).body == {"y": False}


def test_people_are_numbers_to_be_found_each_once() -> None:
    form = form_of(Field("person_ids", "P", "people"))
    found = read(form, {"person_ids": "A1，A2、A1\nA3; A4"})
    assert found.numbers == ("A1", "A2", "A3", "A4") and "person_ids" not in found.body
    many = " ".join(f"A{at}" for at in range(1001))
    assert read(form, {"person_ids": many}).wrong == {"person_ids": TOO_MANY}
