"""What an issued report states, and what took its place."""

from services.reporting.projections.issued_reports import ISSUED_REPORTS
from tests.examples.reporting import report_issued, report_superseded
from tests.reporting.history import History, current_rows, folded

SHA = "9c10c85687fe475e2a57f8ae3401d4860b0c54e7b78bb1c2afed9445345b20aa"


def test_a_report_is_what_its_event_says_until_another_takes_its_place() -> None:
    issued = report_issued(
        report_id="annual.1",
        files=[{"format": "md", "sha256": SHA, "bytes": 7}],
        figures=[{"figure": "members_on_roll", "value": 511}, {"figure": "balance", "value": -3}],
        signers=[{"role": "chair", "account": "chair-1"}],
        narratives=[
            {
                "section": "guidance",
                "text_sha256": SHA,
                "written_by": "clerk-1",
                "approved_by": "chair-1",
            }
        ],
    )
    gone = report_superseded(report_id="annual.1", superseded_by="annual.2", reason="drift")
    versions = folded(ISSUED_REPORTS, History()(issued, gone).entries())
    row = current_rows(versions, at=1)["tjtc", "annual.1"]
    assert row.figures == ("members_on_roll=511", "balance=-3")
    assert row.files == (f"md:{SHA}:7",)
    assert row.signers == ("chair:chair-1",)
    assert row.narratives == (f"guidance:{SHA}:clerk-1:chair-1",)
    assert (row.issued_by, row.issued_at, row.superseded_by) == ("clerk-1", 1, None)
    row = current_rows(versions)["tjtc", "annual.1"]
    assert (row.superseded_by, row.superseded_for) == ("annual.2", "drift")


def test_a_report_nobody_issued_is_superseded_by_nothing() -> None:
    gone = report_superseded(report_id="annual.1")
    assert folded(ISSUED_REPORTS, History()(gone).entries()) == {}
