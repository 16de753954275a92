"""Checks of what readers see: equal to a second fold, to its rebuild, as known at any time."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.faults.evidence import FOREVER, OWNERS, Evidence, Row, Violation, data_of, short
from tests.faults.second_fold import FOLDS, Table, empty, fold

VERSIONED = ("valid_from", "valid_to")
SUMMED = ("lines", "quantity", "amount_fen", "without_amount", "assumed", "unprovable", "ended")


def _journal(evidence: Evidence) -> list[Row]:
    return sorted(evidence.reporting["journal"], key=lambda row: row["log_index"])


def equal_to_second_fold(evidence: Evidence) -> Iterator[Violation]:
    """Every row that stands, of the tables folded twice, to the fen."""
    tables = empty()
    fold(tables, _journal(evidence))
    for name in FOLDS:
        current = [row for row in evidence.live[name] if row["valid_to"] == FOREVER]
        yield from _differences(7, f"{name}", tables[name], current)


def _differences(
    invariant: int, where: str, expected: Table, rows: list[Row]
) -> Iterator[Violation]:
    want: dict[str, int] = defaultdict(int)
    for row in expected.values():
        want[_text(row)] += 1
    for row in rows:
        want[_text({name: row[name] for name in row if name not in VERSIONED})] -= 1
    for text, count in want.items():
        if count:
            name = "projection-lost" if count > 0 else "projection-wrong"
            yield Violation(invariant, name, f"{where}: {text[:300]}")


def _text(row: Row) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def sums_equal_lists(evidence: Evidence) -> Iterator[Violation]:
    """Partial sums are those of the lines that stand."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(SUMMED))
    for line in evidence.live["figure_lines"]:
        if line["valid_to"] != FOREVER:
            continue
        amount = line["amount_fen"]
        day = sums[line["org_id"], line["list"], line["occurred_on"]]
        more = (
            1,
            line["quantity"],
            amount or 0,
            int(amount is None),
            int(line["assumed"]),
            int(not line["provable"]),
            0,
        )
        day[:] = [before + more for before, more in zip(day, more, strict=True)]
        if line["ended_on"] is not None:
            sums[line["org_id"], line["list"], line["ended_on"]][-1] += 1
    written: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(SUMMED))
    for row in evidence.live["figure_sums"]:  # one for each block of the log that moved the day
        day = written[row["org_id"], row["list"], row["day"]]
        day[:] = [before + row[name] for before, name in zip(day, SUMMED, strict=True)]
    for key, found in written.items():
        expected = sums.pop(key, [0] * len(SUMMED))
        if found != expected:
            where = " ".join(key)
            yield Violation(7, "sum-differs", f"{where}: {found}, the lines say {expected}")
    for key, values in sums.items():
        if any(values):
            yield Violation(7, "sum-differs", f"{key}: no sum, the lines say {values}")


def equal_to_rebuild(evidence: Evidence) -> Iterator[Violation]:
    """Live = rebuilt from the journal = rebuilt again: every table, byte by byte."""
    for note in evidence.of_kind("note"):
        if note["says"].startswith("rebuild failed"):
            yield Violation(8, "rebuild-failed", note["says"])
    for after, name in ((evidence.rebuilt, "rebuild"), (evidence.again, "second rebuild")):
        for table in sorted({*evidence.live, *after}):
            live = sorted(map(_text, evidence.live.get(table, ())))
            rebuilt = sorted(map(_text, after.get(table, ())))
            if live != rebuilt:
                one_side = sorted({*live} ^ {*rebuilt})[:1] or ["a row stands twice"]
                yield Violation(8, "rebuild-differs", f"{table}, {name}: {one_side[0][:300]}")


class _Balance:
    """Rows expected less rows found, by their text; empty where the two sides are equal."""

    def __init__(self) -> None:
        self.off: dict[str, int] = {}

    def add(self, row: Row, count: int) -> None:
        text = _text({name: row[name] for name in row if name not in VERSIONED})
        count += self.off.pop(text, 0)
        if count:
            self.off[text] = count


class _Expected(Table):
    """A table of the second fold that keeps a balance up to date with every change."""

    def __init__(self, balance: _Balance) -> None:
        super().__init__()
        self._balance = balance

    def __setitem__(self, key: Any, row: Row) -> None:
        self.pop(key, None)
        super().__setitem__(key, row)
        self._balance.add(row, 1)

    def pop(self, key: Any, default: Any = None) -> Any:
        row = super().pop(key, default)
        if row is not None:
            self._balance.add(row, -1)
        return row


def as_known_at_any_time(evidence: Evidence) -> Iterator[Violation]:
    """Rows as they were at every log index are the fold of what came before; the first that is
    not is named, table by table."""
    journal = _journal(evidence)
    balances = {name: _Balance() for name in FOLDS}
    tables: dict[str, Table] = {name: _Expected(balances[name]) for name in FOLDS}
    changes = sorted(
        (
            (row[side], name, -1 if side == "valid_from" else 1, number)
            for name in FOLDS
            for number, row in enumerate(evidence.live[name])
            for side in VERSIONED
        ),
        reverse=True,
    )
    for entry in journal:
        fold(tables, [entry])
        while changes and changes[-1][0] <= entry["log_index"]:
            _, name, count, number = changes.pop()
            if name in balances:
                balances[name].add(evidence.live[name][number], count)
        for name in [name for name, balance in balances.items() if balance.off]:
            text, count = next(iter(balances.pop(name).off.items()))
            what = "projection-lost" if count > 0 else "projection-wrong"
            yield Violation(10, what, f"{name} as of {entry['log_index']}: {text[:300]}")


def figures_are_their_lists(evidence: Evidence) -> Iterator[Violation]:
    """Each figure asked is the checker's own, and the list under it adds up to it."""
    own: dict[tuple[str, str], int] = defaultdict(int)
    gifts: dict[tuple[str, str], Row | None] = {}
    for owner in OWNERS:
        for row in sorted(evidence.events[owner], key=lambda row: row["version"]):
            data, kind = data_of(row), short(row["type"])
            if kind == "IncomeReceived":
                own[row["org_id"], "income_received"] += data["amount_fen"]
            elif kind == "ExpenditurePaid":
                own[row["org_id"], "expenditure_paid"] += data["amount_fen"]
            elif kind in ("GiftIssued", "GiftReturned"):
                gifts[row["org_id"], row["stream"]] = data if kind == "GiftIssued" else None
    for (org, _), gift in gifts.items():
        if gift is not None and gift["occasion"] == "spring_festival":
            own[org, "gift_spring_festival_portions"] += gift["quantity"]
    for figure in evidence.figures:
        name, org, value = figure["figure"], figure["org_id"], figure["value"]
        if value != own[org, name]:
            told = f"{value}, the events say {own[org, name]}"
            yield Violation(16, "figure-wrong", f"{name} of {org} is {told}")
        column = "quantity" if name.endswith("portions") else "amount_fen"
        listed = sum(line[column] or 0 for line in figure["events"])
        if listed != value:
            yield Violation(16, "list-differs", f"{name} of {org} is {value}, its list {listed}")
