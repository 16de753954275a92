"""Every form against the command that it sends: its fields, its choices, who may send it."""

import typing
from typing import Any

import pytest

from services.benefits.api import COMMANDS as BENEFITS
from services.console.claim_form import DOCUMENT_KINDS, FILE_CLAIM
from services.console.code_words import OFFICE_WORDS
from services.console.forms import Form
from services.console.pages.office_forms import FORMS
from services.console.words import CLAIM_KINDS
from services.events.api import COMMANDS as EVENTS
from services.reporting.api.commands import COMMANDS as REPORTING

COMMANDS = {"benefits": BENEFITS, "events": EVENTS, "reporting": REPORTING}
ALL = [*FORMS.values(), FILE_CLAIM]
BY_NAME = pytest.mark.parametrize("form", ALL, ids=lambda form: form.name)


def literals(annotation: Any) -> set[Any]:
    """Every value that a literal type within an annotation allows."""
    parts = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return set(parts)
    return set().union(*(literals(each) for each in parts)) if parts else set()


@BY_NAME
def test_a_form_asks_what_its_command_takes(form: Form) -> None:
    fields = COMMANDS[form.service][form.command].command.model_fields
    asked = {"person_id" if f.kind == "person" else f.name: f for f in form.fields}
    assert set(asked) <= set(fields)
    beside = {"documents"} if form is FILE_CLAIM else set()
    assert {name for name, each in fields.items() if each.is_required()} - beside <= set(asked)
    for name, each in fields.items():
        if name in asked and asked[name].kind == "choice":
            assert set(asked[name].choices) <= literals(each.annotation), name


@BY_NAME
def test_a_form_is_for_those_who_may_send_its_command(form: Form) -> None:
    assert set(form.roles) <= set(COMMANDS[form.service][form.command].roles)


@BY_NAME
def test_every_choice_has_a_word(form: Form) -> None:
    words = {**OFFICE_WORDS, **CLAIM_KINDS}
    choices = {code for field in form.fields for code in field.choices}
    assert choices - set(words) == set()
    assert set(DOCUMENT_KINDS) <= set(words)


@BY_NAME
def test_what_is_entered_by_numbers_is_for_clerks_who_may_look_them_up(form: Form) -> None:
    if any(field.kind in ("people", "person") for field in form.fields):
        assert form.roles == ("clerk",)
