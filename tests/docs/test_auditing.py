"""docs/auditing.md names every table that an auditor may read, with what a row of it is."""

from pathlib import Path

from services.reporting.projections.audit_views import VIEWS

PAGE = Path(__file__).parents[2] / "docs/auditing.md"


def test_every_table_is_described() -> None:
    stated = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert stated == [f"| `{view.name}` | {view.meaning} |" for view in VIEWS]
