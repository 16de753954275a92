"""Acts as tables: what a form asks, how what was typed becomes a command, what of it is wrong.

A form is looked at before it is written (`step` check, then write), and holds on both pages what
was typed: nothing that is refused has to be typed again.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from services.console.navigation import _
from services.console.office_acts import SLUG, fen_of

Kind = Literal["text", "id", "ids", "day", "month", "count", "money", "choice", "flag", "people",
               "person", "words", "streams", "stream"]  # fmt: skip

DAY, MONTH = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{4}-[0-9]{2}")
COUNT = re.compile(r"[0-9]{1,7}")
PEOPLE_MAX, WORDS_MAX = 1000, 1000

NEEDED, NO_DAY, NO_MONTH, NO_COUNT, NO_MONEY, NO_ID, NO_CHOICE, TOO_MANY = (
    _("没有填"),
    _("日期不合规，应如 2022-03-01"),
    _("月份不合规，应如 2022-03"),
    _("应填整数，如 0 或 12"),
    _("金额不合规，应如 1,000.00"),
    _("编号不合规：小写字母、数字和连字符"),
    _("不在可选项内"),
    _("一次至多 1,000 人"),
)
FLAWS = (NEEDED, NO_DAY, NO_MONTH, NO_COUNT, NO_MONEY, NO_ID, NO_CHOICE, TOO_MANY)
"""What may be wrong with a field, as messages."""


class Field(NamedTuple):
    """A field of a form: the command's name for it, its title (a message), how it is typed.
    `fixed`: it comes with the address, and is shown. `value`: what stands in it first."""

    name: str
    title: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    hint: str = ""
    needed: bool = True
    fixed: bool = False
    value: str = ""


class Form(NamedTuple):
    """An act: the service's command and who may send it, its title, its button, what will be true
    afterwards, and the page that it leads back to. `stream`: the stream that it writes to, of
    fields, for the links to what was written."""

    name: str
    service: str
    command: str
    roles: tuple[str, ...]
    title: str
    button: str
    after: str
    back: str
    fields: tuple[Field, ...]
    stream: str = ""


class Read(NamedTuple):
    """What was typed as a command's body, and what is wrong, by field. `numbers` are employee
    numbers, to be found by members."""

    body: dict[str, Any]
    wrong: dict[str, str]
    numbers: tuple[str, ...] = ()


def read(form: Form, typed: Mapping[str, str]) -> Read:
    """What was typed in a form."""
    body: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    numbers: tuple[str, ...] = ()
    for field in form.fields:
        text = typed.get(field.name, "").strip()
        if field.kind == "flag":
            body[field.name] = text == "yes"
        elif not text:
            if field.needed:
                wrong[field.name] = NEEDED
        elif field.kind in ("people", "person"):
            numbers = tuple(dict.fromkeys(re.split(r"[\s,，、;；]+", text.strip(",，、;； \n"))))
            if len(numbers) > PEOPLE_MAX:
                wrong[field.name] = TOO_MANY
        else:
            value, flaw = _value(field, text)
            if flaw:
                wrong[field.name] = flaw
            else:
                body[field.name] = value
    return Read(body, wrong, numbers)


def _value(field: Field, text: str) -> tuple[Any, str]:
    """A value of the command, or what is wrong with it."""
    found: Any = text
    match field.kind:
        case "day":
            return found, "" if DAY.fullmatch(text) else NO_DAY
        case "month":
            return found, "" if MONTH.fullmatch(text) else NO_MONTH
        case "count":
            plain = text.replace(",", "")
            return (int(plain), "") if COUNT.fullmatch(plain) else (None, NO_COUNT)
        case "money":
            found = fen_of(text)
            return found, NO_MONEY if found is None else ""
        case "id":
            return found, "" if SLUG.fullmatch(text) else NO_ID
        case "ids":
            found = [int(each) for each in text.split(",") if COUNT.fullmatch(each)]
            return found, "" if found else NO_COUNT
        case "streams":
            return text.split(), ""
        case "choice":
            return found, "" if text in field.choices else NO_CHOICE
        case _:
            return found, ""
