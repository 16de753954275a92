"""What the routes answer, as JSON values. Field names are part of the contract."""

from base64 import b64encode
from typing import Any

from services.reporting.figures.definition import Figure
from services.reporting.ingest.settle_many import Settled
from services.reporting.queries.figures import Value
from services.reporting.queries.findings import FindingShown, rule_title
from services.reporting.queries.membership import Account
from services.reporting.queries.reconciliation import Reconciliation
from services.reporting.queries.rosters import DatedCount
from services.reporting.queries.rules import value_listed
from services.reporting.queries.what_if import Difference
from services.reporting.reconciliation.log_difference import LogDifference
from services.reporting.reconciliation.progress import CopyState, SourceState
from services.reporting.reconciliation.reconciler import Reconciled
from services.reporting.rules.definition import Verdict
from shared.kafka.packing import unpack_headers


def figure_answer(figure: Figure) -> dict[str, Any]:
    """A figure without its value, which counts 10^-scale units: fen of amounts."""
    return {
        "figure": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "scale": 2 if figure.measure == "amount_fen" else 0,
        "measure": figure.measure,
        "stock": figure.stock,
        "report_line": figure.report_line,
    }


def value_answer(value: Value) -> dict[str, Any]:
    """A figure with its value; of an amount, how many of its lines are `assumed`, and how many
    state none: where that is all of them, its 0 is unknown. `note` is there only where a reader
    must be told something."""
    money = value.figure.measure == "amount_fen"
    answer = figure_answer(value.figure) | {
        "value": value.value,
        "lines": value.lines,
        "assumed": value.assumed if money else 0,
        "without_amount": value.without_amount if money else 0,
        "provable": value.provable,
    }
    return answer | ({"note": ";".join(value.notes)} if value.notes else {})


def account_answer(account: Account) -> dict[str, Any]:
    """A membership account; days that are not listed had no movement and close."""
    return {
        "opening": account.opening,
        **account.totals,
        "closing": account.closing,
        "closes": account.first_open_day is None,
        "first_open_day": account.first_open_day,
        "days": [
            {
                "day": day.day,
                "opening": day.opening,
                **day.movements,
                "closing": day.closing,
                "difference": day.difference,
            }
            for day in account.days
        ],
    }


def reconciliation_answer(found: Reconciliation) -> dict[str, Any]:
    """A programme's roster against who received."""
    programme = found.programme
    return {
        "programme_id": programme.programme_id,
        "source": programme.source,
        "title": programme.title,
        "occasion": programme.occasion,
        "population": programme.population,
        "roster": None
        if programme.roster_as_of is None
        else {
            "as_of": programme.roster_as_of,
            "count": programme.roster_count,
            "sha256": programme.roster_sha256,
            "complete": found.roster_complete,
        },
        "closed_on": programme.closed_on,
        "counts": found.counts,
        "people": found.people,
        "next": found.next,
    }


def dated_count_answer(count: DatedCount) -> dict[str, Any]:
    """A count among members, beside the roll of its day."""
    return {**count._asdict(), "agrees": count.agrees}


def finding_answer(shown: FindingShown) -> dict[str, Any]:
    """A finding as recorded, with its rule's title and its reason as a sentence."""
    return {**shown.finding._asdict(), "title": shown.title, "sentence": shown.sentence}


def verdict_answer(verdict: Verdict, *, evidence: bool = True) -> dict[str, Any]:
    """A verdict in words, with the dated values it stands on, and the events where `evidence`."""
    return {
        **verdict._asdict(),
        "title": rule_title(verdict.rule),
        "finding_id": verdict.finding_id,
        "evidence": [str(event_id) for event_id in verdict.evidence] if evidence else [],
        "evidence_count": len(verdict.evidence),
        "facts": dict(verdict.facts),
        "values": [value_listed(value) for value in verdict.values],
    }


def difference_answer(difference: Difference) -> dict[str, Any]:
    """A subject that tried values judge otherwise; null where it would not be judged at all."""
    now, then = difference.now, difference.then
    return {
        "subject": difference.subject,
        "now": None if now is None else verdict_answer(now),
        "then": None if then is None else verdict_answer(then),
    }


def quarantine_answer(row: dict[str, Any]) -> dict[str, Any]:
    """A record in quarantine with its exact bytes, and as text where they are UTF-8."""
    value = row["value"]
    return {
        **{name: row[name] for name in row if name not in ("key", "headers", "value", "content")},
        "key": None if row["key"] is None else _text(row["key"]),
        "headers": [[_named(name), _text(held)] for name, held in unpack_headers(row["headers"])],
        "value_base64": None if value is None else b64encode(value).decode(),
        "value_text": None if value is None else _utf8(value),
        "content_sha256": row["content"].hex(),
    }


def settled_answer(settled: Settled) -> dict[str, Any]:
    """What became of a page of records in quarantine."""
    return {**settled._asdict(), "next": None if settled.next is None else list(settled.next)}


def reconciled_answer(found: Reconciled) -> dict[str, Any]:
    """A comparison with the owners' logs."""
    return {
        **found._asdict(),
        "sources": [
            _with_gaps(source)
            | {"differences": [difference._asdict() for difference in source.differences]}
            for source in found.sources
        ],
        "copies": [
            _with_gaps(copy) | {"differences": [_of_copy(each) for each in copy.differences]}
            for copy in found.copies
        ],
    }


def _of_copy(difference: LogDifference) -> dict[str, Any]:
    """A difference between an owner and a copy: it has what else the journal would have."""
    told = difference._asdict()
    del told["log_index"]
    return {name.replace("journal", "copy"): value for name, value in told.items()}


def _with_gaps(state: SourceState | CopyState) -> dict[str, Any]:
    return {**state._asdict(), "gaps": [gap._asdict() for gap in state.gaps]}


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _named(header: str) -> str:
    """A header's name as JSON can say it: of one that is not UTF-8, its bytes (PEP 383)."""
    return header.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")
