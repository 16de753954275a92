"""What the clients ask for: seeded commands over all three owners, on hot and on new streams.

The seed gives each client its own sequence; which of them meet, and in which state, is up to the
run. Refusals are wanted: stale versions, double issues, bad input, reused keys, strangers.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

UNIONS = ("union-a", "union-b", "union-c")
PEOPLE_PER_UNION = 60
DAY = "2026-01-15"
BUDGET_YEAR = 2026
PROGRAMMES = {"spring": "spring_festival", "cooling": "summer_cooling"}
ACTIVITIES = ("choir", "chess", "hiking")
FUNDS = ("union_funds", "care_fund", "administration")
INCOMES = ("dues", "donation", "interest", "allocation")
LINES = ("staff_activity.culture", "staff_activity.welfare", "rights.hardship")

Body = dict[str, Any]


class Command(NamedTuple):
    """One command to one owner, as who; `hot` names its stream where others write it too."""

    service: str
    org: str
    name: str
    body: Body
    person: str = "clerk"
    hot: str = ""


def person_id(org: str, number: int) -> str:
    """A person of a union; the first PEOPLE_PER_UNION are there from the start."""
    return f"p-{org.replace('-', '')}{number:06d}"


def founding() -> list[Command]:
    """What every union needs before the load: sent in this order, each accepted."""
    members = [command for org in UNIONS for command in _members_of(org)]
    return members + [command for org in UNIONS for command in _plans_of(org)]


def _members_of(org: str) -> list[Command]:
    """The union and its people."""
    people = [person_id(org, number) for number in range(PEOPLE_PER_UNION)]
    union = {"name": "试验工会", "kind": "grassroots", "registered_on": DAY}
    return [
        Command("members", org, "register-organisation", union, "operator"),
        Command("members", org, "register-staff", {"people": list(map(_staff_row, people))}),
        Command("members", org, "admit-members", {"people": list(map(_admission, people))}),
    ]


def _plans_of(org: str) -> list[Command]:
    """The union's programmes, its budget, and its activities."""
    return [
        *(
            Command("benefits", org, "open-programme", _programme(name, occasion))
            for name, occasion in PROGRAMMES.items()
        ),
        Command("benefits", org, "approve-budget", _budget(1_000_000), "chair"),
        *(Command("events", org, "plan-activity", _activity(name)) for name in ACTIVITIES),
    ]


def _programme(name: str, occasion: str) -> Body:
    return {
        "programme_id": name,
        "title": "慰问",
        "occasion": occasion,
        "population": "named",
        "payment_form": "goods",
        "unit_value_fen": 12_345,
        "fund": "union_funds",
        "payer": "own",
        "opened_on": DAY,
    }


def _activity(name: str) -> Body:
    return {
        "activity_id": name,
        "title": "活动",
        "kind": "culture",
        "organiser": "own",
        "online": False,
        "planned_on": DAY,
        "planned_for": "2026-03-01",
    }


def _staff_row(person: str) -> Body:
    return {
        "person_id": person,
        "employee_no": person[2:],
        "name": "王利",
        "gender": "female",
        "birth_month": 1 + int(person[-6:]) % 12,
        "registered_on": DAY,
    }


def _admission(person: str) -> Body:
    return {"person_id": person, "joined_on": DAY, "kind": "new"}


def _budget(amount: int) -> Body:
    return {
        "budget_year": BUDGET_YEAR,
        "approved_by": ["committee"],
        "approved_on": DAY,
        "lines": [{"budget_line": line, "amount_fen": amount} for line in LINES],
    }


class Author:
    """Writes one client's commands; the same seed and client give the same sequence."""

    def __init__(self, seed: int, client: int) -> None:
        self.rng = random.Random(f"{seed}/client/{client}")
        self.client, self.made = client, 0
        self.registered: list[tuple[str, str]] = []
        self.requested: list[tuple[str, str]] = []

    def next(self) -> Command:
        """One more command."""
        self.made += 1
        (make,) = self.rng.choices(list(MAKERS), list(MAKERS.values()))
        return make(self, self.rng.choice(UNIONS))

    def name(self, what: str) -> str:
        """A name nobody else gives."""
        return f"{what}-{self.client}-{self.made}"

    def somebody(self, org: str) -> str:
        """One of the union's people from the start."""
        return person_id(org, self.rng.randrange(PEOPLE_PER_UNION))


def _register(author: Author, org: str) -> Command:
    person = person_id(org, 100_000 + author.client * 10_000 + author.made)
    author.registered.append((org, person))
    return Command("members", org, "register-staff", {"people": [_staff_row(person)]})


def _admit(author: Author, org: str) -> Command:
    if not author.registered:
        return _register(author, org)
    org, person = author.registered.pop()
    return Command("members", org, "admit-members", {"people": [_admission(person)]})


def _declare(author: Author, org: str) -> Command:
    staff = author.rng.randrange(1, 9_000)
    body = {"staff": staff, "women_staff": staff // 2, "declared_on": DAY}
    return Command("members", org, "declare-staff-count", body, hot="organisation")


def _income(author: Author, org: str) -> Command:
    body = {
        "income_id": author.name("income"),
        "source": author.rng.choice(INCOMES),
        "fund": author.rng.choice(FUNDS),
        "amount_fen": author.rng.randrange(1, 10**9),
        "received_on": DAY,
    }
    return Command("benefits", org, "receive-income", body, "cashier")


def _payment(author: Author, org: str) -> Command:
    if author.requested:
        org, name = author.requested.pop()
        return Command(
            "benefits", org, "pay-expenditure", {"payment_id": name, "paid_on": DAY}, "approver"
        )
    name = author.name("payment")
    author.requested.append((org, name))
    body = {
        "payment_id": name,
        "fund": author.rng.choice(FUNDS),
        "payer": "own",
        "budget_line": author.rng.choice(LINES),
        "amount_fen": author.rng.randrange(1, 10**9),
        "requested_on": DAY,
    }
    # Now and then the approver's own request: paying it must be refused.
    who = "approver" if author.rng.random() < 0.1 else "clerk"
    return Command("benefits", org, "request-expenditure", body, who)


def _portions(author: Author, org: str) -> Command:
    name = author.rng.choice(list(PROGRAMMES))
    body = {
        "programme_id": name,
        "quantity": author.rng.randrange(1, 50),
        "to_org": "city-union",
        "applied_on": DAY,
    }
    return Command("benefits", org, "apply-for-portions", body, hot=f"programme-{name}")


def _adjust(author: Author, org: str) -> Command:
    body = _budget(author.rng.randrange(1, 10**9))
    body["adjusted_on"] = body.pop("approved_on")
    hot = f"budget-{BUDGET_YEAR}"
    return Command("benefits", org, "adjust-budget", body, "chair", hot=hot)


def _gift(author: Author, org: str) -> Command:
    programme, person = author.rng.choice(list(PROGRAMMES)), author.somebody(org)
    match author.rng.randrange(4):
        case 0 | 1:
            body = {
                "programme_id": programme,
                "person_id": person,
                "capacity": "member",
                "quantity": author.rng.randrange(1, 4),
                "issued_on": DAY,
            }
            return Command("benefits", org, "issue-gift", body)
        case 2:
            receipts = [{"person_id": person, "signed_on": DAY}]
            body = {"programme_id": programme, "receipts": receipts}
            return Command("benefits", org, "sign-receipts", body)
        case _:
            body = {
                "programme_id": programme,
                "person_id": person,
                "reason": "returned",
                "returned_on": DAY,
            }
            return Command("benefits", org, "return-gift", body)


def _held(author: Author, org: str) -> Command:
    name = author.rng.choice(ACTIVITIES)
    body = {"activity_id": name, "held_on": DAY}
    return Command("events", org, "hold-activity", body, hot=f"activity-{name}")


def _participants(author: Author, org: str) -> Command:
    name = author.rng.choice(ACTIVITIES)
    people = sorted({author.somebody(org) for _ in range(author.rng.randrange(1, 6))})
    body = {"activity_id": name, "person_ids": people, "registered_on": DAY}
    return Command("events", org, "register-participants", body, hot=f"activity-{name}")


def _bad(author: Author, org: str) -> Command:
    """Refused whatever the state: wrong shapes, wrong signs, unknown things, strangers."""
    good = _income(author, org)
    name, change = author.rng.choice(BAD)
    if name == "stranger":
        return good._replace(person="stranger")
    return good._replace(body={**good.body, **change})


BAD: tuple[tuple[str, Body], ...] = (
    ("stranger", {}), ("negative", {"amount_fen": -1}), ("text", {"amount_fen": "12"}),
    ("fraction", {"amount_fen": 1.5}), ("future", {"received_on": "2999-01-01"}),
    ("unknown fund", {"fund": "petty cash"}), ("extra field", {"colour": "red"}),
    ("no such day", {"received_on": "2026-02-30"}), ("null", {"income_id": None}),
)  # fmt: skip

MAKERS: dict[Callable[[Author, str], Command], float] = {
    _register: 8, _admit: 8, _declare: 10, _income: 16, _payment: 12, _portions: 10, _adjust: 6,
    _gift: 16, _held: 8, _participants: 5, _bad: 1,
}  # fmt: skip
"""Weights; those on hot streams are about two fifths."""
