"""`guildhall findings`: audit findings are listed, explained, waived by two people."""

import uuid
from typing import Annotated, Any

import typer

from guildhall.cli.figure_values import heading
from guildhall.cli.period import AsOf, From, Org, To, Year, period_of
from guildhall.cli.session import DEFAULT_DATA, Data, Machine, Session, Token, Url, connected

findings = typer.Typer(
    help="Audit findings (审计疑点) of a period; and what people say of one.",
    invoke_without_command=True,
)

Finding = Annotated[str, typer.Argument(metavar="FINDING", help="its id, as findings shows it")]
Until = Annotated[str, typer.Option("--until", help="last day, such as 2023-06-30")]
Reason = Annotated[
    str,
    typer.Option(
        help="accepted_risk, remedied_elsewhere, approved_exception or being_remedied",
    ),
]
Words = Annotated[str, typer.Option(help="kept by reporting, outside the log; no names")]
Person = Annotated[
    str | None, typer.Option("--as", help="development user who acts (auditor unless named)")
]


@findings.callback()
def listed(
    context: typer.Context,
    *,
    org: Annotated[
        str | None, typer.Option("--org", envvar="GUILDHALL_ORG", help="the union's id")
    ] = None,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    state: Annotated[
        str | None, typer.Option(help="open, explained, waived or resolved alone")
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    acts_for: Person = None,
    machine: Machine = False,
) -> None:
    """Audit findings (审计疑点) of a period: rule, clause, verdict, evidence.

    Example: guildhall findings --org tjtc --year 2022
    """
    if context.invoked_subcommand is not None:
        return
    if org is None:
        raise typer.BadParameter("name the union: --org tjtc")
    asked = {"org": org, "year": year, "first": first, "last": last, "as_of": as_of}
    where = {"data": data, "url": url, "token": token, "acts_for": acts_for, "machine": machine}
    _list(**asked, state=state, **where)


@connected(acts_as="auditor")
def _list(
    session: Session,
    *,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    state: str | None = None,
) -> None:
    period = period_of(year, first, last)
    asked = {**period.asked(as_of), "state": state}
    found = session.connection.get("reporting", f"/v1/{org}/findings", **asked)
    session.output.document(found)
    rows = found["findings"]
    session.output.table(
        ("severity", "rule", "title", "subject", "outcome", "finding", "clause", "state"),
        (
            [
                row.get("severity"),
                row.get("rule"),
                row.get("title"),
                row.get("subject"),
                row.get("outcome"),
                row.get("sentence") or row.get("reason"),
                row.get("clause"),
                _state(row),
            ]
            for row in rows
        ),
        title=heading(found, period.first, period.last),
    )
    session.output.say(f"{len(rows):,} findings")
    if found.get("pending"):
        session.output.say(
            f"verdicts on what came after log index {found['judged_to']} are pending: not every"
            " source has passed it"
        )


def _state(row: Any) -> str:
    state = str(row.get("state"))
    return f"waived until {row['waiver_ends_on']}" if state == "waived" else state


@findings.command()
@connected(acts_as="clerk")
def explain(session: Session, finding_id: Finding, *, org: Org, words: Words) -> None:
    """Explain a finding; the verdict stands.

    Example: guildhall findings explain wel-03.0123 --org tjtc --words "receipts are in folder 7"
    """
    body = {"finding_id": finding_id, "words": words}
    _send(session, org, "explain-finding", body, f"{finding_id} is explained; the verdict stands")


@findings.command()
@connected(acts_as="clerk")
def waive(
    session: Session,
    finding_id: Finding,
    *,
    org: Org,
    reason: Reason,
    until: Until,
    words: Annotated[str | None, typer.Option(help="why; kept outside the log, no names")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="what another proposed")] = False,
) -> None:
    """Propose to bear a finding until a day, or --approve what somebody else proposed.

    Example: guildhall findings waive wel-03.0123 --org tjtc --reason being_remedied
    --until 2023-06-30 --words "a receipt is awaited" --as clerk
    """
    body: dict[str, Any] = {"finding_id": finding_id, "reason": reason, "ends_on": until}
    if approve == (words is not None):
        raise typer.BadParameter("propose with --words, or --approve what another proposed")
    if approve:
        _send(session, org, "approve-waiver", body, f"{finding_id} is waived until {until}")
    else:
        told = f"{finding_id}: proposed; another person approves with --approve"
        _send(session, org, "propose-waiver", body | {"words": words}, told)


@findings.command()
@connected(acts_as="chair")
def revoke(
    session: Session,
    finding_id: Finding,
    *,
    org: Org,
    reason: Annotated[str, typer.Option(help="entered_in_error, no_longer_true or declined")],
) -> None:
    """End a waiver before its day, or decline a proposed one.

    Example: guildhall findings revoke wel-03.0123 --org tjtc --reason declined
    """
    body = {"finding_id": finding_id, "reason": reason}
    _send(session, org, "revoke-waiver", body, f"{finding_id} is waived no more")


def _send(session: Session, org: str, command: str, body: Any, told: str) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    reply = session.connection.post("reporting", f"/v1/{org}/{command}", body, headers=headers)
    session.output.document(reply)
    session.output.say(told)
