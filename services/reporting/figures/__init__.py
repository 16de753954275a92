"""Every figure of the union's year. RULES and FIGURES are the tables of them."""

from services.reporting.figures.activities import EVENT_FIGURES, EVENT_RULES
from services.reporting.figures.claims_and_insurance import SUPPORT_FIGURES, SUPPORT_RULES
from services.reporting.figures.definition import Figure, Rules
from services.reporting.figures.gifts import GIFT_FIGURES, GIFT_RULES
from services.reporting.figures.members import MEMBER_FIGURES, MEMBER_RULES
from services.reporting.figures.money import MONEY_FIGURES, MONEY_RULES

RULES: Rules = {**MEMBER_RULES, **GIFT_RULES, **SUPPORT_RULES, **MONEY_RULES, **EVENT_RULES}
"""Which lines every event type adds, ends or takes back."""

FIGURES: tuple[Figure, ...] = (
    *MEMBER_FIGURES,
    *GIFT_FIGURES,
    *SUPPORT_FIGURES,
    *MONEY_FIGURES,
    *EVENT_FIGURES,
)
BY_NAME: dict[str, Figure] = {figure.name: figure for figure in FIGURES}


def _by_list() -> dict[str, tuple[Figure, ...]]:
    found: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        for name in figure.lists:
            found.setdefault(name, []).append(figure)
    return {name: tuple(figures) for name, figures in found.items()}


BY_LIST: dict[str, tuple[Figure, ...]] = _by_list()
"""The figures that measure each list: what an event of that list touches."""
