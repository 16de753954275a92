"""Projections a second time, written apart from the first: from journal rows to rows of tables.

Only what the load writes; a projection that is not here is still compared with its own rebuild.
"""

from collections.abc import Callable, Iterable

from tests.faults.evidence import Row, attributes_of, data_of, short
from tests.faults.second_lines import Table, figure_lines

ACTIVITY_UNKNOWN = (
    "title", "kind", "organiser", "online", "planned_on", "planned_for", "planned",
    "first_held_on", "last_held_on", "cancelled_on", "cancelled_why", "judged_on", "judges",
    "awarded_on", "awarded",
)  # fmt: skip
ACTIVITY_COUNTED = (
    "sessions", "registrations", "attendances", "entries", "entrants", "awards",
    "award_recipients", "award_value_fen",
)  # fmt: skip
PROGRAMME_TERMS = (
    "title", "occasion", "population", "payment_form", "unit_value_fen", "amount_assumed", "fund",
    "payer", "budget_line", "decision_ref",
)  # fmt: skip
PROGRAMME_LATER = (
    "roster_as_of", "roster_count", "roster_sha256", "frozen", "closed_on", "issued",
    "missed_count", "closed",
)  # fmt: skip
PAYMENT_TOLD = (
    "payment_id", "fund", "payer", "budget_line", "amount_fen", "amount_assumed", "refers_to",
    "requested_by", "approved_by", "decision_ref",
)  # fmt: skip
UNION_UNKNOWN = (
    "name", "kind", "parent_org_id", "registered_on", "staff_declared", "women_staff_declared",
    "declared_on", "declared", "moving_from", "moving_to", "move_started_on", "move_started",
    "members_due", "prepared_on", "prepared", "moved_on", "moved",
)  # fmt: skip
"""Columns that an event leaves unknown, at nought, or for later, by projection."""


def _base(row: Row, data: Row) -> Row:
    return {"org_id": data["org_id"], "source": row["source"], "stream": row["stream"]}


def _incomes(table: Table, row: Row, data: Row) -> None:
    if short(row["type"]) == "IncomeReceived":
        key = (data["org_id"], row["source"], row["stream"])
        table[key] = _base(row, data) | {
            "income_id": data["income_id"],
            "income_source": data["source"],
            "fund": data["fund"],
            "amount_fen": data["amount_fen"],
            "amount_assumed": data["amount_assumed"],
            "received_on": data["occurred_on"],
            "received": row["event_id"],
        }


def _payments(table: Table, row: Row, data: Row) -> None:
    if short(row["type"]) == "ExpenditurePaid":
        key = (data["org_id"], row["source"], row["stream"])
        table[key] = (
            _base(row, data)
            | {name: data.get(name) for name in PAYMENT_TOLD}
            | {"paid_on": data["occurred_on"], "paid": row["event_id"]}
            | {"recorded_by": attributes_of(row)["actor"], "reversed_fen": 0}
            | dict.fromkeys(("reversed_on", "reversed_why", "reversed"))
        )


def _deliveries(table: Table, row: Row, data: Row) -> None:
    key = (data["org_id"], row["source"], row["stream"])
    names = (
        "programme_id",
        "occasion",
        "person_id",
        "capacity",
        "quantity",
        "amount_fen",
        "payment_form",
        "fund",
        "payer",
        "on_roster",
    )
    match short(row["type"]):
        case "GiftIssued":
            nothing = ("signed_on", "signed_by", "signed", "returned_on", "returned")
            nothing += ("again_why", "again_event")
            table[key] = (
                _base(row, data)
                | {name: data.get(name) for name in names}
                | {"issued_on": data["occurred_on"], "issued": row["event_id"], "again": 0}
                | dict.fromkeys(nothing)
            )
        case "GiftReceiptSigned" if key in table:
            table[key] = table[key] | {
                "signed_on": data["occurred_on"],
                "signed_by": data["signed_by"],
                "signed": row["event_id"],
            }
        case "GiftReturned" if key in table:
            table[key] = table[key] | {
                "returned_on": data["occurred_on"],
                "returned": row["event_id"],
            }


def _portions(table: Table, row: Row, data: Row) -> None:
    if short(row["type"]) == "GiftApplied":
        table[(data["org_id"], row["event_id"], row["source"])] = {
            "org_id": data["org_id"],
            "event": row["event_id"],
            "source": row["source"],
            "step": "applied",
            "programme_id": data["programme_id"],
            "occasion": data["occasion"],
            "quantity": data["quantity"],
            "superior": data["to_org"],
            "on_day": data["occurred_on"],
        }


def _register(table: Table, row: Row, data: Row) -> None:
    kind = short(row["type"])
    if kind not in ("StaffRegistered", "MemberJoined"):
        return
    key = (data["org_id"], data["person_id"], row["source"])
    names = (
        "gender",
        "birth_month",
        "staff_from",
        "staff_until",
        "member_from",
        "member_until",
        "join_kind",
        "retired_on",
        "left_post",
        "left_post_why",
    )
    before = table.get(key) or {
        "org_id": key[0],
        "person_id": key[1],
        "source": key[2],
        **dict.fromkeys(names),
        "former": [],
        "former_posts": [],
    }
    if kind == "StaffRegistered":
        change = {
            "gender": data["gender"],
            "birth_month": data["birth_month"],
            "staff_from": data["occurred_on"],
        }
    else:
        change = {"member_from": data["occurred_on"], "join_kind": data["kind"]}
    table[key] = before | change


def _departments(table: Table, row: Row, data: Row) -> None:
    if short(row["type"]) not in ("StaffRegistered", "DepartmentChanged"):
        return
    key = (data["org_id"], data["person_id"], row["source"], data["occurred_on"])
    names = ("org_id", "person_id", "source", "since")
    said = {"department": data.get("department"), "told": row["event_id"]}
    table[key] = dict(zip(names, key, strict=True)) | said


def _activities(table: Table, row: Row, data: Row) -> None:
    kind = short(row["type"])
    if kind not in ("ActivityPlanned", "ActivityHeld", "ParticipantRegistered"):
        return
    key = (data["org_id"], data["activity_id"], row["source"])
    before = table.get(key) or {
        "org_id": key[0],
        "activity_id": key[1],
        "source": key[2],
        **dict.fromkeys(ACTIVITY_UNKNOWN),
        **dict.fromkeys(ACTIVITY_COUNTED, 0),
    }
    what = {name: data.get(name) for name in ("kind", "organiser", "online")}
    day = data["occurred_on"]
    change: Row = {}
    match kind:
        case "ActivityPlanned":
            change = what | {
                "title": data["title"],
                "planned_on": day,
                "planned_for": data["planned_for"],
                "planned": row["event_id"],
            }
        case "ActivityHeld":
            change = what | {
                "sessions": before["sessions"] + 1,
                "first_held_on": min(before["first_held_on"] or day, day),
                "last_held_on": max(before["last_held_on"] or day, day),
            }
        case "ParticipantRegistered":
            change = {"registrations": before["registrations"] + 1}
    table[key] = before | change


def _budget_lines(table: Table, row: Row, data: Row) -> None:
    kinds = {"BudgetApproved": "approved", "BudgetAdjusted": "adjusted"}
    if (kind := kinds.get(short(row["type"]))) is None:
        return
    for name in {line["budget_line"] for line in data["lines"]}:
        amounts = [line["amount_fen"] for line in data["lines"] if line["budget_line"] == name]
        table[(data["org_id"], row["event_id"], name, row["source"])] = {
            "org_id": data["org_id"],
            "decided": row["event_id"],
            "budget_line": name,
            "source": row["source"],
            "budget_year": data["budget_year"],
            "version": row["stream_version"],
            "kind": kind,
            "amount_fen": sum(amounts),
            "amount_assumed": data["amount_assumed"],
            "approved_by": data["approved_by"],
            "in_force_from": data["occurred_on"],
        }


def _programmes(table: Table, row: Row, data: Row) -> None:
    if short(row["type"]) != "ProgrammeOpened":
        return
    table[(data["org_id"], data["programme_id"], row["source"])] = (
        {"org_id": data["org_id"], "programme_id": data["programme_id"], "source": row["source"]}
        | {name: data.get(name) for name in PROGRAMME_TERMS}
        | {"opened_on": data["occurred_on"], "opened": row["event_id"]}
        | {"roster_chunks": 0, "roster_chunks_due": 0}
        | dict.fromkeys(PROGRAMME_LATER)
    )


def _unions(table: Table, row: Row, data: Row) -> None:
    kind = short(row["type"])
    if kind not in ("OrganisationRegistered", "OrganisationCorrected", "StaffCountDeclared"):
        return
    key = (data["org_id"], row["source"])
    before = table.get(key) or {
        "org_id": key[0],
        "source": key[1],
        **dict.fromkeys(UNION_UNKNOWN),
        "parents": [],
        "simulated": False,
        "members_prepared": 0,
    }
    if kind != "StaffCountDeclared":
        change = {name: data.get(name) for name in ("name", "kind", "parent_org_id")}
    if kind == "OrganisationRegistered":
        change |= {"simulated": data["simulated"], "registered_on": data["occurred_on"]}
    if kind != "StaffCountDeclared":
        since = change.get("registered_on") or before["registered_on"] or data["occurred_on"]
        change["parents"] = [f"{since}/{data.get('parent_org_id') or ''}"]
    elif kind == "StaffCountDeclared":
        change = {
            "staff_declared": data["staff"],
            "women_staff_declared": data["women_staff"],
            "declared_on": data["occurred_on"],
            "declared": row["event_id"],
        }
    table[key] = before | change


FOLDS: dict[str, Callable[[Table, Row, Row], None]] = {
    "incomes": _incomes, "payments": _payments, "deliveries": _deliveries, "portions": _portions,
    "register": _register, "departments": _departments,
    "activities": _activities, "budget_lines": _budget_lines,
    "programmes": _programmes, "unions": _unions, "figure_lines": figure_lines,
}  # fmt: skip


def _disowned(tables: dict[str, Table], data: Row) -> None:
    """An income that its source never wrote is none. Nothing else is forged by the nemesis, and
    each under a stream of its own."""
    for key, row in list(tables["incomes"].items()):
        if row["received"] == data["disowned_event_id"]:
            org_id, source, stream = key
            tables["incomes"].pop(key)
            tables["figure_lines"].pop((org_id, f"income:{stream}@{source}"))


def fold(tables: dict[str, Table], journal: Iterable[Row]) -> None:
    """Fold journal rows, in their order, into `tables`."""
    for row in journal:
        data = data_of(row)
        if short(row["type"]) == "EventDisowned":
            _disowned(tables, data)
            continue
        for name, apply in FOLDS.items():
            apply(tables[name], row, data)


def empty() -> dict[str, Table]:
    """Tables before anything was folded."""
    return {name: {} for name in FOLDS}
