"""What a case gives, turned into facts: whatever a row leaves out is ordinary."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from services.reporting.projections.books import BudgetLineVersion, Income, Payment
from services.reporting.projections.claims import Claim
from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.meetings import Meeting
from services.reporting.projections.procurements import Procurement
from services.reporting.projections.programmes import Programme
from services.reporting.projections.register import Registration
from services.reporting.rules.facts import Facts
from tests.reporting.rules import wider
from tests.reporting.rules.fields import FIELDS
from tests.reporting.rules.issued import issued, moved
from tests.reporting.rules.stated import fen, known

ORG = "tjtc"
OWN, MEMBERS, EVENTS = "/guildhall/benefits", "/guildhall/members", "/guildhall/events"
LONG_AGO = date(1990, 1, 1)


class Given:
    """Reads one case's `given`; whatever a row leaves out is ordinary."""

    def __init__(self, as_of: date, given: Mapping[str, Any]) -> None:
        assert given.keys() <= FIELDS.keys() | {"known_on", "records_since", "jurisdiction"}, (
            given.keys()
        )
        self.as_of, self.given, self.numbers = as_of, given, count(1)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of one kind of fact."""
        for row in self.given.get(name, []):
            assert row.keys() <= FIELDS[name], f"{name}: {row.keys() - FIELDS[name]}"
            yield row

    def event(self) -> UUID:
        """The id of the next event."""
        return UUID(int=next(self.numbers))

    def day(self, row: Mapping[str, str], name: str) -> date:
        """A row's day, by default the case's."""
        return date.fromisoformat(row[name]) if name in row else self.as_of

    def later(self, row: Mapping[str, str], name: str) -> date | None:
        """A row's day, by default none."""
        return date.fromisoformat(row[name]) if name in row else None

    def facts(self) -> Facts:
        """All that the case gives."""
        known_on = self.given.get("known_on")
        since = self.given.get("records_since")
        return Facts(
            org_id=ORG,
            jurisdiction=self.given.get("jurisdiction", "tianjin"),
            known_on=date.fromisoformat(known_on) if known_on else date(self.as_of.year + 1, 1, 1),
            records_since=date.fromisoformat(since) if since else LONG_AGO,
            deliveries=tuple(self.delivery(row) for row in self.rows("gifts")),
            programmes={row["id"]: {OWN: self.programme(row)} for row in self.programme_rows()},
            rosters={programme: {OWN: people} for programme, people in self.rosters().items()},
            roll={row["person"]: {MEMBERS: self.member(row)} for row in self.rows("members")},
            claims=tuple(self.claim(row) for row in self.rows("claims")),
            payments=tuple(self.payment(row) for row in self.rows("payments")),
            incomes=tuple(self.income(row) for row in self.rows("incomes")),
            budget_lines=tuple(
                line
                for number, row in enumerate(self.rows("budgets"), start=1)
                for line in self.budget(row, number)
            ),
            procurements=tuple(self.procurement(row) for row in self.rows("procurements")),
            meetings=tuple(self.meeting(row) for row in self.rows("congresses")),
            health_checks=tuple(
                wider.health_check(row, self) for row in self.rows("health_checks")
            ),
            reports=tuple(issued(row, self) for row in self.rows("reports")),
            moved=tuple(moved(row, self) for row in self.rows("moved")),
            referred=wider.referred(list(self.rows("things"))),
            activities=tuple(wider.awarded(row, self) for row in self.rows("awards")),
            unions=tuple(wider.declared(row, self) for row in self.rows("declared")),
            covers=tuple(wider.cover(row, self) for row in self.rows("covers")),
        )

    def programme_rows(self) -> list[dict[str, str]]:
        """The case's programmes, and those of its gifts that it does not name."""
        named = {row.get("programme", "mid-autumn") for row in self.rows("gifts")}
        told = {row["id"]: row for row in self.rows("programmes")}
        return list(({name: {"id": name} for name in sorted(named)} | told).values())

    def rosters(self) -> dict[str, frozenset[str]]:
        """Everybody who received is on the roster of their programme, unless the case says no."""
        gifts = [row for row in self.rows("gifts") if row.get("rostered") != "no"]
        on = [(row.get("programme", "mid-autumn"), row["person"]) for row in gifts]
        return {
            name: frozenset(person for programme, person in on if programme == name)
            for name in (row["id"] for row in self.programme_rows() if row.get("roster") != "none")
        }

    def delivery(self, row: dict[str, str]) -> Delivery:
        """A gift: 300 yuan of goods at mid-autumn, signed for on the day by its recipient."""
        person, programme = row["person"], row.get("programme", "mid-autumn")
        issued_on, signed = self.day(row, "issued"), row.get("signed") != "no"
        return Delivery(
            org_id=ORG,
            source=row.get("source", OWN),
            stream=f"{ORG}/gift-{programme}.{person}",
            programme_id=programme,
            occasion=row.get("occasion", "mid_autumn"),
            person_id=person,
            capacity="member",
            quantity=int(row.get("quantity", "1")),
            amount_fen=None if row.get("yuan") == "?" else fen(row.get("yuan", "300")),
            payment_form=row.get("form", "goods"),
            fund="union_funds",
            payer=known(row.get("payer", "own")),
            on_roster=row.get("on_roster") != "no",
            issued_on=issued_on,
            issued=self.event(),
            signed_on=(self.later(row, "signed_on") or issued_on) if signed else None,
            signed_by=row.get("signed_by", person) if signed else None,
            signed=self.event() if signed else None,
            returned_on=self.later(row, "returned"),
            again=int(row.get("again", "0")),
            again_why=row.get("again_why"),
            again_event=self.event() if "again" in row else None,
        )

    def programme(self, row: dict[str, str]) -> Programme:
        """A programme for all members: open, its roster whole, its value no assumption."""
        chunks = {"none": (0, 0), "part": (1, 2)}.get(row.get("roster", ""), (1, 1))
        return Programme(
            ORG,
            row["id"],
            OWN,
            population=row.get("for", "members"),
            roster_chunks=chunks[0],
            roster_chunks_due=chunks[1],
            amount_assumed=row.get("assumed") == "yes",
            closed_on=self.later(row, "closed"),
            roster_as_of=self.later(row, "cut_off"),
        )

    def member(self, row: dict[str, str]) -> Registration:
        """A person of the register: a member since long ago."""
        return Registration(
            ORG,
            row["person"],
            MEMBERS,
            member_from=None
            if row.get("since") == "never"
            else self.later(row, "since") or LONG_AGO,
            member_until=self.later(row, "until"),
            retired_on=self.later(row, "retired"),
            gender=row.get("gender", "male"),
            staff_until=self.later(row, "left_post"),
            left_post_why=row.get("why", "retired") if "left_post" in row else None,
            left_post=self.event() if "left_post" in row else None,
        )

    def claim(self, row: dict[str, str]) -> Claim:
        """A hospital claim of 1,000 yuan, filed, approved and paid by different people."""
        steps = row.get("state", "paid")
        reached = {"filed": 1, "rejected": 1, "approved": 2, "paid": 3, "reversed": 3}[steps]
        day, claim_id = self.day(row, "on"), row.get("id", f"c{next(self.numbers)}")
        return Claim(
            org_id=ORG,
            source=row.get("source", OWN),
            stream=f"{ORG}/claim-{claim_id}",
            claim_id=claim_id,
            kind=row.get("kind", "hospital"),
            person_id=row.get("person", "甲"),
            state=steps,
            case_id=None if row.get("case") == "?" else row.get("case", "case-1"),
            filed_on=day,
            maker=None if row.get("maker") == "?" else row.get("maker", "clerk-1"),
            filed=self.event(),
            approved_on=day if reached > 1 and row.get("approver") != "?" else None,
            approver=row.get("approver", "approver-1") if reached > 1 else None,
            filed_by=None if row.get("maker") == "?" else row.get("maker", "clerk-1"),
            approved=self.event() if reached > 1 and row.get("approver") != "?" else None,
            approved_fen=fen(row.get("yuan", "1000")) if reached > 1 else None,
            paid_fen=fen(row.get("yuan", "1000")) if reached > 2 else None,
            amount_assumed=row.get("assumed") == "yes",
            relation=row.get("relation"),
            rejected_on=day if steps == "rejected" else None,
            rejected=self.event() if steps == "rejected" else None,
            rejecter="approver-1" if steps == "rejected" else None,
            rejecter_role=known(row.get("rejected_by", "approver")),
            fund=known(row.get("fund", "union_funds")) if reached > 2 else None,
            payment_form=row.get("form", "transfer") if reached > 2 else None,
            paid_on=(self.later(row, "paid") or day) if reached > 2 else None,
            paid_by=row.get("payer", "cashier-1") if reached > 2 else None,
            paid=self.event() if reached > 2 else None,
        )

    def payment(self, row: dict[str, str]) -> Payment:
        """A payment of 1,000 yuan on welfare, asked for and approved by different people."""
        payment_id = row.get("id", f"pay{next(self.numbers)}")
        line = row.get("line", "staff_activity.welfare")
        return Payment(
            org_id=ORG,
            source=row.get("source", OWN),
            stream=f"{ORG}/payment-{payment_id}",
            payment_id=payment_id,
            fund="union_funds",
            payer=known(row.get("payer", "own")),
            budget_line=None if line == "?" else line,
            amount_fen=fen(row.get("yuan", "1000")),
            amount_assumed=row.get("assumed") == "yes",
            refers_to=f"{ORG}/{row['for']}" if "for" in row else None,
            requested_by=known(row.get("asked", "clerk-1")),
            approved_by=known(row.get("approved", "chair-1")),
            recorded_by=row.get("recorded", row.get("approved", "chair-1")),
            decision_ref=row.get("decided"),
            paid_on=self.day(row, "on"),
            paid=self.event(),
        )

    def income(self, row: dict[str, str]) -> Income:
        """Income of the year."""
        income_id = row.get("id", f"in{next(self.numbers)}")
        of_income = (ORG, OWN, f"{ORG}/income-{income_id}", income_id)
        return Income(
            *of_income,
            row.get("of", "dues"),
            "union_funds",
            fen(row["yuan"]),
            row.get("assumed") == "yes",
            self.day(row, "on"),
            self.event(),
        )

    def budget(self, row: dict[str, Any], number: int) -> list[BudgetLineVersion]:
        """One version of a year's budget, line by line."""
        decided, from_day = self.event(), self.day(row, "from")
        return [
            BudgetLineVersion(
                ORG,
                decided,
                line,
                OWN,
                int(row.get("year", from_day.year)),
                number,
                "adjusted" if row.get("adjusted") == "yes" else "approved",
                fen(yuan),
                row.get("assumed") == "yes",
                tuple(row.get("by", "committee").split()),
                from_day,
            )
            for line, yuan in row["lines"].items()
        ]

    def procurement(self, row: dict[str, str]) -> Procurement:
        """A single-source procurement with the administration's money."""
        basis = row.get("basis", "only_supplier")
        return Procurement(
            org_id=ORG,
            source=OWN,
            stream=f"{ORG}/procurement-check-up",
            procurement_id=row.get("id", "check-up"),
            title="体检",
            method=row.get("method", "single_source"),
            basis=None if basis == "?" else basis,
            supplier="医院",
            amount_fen=fen(row["yuan"]) if "yuan" in row else None,
            fund=known(row.get("fund", "administration")),
            notice_from=self.later(row, "notice_from"),
            notice_to=self.later(row, "notice_to"),
            decision_ref=None,
            decided_on=self.day(row, "on"),
            decided=self.event(),
        )

    def meeting(self, row: dict[str, str]) -> Meeting:
        """A staff congress that met: 60 delegates due, all present."""
        held_on = self.day(row, "on")
        first = held_on.year if held_on.month >= 9 else held_on.year - 1
        return Meeting(
            ORG,
            row.get("id", f"m{next(self.numbers)}"),
            EVENTS,
            kind=row.get("kind", "staff_congress"),
            held_on=held_on,
            convened_on=self.later(row, "told"),
            convened=self.event() if "told" in row else None,
            school_year=f"{first}-{first + 1}",
            delegates_due=int(row.get("due", "60")),
            delegates_present=int(row.get("present", "60")),
            held=self.event(),
        )
