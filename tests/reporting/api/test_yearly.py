"""Money over HTTP: by month, against the budget, and unknown where nobody says."""

from services.reporting.ingest.apply import Ingest
from tests.examples.benefits import budget_approved, income_received
from tests.reporting.api.conftest import Asker
from tests.reporting.history import History
from tests.reporting.records import ORG

LINE = "staff_activity.welfare"


async def test_money_is_answered_in_fen_and_what_is_unknown_is_null(
    asker: Asker, simulated: Ingest
) -> None:
    await History()(
        income_received(income_id="a", amount_fen=500, occurred_on="2022-01-31", source="dues"),
        budget_approved(budget_year=2022, occurred_on="2022-01-01",
                        lines=[{"budget_line": LINE, "amount_fen": 1000}]),
    ).told(simulated)  # fmt: skip
    found = await asker.answer(f"{ORG}/money", year=2022)
    assert found["figures"]["income"] == "income_received"
    first, second = found["months"][:2]
    assert (first["income_fen"], first["spent_fen"], second["income_fen"]) == (500, None, None)
    (line,) = found["budget"]["lines"]
    assert (line["budget_line"], line["budget_fen"], line["spent_fen"]) == (LINE, 1000, 0)
    assert (await asker.answer(f"{ORG}/money", year=2021))["budget"] is None
