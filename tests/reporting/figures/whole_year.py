"""One year in which every figure counts something: people, gifts, support and money."""

from services.reporting.figures.claims_and_insurance import CLAIMS
from shared.contract.envelope import DomainEvent
from tests.examples.benefits import (
    claim_approved,
    claim_filed,
    claim_rejected,
    claim_withdrawn,
    contract_signed,
    cover_ended,
    expenditure_paid,
    expenditure_reversed,
    gift_applied,
    gift_issued_again,
    gift_received,
    income_received,
    procurement_decided,
)
from tests.examples.members import member_died, staff_left
from tests.reporting.figures.whole_year_of_activities import gatherings, office
from tests.reporting.history import History
from tests.reporting.year import (
    claim_paid,
    claim_reversed,
    closed,
    gift,
    insured,
    joined,
    left,
    person,
    policy,
    retired,
    returned,
    staffed,
    transferred_out,
)


def whole_year() -> History:
    """All of it."""
    history = History()
    for part in (roll, holidays, other_gifts, support, money, gatherings, office):
        history(*part())
    return history


def roll() -> list[DomainEvent]:
    """Before the year 8 join; 3 come (one back), 5 go, one retires and stays; of 5 staff 1 goes."""
    return [
        *(joined(n, "2021-05-01") for n in range(1, 9)),
        joined(9, "2022-02-01"),
        joined(10, "2022-02-01", "transferred_in"),
        left(1, "2022-03-01"),
        joined(1, "2022-10-01", "rejoined", spell=2),
        transferred_out(2, "2022-03-01"),
        member_died(occurred_on="2022-04-01", person_id=person(3)),
        retired(4, "2022-06-30", retained=False),
        retired(5, "2022-06-30", retained=True),
        *(staffed(n, female=n < 4) for n in range(1, 6)),
        staff_left(occurred_on="2022-12-30", person_id=person(1), reason="resigned"),
        staff_left(occurred_on="2022-12-31", person_id=person(2), reason="resigned"),
    ]


def holidays() -> list[DomainEvent]:
    """Of each festival: 2 members with 3 portions, and a teacher who is no member."""
    happened: list[DomainEvent] = []
    for number, occasion in enumerate(sorted(HOLIDAY_NAMES), start=1):
        day = f"2022-{number:02d}-10"
        happened += [
            gift(occasion.replace("_", "-"), occasion, 1, day),
            gift(occasion.replace("_", "-"), occasion, 2, day, quantity=2),
            gift(occasion.replace("_", "-"), occasion, 20, day, capacity="staff"),
            gift(occasion.replace("_", "-"), occasion, 3, "2023-01-01"),
        ]
    return happened


HOLIDAY_NAMES = (
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
)


def other_gifts() -> list[DomainEvent]:
    """One, two, three … people for each other occasion; a cake twice; one gift returned."""
    many = {
        "front_line": 1,
        "summer_cooling": 2,
        "birthday": 3,
        "marriage": 4,
        "birth": 5,
        "retirement": 6,
        "womens_day": 7,
        "other": 8,
    }
    return [
        *(
            gift(o.replace("_", "-"), o, n, "2022-05-05")
            for o, people in many.items()
            for n in range(people)
        ),
        gift("birthday-again", "birthday", 1, "2022-06-06"),
        gift("undone", "marriage", 30, "2022-05-05"),
        returned("undone", 30, "2022-05-06"),
        gift_issued_again(
            occurred_on="2022-05-07",
            programme_id="other",
            person_id=person(1),
            occasion="other",
            amount_fen=1,
        ),
        closed("birthday", "birthday", "2022-12-01", [11, 12]),
        closed("old", "other", "2022-12-01", [11]),
        *(
            step(occurred_on="2022-07-01", programme_id="s", occasion=occasion, quantity=quantity)
            for step in (gift_applied, gift_received)
            for occasion, quantity in (("summer_cooling", 80), ("new_year", 5))
        ),
    ]


def support() -> list[DomainEvent]:
    """Of each kind of claim 2 people, one of them twice, and one reversed; two policies."""
    happened: list[DomainEvent] = []
    for kind in CLAIMS:
        for n, who in enumerate((1, 2, 2, 3)):
            happened.append(claim_paid(f"{kind[:3]}-{n}", kind, who, "2022-05-01"))
        happened.append(claim_reversed(f"{kind[:3]}-3", kind, 3, "2022-05-09"))
    about = {"claim_id": "x", "kind": "hospital", "person_id": person(1)}
    happened += [
        claim_filed(occurred_on="2022-05-01", **about, asked_fen=5, happened_on="2022-05-01"),
        claim_approved(occurred_on="2022-05-01", **about, approved_fen=5),
        claim_rejected(occurred_on="2022-05-01", **about),
        claim_withdrawn(occurred_on="2022-05-01", **about),
        cover_ended(occurred_on="2022-05-01", policy_id="i", plan="ankang", person_id=person(9)),
        policy("i", "serious_illness", "2022-04-01", 3),
        policy("a", "ankang", "2022-04-01", 2),
        *(insured("i", "serious_illness", n, "2022-04-01") for n in (1, 2)),
        insured("i", "serious_illness", 3, "2022-04-01", "staff"),
        *(insured("a", "ankang", n, "2022-04-01", "staff") for n in (1, 2)),
    ]
    return happened


def money() -> list[DomainEvent]:
    """Income of 30 and 12 元; spending of 1, 2 and 4 元 by payer and fund, and of 8 by
    nobody knows whom; two procurements."""
    bought = {"occurred_on": "2022-03-01", "amount_fen": None}
    return [
        income_received(occurred_on="2022-01-05", income_id="a", source="dues", amount_fen=3000),
        income_received(occurred_on="2022-01-05", income_id="b", amount_fen=1200),
        *(
            expenditure_paid(
                occurred_on="2022-02-01",
                payment_id=f"z{n}",
                payer=payer,
                fund=fund,
                amount_fen=100 << n,
                budget_line="other",
            )
            for n, (payer, fund) in enumerate(
                (
                    ("own", "union_funds"),
                    ("own", "care_fund"),
                    ("superior", "union_funds"),
                    (None, None),
                )
            )
        ),
        expenditure_reversed(
            occurred_on="2022-02-05", payment_id="z9", fund="special", amount_fen=50
        ),
        procurement_decided(**bought, procurement_id="p"),
        procurement_decided(**bought, procurement_id="q", method="inquiry", basis=None),
        contract_signed(occurred_on="2022-03-09", procurement_id="p", amount_fen=None),
    ]
