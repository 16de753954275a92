"""`guildhall report`: a period's report is looked at, issued, listed, read back, superseded."""

import hashlib
import sys
import uuid
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guildhall.cli.connection import Unreachable
from guildhall.cli.period import AsOf, From, Org, To, Year, period_of
from guildhall.cli.session import Session, connected

if TYPE_CHECKING:
    import httpx

report = typer.Typer(
    help="A period's report: previewed, issued, read back to the byte, superseded.",
    no_args_is_help=True,
)

ISSUE_SECONDS = 900.0
"""How long issuing may take: fonts are fetched the first time a PDF is asked for."""


class Format(StrEnum):
    """The formats of a report."""

    MD = "md"
    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"


class Kind(StrEnum):
    """The kinds of reports."""

    ANNUAL = "annual"
    STATISTICS = "statistics"


KindOf = Annotated[Kind, typer.Option("--kind", help="the annual report, or yearly statistics")]
FormatOf = Annotated[Format, typer.Option("--format", help="of the file")]
Formats = Annotated[
    list[Format] | None, typer.Option("--format", help="of the files, each once; all by default")
]
File = Annotated[Path | None, typer.Option("-o", "--output", help="write it here")]
Folder = Annotated[Path | None, typer.Option("-o", "--output", help="write the files into it")]
Unproven = Annotated[
    bool, typer.Option("--unproven", help="also where it cannot be shown that nothing is missing")
]
ReportId = Annotated[str, typer.Argument(metavar="REPORT", help="its id, as list shows it")]


@report.command()
@connected(acts_as="auditor")
def preview(
    session: Session,
    *,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    kind: KindOf = Kind.ANNUAL,
    format_: FormatOf = Format.MD,
    file: File = None,
    as_of: AsOf = None,
) -> None:
    """A period's report as it would be issued, each number from the log; nothing is recorded.

    Example: guildhall report preview --org tjtc --year 2022 --format md -o report.md
    """
    _check_output(session, format_, file)
    period = period_of(year, first, last)
    asked = {**period.asked(as_of), "format": format_.value, "kind": kind.value}
    answer = session.connection.fetch("reporting", f"/v1/{org}/report", **asked)
    _keep(session, answer, file)


@report.command()
@connected(acts_as="chair")
def issue(
    session: Session,
    *,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    kind: KindOf = Kind.ANNUAL,
    formats: Formats = None,
    folder: Folder = None,
    as_of: AsOf = None,
    unproven: Unproven = False,
    key: Annotated[str | None, typer.Option(help="Idempotency-Key of a lost answer")] = None,
) -> None:
    """Issue a period's report: its files are kept for ever, the event says what they are.

    Example: guildhall report issue --org tjtc --year 2022 -o issued/
    """
    period = period_of(year, first, last)
    body = {"kind": kind.value, "period_from": period.first, "period_to": period.last}
    body |= _asked(formats, as_of)
    done = _send(session, org, "issue-report", body | {"unproven": unproven}, key)
    _told(session, org, done, folder)


@report.command()
@connected(acts_as="chair")
def supersede(
    session: Session,
    report_id: ReportId,
    *,
    org: Org,
    reason: Annotated[
        str, typer.Option(help="drift, narrative, entered_in_error, presentation or other")
    ],
    formats: Formats = None,
    folder: Folder = None,
    as_of: AsOf = None,
    unproven: Unproven = False,
    key: Annotated[str | None, typer.Option(help="Idempotency-Key of a lost answer")] = None,
) -> None:
    """Issue a report in the place of one that stands; the old one's files stay as they are.

    Example: guildhall report supersede annual.2022-01-01.2022-12-31.1 --org tjtc --reason drift
    """
    body = {"report_id": report_id, "reason": reason, **_asked(formats, as_of)}
    done = _send(session, org, "supersede-report", body | {"unproven": unproven}, key)
    _told(session, org, done, folder)


@report.command("list")
@connected(acts_as="auditor")
def list_reports(session: Session, *, org: Org, as_of: AsOf = None) -> None:
    """The reports that were issued, the last first, and which of them stand.

    Example: guildhall report list --org tjtc
    """
    found = session.connection.get("reporting", f"/v1/{org}/reports", as_of=as_of)
    session.output.document(found)
    session.output.table(
        ("report", "from", "to", "issued on", "by", ">known at", "files", "stands"),
        (
            [
                row["report_id"],
                row["period_from"],
                row["period_to"],
                row["issued_on"],
                row["issued_by"],
                row["known_at"],
                " ".join(file["format"] for file in row["files"]),
                row["superseded_by"] or "yes",
            ]
            for row in found["reports"]
        ),
    )


@report.command()
@connected(acts_as="auditor")
def show(
    session: Session,
    report_id: ReportId,
    *,
    org: Org,
    format_: Annotated[Format | None, typer.Option("--format", help="a file of it")] = None,
    file: File = None,
) -> None:
    """One report: what it states, who signed it, its files; or one of its files, to the byte.

    Example: guildhall report show annual.2022-01-01.2022-12-31.1 --org tjtc --format pdf -o r.pdf
    """
    found = session.connection.get("reporting", f"/v1/{org}/reports/{report_id}")
    if format_ is not None:
        _check_output(session, format_, file)
        answer = _file_of(session, org, found, format_)
        _keep(session, answer, file, {"report_id": report_id})
        return
    session.output.document(found)
    rows = [(name, str(found[name])) for name in ("report_id", "period_from", "period_to")]
    rows += [(name, str(found[name])) for name in ("issued_on", "issued_by", "known_at")]
    rows += [(f"{each['format']} file", each["sha256"]) for each in found["files"]]
    rows += [("superseded by", found["superseded_by"] or "–")]
    session.output.table(("what", "value"), rows)
    session.output.table(("figure", ">issued"), sorted(found["figures"].items()))


def _asked(formats: list[Format] | None, as_of: str | None) -> dict[str, Any]:
    asked = {"as_of": as_of, "formats": [each.value for each in formats] if formats else None}
    return {name: value for name, value in asked.items() if value is not None}


def _send(session: Session, org: str, command: str, body: Any, key: str | None) -> Any:
    key = key or str(uuid.uuid4())
    session.output.notice("making the files; a PDF's fonts (17 MB) are fetched the first time")
    try:
        return session.connection.post(
            "reporting",
            f"/v1/{org}/{command}",
            body,
            headers={"Idempotency-Key": key},
            seconds=ISSUE_SECONDS,
        )
    except Unreachable as why:
        raise Unreachable(f"{why}\n  it may have been done: repeat it with --key {key}") from why


def _told(session: Session, org: str, done: Mapping[str, Any], folder: Path | None) -> None:
    """What was issued, its files written into `folder` where one is named."""
    session.output.document(done)
    session.output.table(
        ("file", ">bytes", "SHA-256"),
        ([each["format"], each["bytes"], each["sha256"]] for each in done["files"]),
        title=f"{done['report_id']}, as known at log index {done['known_at']}",
    )
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for each in done["files"]:
        answer = _file_of(session, org, done, Format(each["format"]))
        _write(session, answer, folder / f"{done['report_id']}.{each['format']}")


def _file_of(
    session: Session, org: str, found: Mapping[str, Any], format_: Format
) -> "httpx.Response":
    """A file as it was issued. Status 1 where what arrives is not what the event says."""
    path = f"/v1/{org}/reports/{found['report_id']}/files/{format_.value}"
    answer = session.connection.fetch("reporting", path)
    stated = {each["format"]: each["sha256"] for each in found["files"]}.get(format_.value)
    digest = hashlib.sha256(answer.content).hexdigest()
    if stated != digest:
        session.untrue(f"what arrived has SHA-256 {digest}, the event says {stated}")
    return answer


def _check_output(session: Session, format_: Format, file: Path | None) -> None:
    if file is None and session.output.machine:
        raise typer.BadParameter("--json needs -o FILE: it prints what was written")
    if file is None and format_ is not Format.MD and sys.stdout.isatty():
        raise typer.BadParameter(f"a {format_} file is not for a terminal: name one with -o")


def _keep(
    session: Session,
    answer: "httpx.Response",
    file: Path | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write an answer whole, or not at all; without a file, to the terminal."""
    digest = hashlib.sha256(answer.content).hexdigest()
    stated = answer.headers.get("etag", "").strip('"')
    if stated and stated != digest:
        session.untrue(f"what arrived has SHA-256 {digest}, the service sent {stated}")
    if file is None:
        sys.stdout.buffer.write(answer.content)
        return
    _write(session, answer, file)
    written = {"file": str(file), "bytes": len(answer.content), "sha256": digest}
    known = {"known_at": answer.headers.get("guildhall-known-at")}
    session.output.document({**written, **(more or known)})


def _write(session: Session, answer: "httpx.Response", file: Path) -> None:
    staged = file.with_name(f".{file.name}.partial")
    staged.write_bytes(answer.content)
    staged.replace(file)
    digest = hashlib.sha256(answer.content).hexdigest()
    session.output.say(f"{file}: {len(answer.content):,} bytes, SHA-256 {digest}")
