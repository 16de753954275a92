"""`guildhall rules …`: the rules findings are derived from, what they say, what others would."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from guildhall.cli.period import AsOf, From, Org, To, Year, period_of
from guildhall.cli.session import Session, connected
from guildhall.output import sentence

rules = typer.Typer(help="The rules findings are derived from.", no_args_is_help=True)


class State(StrEnum):
    """What became of a rule that is written down."""

    IMPLEMENTED = "implemented"
    NOT_WRITTEN = "not_written"
    NOT_DECIDABLE = "not_decidable"
    MERGED = "merged"
    NOT_FOR_A_MACHINE = "not_for_a_machine"


@rules.command("list")
@connected(acts_as="auditor")
def list_rules(
    session: Session,
    *,
    state: Annotated[State | None, typer.Option(help="only rules in it")] = None,
) -> None:
    """Every rule that is written down: judged, or why not, and the instruments it stands on.

    Example: guildhall rules list --state not_decidable
    """
    asked = {} if state is None else {"state": state.value}
    found = session.connection.get("reporting", "/v1/rules/register", **asked)
    session.output.document(found)
    session.output.table(
        ("rule", "title", "severity", "state", "why", "instruments"),
        (
            [rule["id"], rule["title"], rule["severity"], rule["state"], _why(rule), _cited(rule)]
            for rule in found["rules"]
        ),
    )
    counted = ", ".join(f"{often:,} {each}" for each, often in found["states"].items() if often)
    session.output.say(f"{len(found['rules']):,} rules listed; {counted}")


@rules.command()
@connected(acts_as="auditor")
def values(session: Session) -> None:
    """Every rule that is judged, with its dated values and how well each is confirmed.

    Example: guildhall rules values
    """
    found = session.connection.get("reporting", "/v1/rules")
    session.output.document(found)
    session.output.table(
        ("rule", "title", "version", "values in force", "clause"),
        (
            [rule["id"], rule["title"], rule["version"], *_values_of(rule)]
            for rule in found["rules"]
        ),
    )
    session.output.say(f"{len(found['rules']):,} rules")


@rules.command()
@connected(acts_as="auditor")
def check(
    session: Session,
    *,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
) -> None:
    """Every rule's verdict on a period, derived now; status 0 only if there are any and none fails.

    Findings are what was recorded of such verdicts; here they are as they would be recorded.

    Example: guildhall rules check --org tjtc --year 2022
    """
    period = period_of(year, first, last)
    found = session.connection.get("reporting", f"/v1/{org}/verdicts", **period.asked(as_of))
    session.output.document(found)
    verdicts = found["verdicts"]
    session.output.table(
        ("rule", "subject", "outcome", "severity", "reason", "clause"),
        (
            [
                verdict["rule"],
                verdict["subject"],
                verdict["outcome"],
                verdict["severity"],
                verdict["sentence"],
                verdict["clause"],
            ]
            for verdict in verdicts
        ),
    )
    outcomes = Counter(verdict["outcome"] for verdict in verdicts)
    said = ", ".join(f"{often:,} {outcome}" for outcome, often in sorted(outcomes.items()))
    session.output.say(f"known at {found['known_at']}: {len(verdicts):,} verdicts; {said}")
    if not verdicts:
        session.untrue("nothing was judged: no rule found a subject in that union and period")
    if outcomes["fail"]:
        session.untrue(f"{outcomes['fail']:,} of {len(verdicts):,} verdicts fail")


@rules.command("what-if")
@connected(acts_as="auditor")
def what_if(
    session: Session,
    *,
    rule: Annotated[str, typer.Argument(help="such as wel-04; `rules values` names them")],
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="its values, tried"),
    ] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="such as anhui: by its law")] = None,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
) -> None:
    """What other values of a rule, or another place's, would change on a period; nothing is
    recorded.

    FILE is the rule's values file (services/reporting/rules/values) as it would be written.

    Example: guildhall rules what-if wel-09 --jurisdiction anhui --org tjtc --year 2022
    """
    period = period_of(year, first, last)
    tried = {} if jurisdiction is None else {"jurisdiction": jurisdiction}
    if file is not None:
        try:
            tried["values"] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as why:
            raise typer.BadParameter(f"{file} is not UTF-8: {why}") from None
    if not tried:
        raise typer.BadParameter("nothing to try: name a FILE of values or a --jurisdiction")
    found = session.connection.post(
        "reporting",
        f"/v1/{org}/rules/{rule}/what-if",
        tried,
        query=period.asked(as_of),
    )
    session.output.document(found)
    differences = found["differences"]
    session.output.table(
        ("subject", "now", "then"),
        ([each["subject"], _judged(each["now"]), _judged(each["then"])] for each in differences),
        title=found["rule_version"],
    )
    for turn in found.get("tally", ()):
        session.output.say(
            f"{turn['now'] or 'not judged'} → {turn['then'] or 'not judged'}:"
            f" {turn['subjects']:,} subjects, {turn['persons']:,} people"
        )
    session.output.say(f"{len(differences):,} subjects would be judged otherwise")


def _why(rule: Mapping[str, Any]) -> str:
    """Why a rule is in its state: the version judged, what is missing, where it went."""
    match rule["state"]:
        case "implemented":
            return str(rule["rule_version"])
        case "not_decidable":
            return "no event says: " + ", ".join(rule["missing"])
        case "merged":
            return "in " + ", ".join(rule["merged_into"])
        case "not_for_a_machine":
            return str(rule["not_for_a_machine"])
        case _:
            return "all it needs is said; no formula is written"


def _cited(rule: Mapping[str, Any]) -> str:
    """Its instruments: title, number, days in force, confirmation, and what replaced each."""
    return "\n".join(
        f"{each['title']} {each['number'] or ''}".strip()
        + f" [{each['effective_from'] or ''}..{each['effective_to'] or ''}] ({each['status']})"
        + (f" → {each['replaced_by']}" if each["replaced_by"] else "")
        for each in rule["instruments"]
    )


def _judged(verdict: Mapping[str, Any] | None) -> str:
    if verdict is None:
        return "not judged"
    concerned = f" ({len(verdict['persons']):,} persons)" if verdict.get("persons") else ""
    return f"{verdict['outcome']}: {verdict['sentence']}{concerned}"


def _values_of(rule: Mapping[str, Any]) -> tuple[str, str]:
    """A rule's dated values, with how well each is confirmed, and the clauses they stand on."""
    entries = [
        (parameter, entry)
        for parameter in rule.get("values", ())
        for entry in parameter.get("entries", ())
    ]
    values = [
        f"{entry['effective_from'] or ''} {parameter['title']} {_or_unknown(entry['value'])}"
        f" ({entry['status']})".strip()
        for parameter, entry in entries
    ]
    clauses = dict.fromkeys(f"{entry['instrument']} {entry['clause']}" for _, entry in entries)
    return "\n".join(values), "\n".join(clauses)


def _or_unknown(value: Any) -> str:
    return "UNKNOWN" if value is None else sentence(value)
