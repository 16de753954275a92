"""The kinds that pages offer are those that the importer knows, and every refusal has its words."""

import re

from guildhall.imports import KINDS as IMPORTED
from services.benefits.api import COMMANDS as BENEFITS
from services.console.office_kinds import KINDS, REFUSED
from services.events.api import COMMANDS as EVENTS
from services.members.api import COMMANDS as MEMBERS
from tests.tidy.tree import ROOT

ASKED = {"column-unknown", "field-unknown", "sheet-unknown"}
"""Of options that the pages do not give."""
OURS = {"corrections-unreadable", "correction-nowhere"}


def test_every_kind_is_offered_under_its_title() -> None:
    assert {kind.name: kind.title for kind in KINDS.values()} == {
        kind.name: kind.title for kind in IMPORTED.values()
    }


def test_who_is_offered_a_kind_may_send_its_commands() -> None:
    routes = {**BENEFITS, **EVENTS, **MEMBERS}
    sample = {"income": "receive-income", "payment-requests": "request-expenditure",
              "payments": "pay-expenditure", "procurements": "decide-procurement",
              "budget": "approve-budget", "receipts": "sign-receipts"}  # fmt: skip
    for name, command in sample.items():
        assert set(KINDS[name].roles) == set(routes[command].roles), name
    for name, kind in IMPORTED.items():
        assert kind.role in KINDS[name].roles


def test_every_reason_to_refuse_a_file_has_its_words() -> None:
    said = "".join(path.read_text() for path in (ROOT / "guildhall" / "imports").glob("*.py"))
    codes = set(re.findall(r'SheetError\(\s*"([a-z-]+)"', said))
    assert codes - ASKED - OURS <= REFUSED.keys(), codes - REFUSED.keys()
