"""English is complete, says nothing that is gone, and no template writes what the macros write."""

import ast
import re

import pytest

from services.console.catalogues import ENGLISH, LANGUAGES, translations
from services.console.rendering import TEMPLATES
from services.console.words import UNITS
from tests.console.messages import CONSOLE, PLACES, english, missing, said, translated

TEMPLATE_FILES = sorted(TEMPLATES.rglob("*.html"))
HAN = "一-鿿"
BANNED = re.compile("您|(?<!申)请|抱歉|！|系统|成功")
"""Words that no page says to anybody."""


def test_every_message_is_said_in_english() -> None:
    assert list(missing()) == [], "python -m tests.console.messages prints them for the catalogue"


def test_no_message_is_hidden_in_a_formatted_string() -> None:
    """Before Python 3.12 such a string is one token, and nobody finds what is in it."""
    found = {
        call.args[0].value
        for file in sorted(CONSOLE.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "say"}
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(found) > 100
    assert found - said() == set(), "call it before, and put the answer into the string"


def test_no_message_of_the_catalogue_is_gone() -> None:
    assert set(translated()) - said() == set()


def test_a_translation_names_what_its_message_names() -> None:
    odd = [m for m, t in translated().items() if set(PLACES.findall(m)) != set(PLACES.findall(t))]
    assert odd == []


def test_nothing_is_marked_as_doubtful() -> None:
    assert not [each.id for each in english() if each.fuzzy]


def test_what_is_read_is_what_the_catalogue_says() -> None:
    assert set(LANGUAGES) == {"zh-CN", ENGLISH}
    assert translations("zh-CN").gettext("数字") == "数字"
    assert translations(ENGLISH).gettext("数字") == "Figures"


def outside_of_messages(text: str) -> str:
    """A template without its comments, and without what it hands to be translated."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"_\('[^']*'", "", text)
    text = re.sub(rf"'({'|'.join(UNITS)})'", "", text)  # a unit's code, which `number` translates
    return text.replace("{{ '、' if not loop.last }}", "").replace(
        "{{ '；' if not loop.last }}", ""
    )


@pytest.mark.parametrize("file", TEMPLATE_FILES, ids=lambda f: str(f.relative_to(TEMPLATES)))
def test_a_template_says_what_is_translated_and_nothing_else(file: object) -> None:
    text = outside_of_messages(file.read_text("utf-8"))  # type: ignore[attr-defined]
    assert not re.findall(rf"[{HAN}]+[^\s<{{]*", text), "wrap it in _('…')"


@pytest.mark.parametrize("file", TEMPLATE_FILES, ids=lambda f: str(f.relative_to(TEMPLATES)))
def test_a_template_leaves_numbers_and_styles_to_others(file: object) -> None:
    text: str = file.read_text("utf-8")  # type: ignore[attr-defined]
    banned = {
        r"\sstyle=": "an inline style, which the policy refuses",
        r"<script(?![^>]*src=)": "an inline script",
        r"\son[a-z]+=": "an inline handler",
        r"\|\s*(format|round|filesizeformat|safe)\b(?!\|int)": "a raw number or raw HTML",
        r"_fen\s*\}\}": "fen as they are: number(…, scale) writes yuan",
    }
    found = {why for pattern, why in banned.items() if re.search(pattern, text)}
    assert not found


@pytest.mark.parametrize("message", sorted(said()))
def test_a_message_has_full_width_punctuation_between_han(message: str) -> None:
    assert not re.search(rf"[{HAN}][,:;()][{HAN}]", message)
    assert not BANNED.search(message), message
