"""Every figure of the union's year. RULES and FIGURES are the tables of them."""

from services.reporting.figures.activities import ACTIVITY_FIGURES, ACTIVITY_RULES
from services.reporting.figures.claims_and_insurance import SUPPORT_FIGURES, SUPPORT_RULES
from services.reporting.figures.definition import Figure, Rules
from services.reporting.figures.gifts import GIFT_FIGURES, GIFT_RULES
from services.reporting.figures.meetings import MEETING_FIGURES, MEETING_RULES
from services.reporting.figures.members import MEMBER_FIGURES, MEMBER_RULES
from services.reporting.figures.money import MONEY_FIGURES, MONEY_RULES
from services.reporting.figures.office import OFFICE_FIGURES, OFFICE_RULES
from shared.contract.envelope import DomainEvent
from shared.contract.members import DepartmentChanged, MembersMerged, MembersUnmerged

TOPICS: tuple[tuple[Rules, tuple[Figure, ...]], ...] = (
    (MEMBER_RULES, MEMBER_FIGURES),
    (GIFT_RULES, GIFT_FIGURES),
    (SUPPORT_RULES, SUPPORT_FIGURES),
    (MONEY_RULES, MONEY_FIGURES),
    (ACTIVITY_RULES, ACTIVITY_FIGURES),
    (MEETING_RULES, MEETING_FIGURES),
    (OFFICE_RULES, OFFICE_FIGURES),
)
"""The rules and figures of each module; a list is written by its own module's rules alone."""

RULES: Rules = {event_class: rule for rules, _ in TOPICS for event_class, rule in rules.items()}
"""Which lines every event type adds, ends or takes back."""

FIGURES: tuple[Figure, ...] = tuple(figure for _, figures in TOPICS for figure in figures)
TYPES_OF_FIGURE: dict[str, frozenset[str]] = {
    figure.name: frozenset(
        event_class.type_name()
        for event_class in (*rules, *(MEMBER_RULES if figure.only == "women" else ()))
    )
    for rules, figures in TOPICS
    for figure in figures
}
"""The event types that could change a figure: all that its module's rules read, and those of the
register where that decides."""
TELLING: tuple[type[DomainEvent], ...] = (
    *MEMBER_RULES, DepartmentChanged, MembersMerged, MembersUnmerged,
)  # fmt: skip
OF_A_PERSON: frozenset[str] = frozenset(each.type_name() for each in TELLING)
"""The event types that could move a person's lines from one part of a figure to another."""
BY_NAME: dict[str, Figure] = {figure.name: figure for figure in FIGURES}


def _by_list() -> dict[str, tuple[Figure, ...]]:
    found: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        for name in figure.lists:
            found.setdefault(name, []).append(figure)
    return {name: tuple(figures) for name, figures in found.items()}


BY_LIST: dict[str, tuple[Figure, ...]] = _by_list()
"""The figures that measure each list: what an event of that list touches."""
