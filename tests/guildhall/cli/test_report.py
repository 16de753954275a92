"""Reports from a terminal: written whole or not at all, and what the event says they are."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.guildhall.cli.fake_services import FakeServices, refused

YEAR = ("--org", "tjtc", "--year", "2022")


def test_a_report_is_written_whole_with_its_checksum(
    services: FakeServices, tmp_path: Path
) -> None:
    content = "# 2022年工会工作总结\n".encode()
    services.answers["GET reporting/v1/tjtc/report"] = httpx.Response(
        200,
        content=content,
        headers={"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "Guildhall-Known-At": "4711"},
    )
    file = tmp_path / "report.md"

    done = services.run("report", "preview", *YEAR, "--format", "md", "-o", str(file), "--json")

    assert done.exit_code == 0, done.output
    assert file.read_bytes() == content
    digest = hashlib.sha256(content).hexdigest()
    assert json.loads(done.stdout) == {
        "file": str(file),
        "bytes": len(content),
        "sha256": digest,
        "known_at": "4711",
    }
    asked = dict(services.asked[0].url.params)
    assert asked == {"from": "2022-01-01", "to": "2022-12-31", "format": "md", "kind": "annual"}


def test_a_report_that_arrived_otherwise_than_sent_is_not_written(
    services: FakeServices, tmp_path: Path
) -> None:
    sent = httpx.Response(200, content=b"half a rep", headers={"ETag": f'"{"0" * 64}"'})
    services.answers["GET reporting/v1/tjtc/report"] = sent
    done = services.run("report", "preview", *YEAR, "-o", str(tmp_path / "report.md"))
    assert done.exit_code == 1
    assert [*tmp_path.glob("*report*")] == []


def test_a_refused_report_leaves_the_old_file(services: FakeServices, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text("last year's")
    services.answers["GET reporting/v1/tjtc/report"] = refused(
        403, "union-not-yours", "无权操作该工会", "the token does not cover the union tjtc"
    )
    done = services.run("report", "preview", *YEAR, "-o", str(file), "--as", "clerk-other")
    assert done.exit_code == 1
    assert services.person == "clerk-other"
    assert file.read_text() == "last year's"


REPORT = "annual.2022-01-01.2022-12-31.1"
CONTENT = b"the report"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FILE = {"format": "md", "sha256": DIGEST, "bytes": len(CONTENT)}
ISSUED = {"report_id": REPORT, "known_at": 7, "supersedes": None, "files": [FILE]}


@pytest.fixture
def office(services: FakeServices) -> FakeServices:
    """A service that issues one report, and answers its file."""
    services.answers["POST reporting/v1/tjtc/issue-report"] = httpx.Response(201, json=ISSUED)
    services.answers["POST reporting/v1/tjtc/supersede-report"] = httpx.Response(201, json=ISSUED)
    services.answers[f"GET reporting/v1/tjtc/reports/{REPORT}"] = ISSUED | {
        "period_from": "2022-01-01",
        "period_to": "2022-12-31",
        "issued_on": "2022-12-15",
        "issued_by": "chair",
        "superseded_by": None,
        "figures": {"members_on_roll": 511},
    }
    file = httpx.Response(200, content=CONTENT)
    services.answers[f"GET reporting/v1/tjtc/reports/{REPORT}/files/md"] = file
    return services


def body_of(services: FakeServices) -> Any:
    """What the last command carried."""
    sent = [each for each in services.asked if each.method == "POST"]
    return json.loads(sent[-1].content)


def test_issuing_writes_every_file_into_a_folder_as_the_chair(
    office: FakeServices, tmp_path: Path
) -> None:
    done = office.run("report", "issue", *YEAR, "--format", "md", "-o", str(tmp_path / "issued"))
    assert done.exit_code == 0, done.output
    assert office.person == "chair"
    assert body_of(office) == {
        "kind": "annual",
        "period_from": "2022-01-01",
        "period_to": "2022-12-31",
        "formats": ["md"],
        "unproven": False,
    }
    assert (tmp_path / "issued" / f"{REPORT}.md").read_bytes() == CONTENT


def test_a_file_that_is_not_what_the_event_says_is_not_written(
    office: FakeServices, tmp_path: Path
) -> None:
    altered = httpx.Response(200, content=b"another report")
    office.answers[f"GET reporting/v1/tjtc/reports/{REPORT}/files/md"] = altered
    done = office.run("report", "issue", *YEAR, "-o", str(tmp_path / "issued"))
    assert done.exit_code == 1
    assert [*(tmp_path / "issued").iterdir()] == []
    done = office.run(
        "report",
        "show",
        REPORT,
        "--org",
        "tjtc",
        "--format",
        "md",
        "-o",
        str(tmp_path / "report.md"),
    )
    assert done.exit_code == 1
    assert not (tmp_path / "report.md").exists()


def test_superseding_says_which_report_and_why(office: FakeServices) -> None:
    done = office.run("report", "supersede", REPORT, "--org", "tjtc", "--reason", "drift")
    assert done.exit_code == 0, done.output
    assert body_of(office) == {"report_id": REPORT, "reason": "drift", "unproven": False}


def test_a_report_is_shown_with_what_it_states_and_its_files(office: FakeServices) -> None:
    done = office.run("report", "show", REPORT, "--org", "tjtc")
    assert done.exit_code == 0, done.output
    assert "members_on_roll" in done.output and DIGEST in done.output


def test_reports_are_listed_with_what_took_their_place(services: FakeServices) -> None:
    row = {
        "report_id": REPORT,
        "period_from": "2022-01-01",
        "period_to": "2022-12-31",
        "issued_on": "2022-12-15",
        "issued_by": "chair",
        "known_at": 7,
        "files": [FILE],
        "superseded_by": None,
    }
    services.answers["GET reporting/v1/tjtc/reports"] = {"reports": [row]}
    done = services.run("report", "list", "--org", "tjtc", "--json")
    assert json.loads(done.stdout) == {"reports": [row]}
