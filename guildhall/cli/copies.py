"""The contexts' own copies of others' facts: an operator lists them, and discards what is none."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from guildhall.cli.session import Session, connected
from guildhall.output import sentence
from shared.contract.contexts import CONTEXTS, FACT_CONTEXTS, RELAY_PROCESSES

copies = typer.Typer(
    help="The contexts' own copies of others' facts, and what each passed over.",
    no_args_is_help=True,
)

OWNERS = {context.source: name for name, context in CONTEXTS.items()}
*OTHERS, LAST = FACT_CONTEXTS
NAMED = f"{', '.join(OTHERS)} or {LAST}"


@copies.command("list")
@connected(acts_as="operator")
def list_copies(session: Session) -> None:
    """What each copy lacks of its owner's log, passed over, and holds that its owner did not write;
    status 0 only if none does, and none is being refilled.

    Example: guildhall copies list
    """
    differ = session.connection.get("reporting", "/v1/status").get("copies_differ", [])
    told = [
        {"service": name, **copy, "lacks": _lacks(session, copy)}
        for name in FACT_CONTEXTS
        for copy in session.connection.get(name, "/v1/copies")
    ]
    session.output.document({"copies": told, "differ": differ})
    session.output.table(
        ("service", "source", ">read", ">lacks", ">parked", ">in quarantine", "refilled"),
        (
            [
                copy["service"],
                copy["source"],
                copy["read"],
                copy["lacks"],
                copy["parked"],
                copy["quarantine"]["count"],
                _refilled(copy),
            ]
            for copy in told
        ),
    )
    for copy in told:
        if changed := (copy.get("refilled") or {}).get("changed"):
            session.output.say(f"{copy['service']}: put right by a refill: {sentence(changed)}")
        for record in copy["quarantine"]["first"]:
            session.output.say(f"{copy['service']}: {sentence(record)}")
    for difference in differ:
        session.output.say(f"differs: {sentence(difference)}")
    wrong = [copy for copy in told if copy["lacks"] or copy["parked"] or copy["refilling"]]
    if differ or wrong or any(copy["quarantine"]["count"] for copy in told):
        session.untrue("a copy is not what its owner published, or has not all of it")
    session.output.say("every copy has what its owner published, as far as it was compared")


@copies.command("refill")
@connected(acts_as="operator")
def refill_copy(
    session: Session,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=NAMED)],
    *,
    source: Annotated[str, typer.Option(help="whose facts it is a copy of")] = "members",
    reason: Annotated[str, typer.Option(help="why, in words, for whoever asks later")],
) -> None:
    """Fill a service's copy anew from its owner's events, and put right what no event says; the
    copy answers meanwhile. What was changed is in the list of copies.

    Example: guildhall copies refill benefits --reason "a row was put in by hand"
    """
    if service not in FACT_CONTEXTS:
        raise typer.BadParameter(f"{service} keeps no copy; {NAMED} may")
    if source not in CONTEXTS:
        raise typer.BadParameter(f"no context is called {source}")
    body = {"source": CONTEXTS[source].source, "why": reason}
    done = session.connection.post(service, "/v1/copies/refill", body)
    session.output.document(done)
    session.output.say(f"{service}'s copy of {source} is being filled anew: guildhall copies list")


@copies.command("discard")
@connected(acts_as="operator")
def discard_in_copy(
    session: Session,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=NAMED)],
    number: Annotated[int, typer.Argument(metavar="ID", help="its id in the list of copies")],
    *,
    reason: Annotated[str, typer.Option(help="why, in words, for whoever asks later")],
) -> None:
    """Settle a record that a service's copy passed over as never to be applied; it stays in that
    service's database, with who and why.

    Example: guildhall copies discard benefits 7 --reason "forged on 2026-11-29"
    """
    if service not in FACT_CONTEXTS:
        raise typer.BadParameter(f"{service} keeps no copy; {NAMED} may")
    body = {"record_id": number, "why": reason}
    done = session.connection.post(service, "/v1/copies/discard", body)
    session.output.document(done)
    session.output.say(f"record {number} of {service} is discarded")


def _lacks(session: Session, copy: Mapping[str, Any]) -> int:
    """How many events its owner published that a copy has not, without a gap."""
    process = RELAY_PROCESSES[OWNERS[copy["source"]]]
    have = {row["shard"]: row["head"] for row in copy["shards"]}
    shards = session.connection.get(process, "/v1/relay/heads")["shards"]
    return sum(max(0, row["acked"] - have.get(row["shard"], 0)) for row in shards)


def _refilled(copy: Mapping[str, Any]) -> str:
    """How far it is refilled; empty where it is not."""
    how = copy["refilling"]
    return f"{how['read']:,} of {how['of']:,}" if how else ""
