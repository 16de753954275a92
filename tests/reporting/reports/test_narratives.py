"""Narratives: whose a text may be. What two people do with one is in tests/reporting/api."""

from datetime import date

import pytest

from services.reporting.reports.commands import WriteNarrative
from services.reporting.reports.narratives import write_narrative
from shared.errors import Unknown


def test_what_is_no_unions_id_has_no_narrative() -> None:
    command = WriteNarrative(
        period_from=date(2022, 1, 1),
        period_to=date(2022, 12, 31),
        section="welfare",
        paragraphs=("一段话。",),
    )
    with pytest.raises(Unknown) as refused:
        write_narrative(None, command, "0", date(2022, 12, 31))
    assert refused.value.code == "unknown-union"
