"""Every code that services answer with has its word."""

from typing import get_args

from services.console.words import BARS, OUTCOMES, ROLES, RULE_STATES, SEVERITIES, UNITS
from services.reporting.figures import FIGURES
from services.reporting.rules.definition import Outcome, Severity
from services.reporting.rules.register import State
from shared.http.auth import ROLES as EVERY_ROLE


def test_every_code_has_a_word() -> None:
    assert set(OUTCOMES) == set(get_args(Outcome))
    assert set(SEVERITIES) == set(BARS) == set(get_args(Severity))
    assert set(ROLES) == set(EVERY_ROLE)
    assert set(RULE_STATES) == set(get_args(State))


def test_every_unit_of_a_figure_has_a_word() -> None:
    assert {figure.unit for figure in FIGURES} - set(UNITS) == set()
