"""What one foreign system says, as docs/producing.md has it; nothing of Guildhall's code."""

import json
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

FIRST_RECORDED = datetime(2023, 1, 16, 1, 0, tzinfo=UTC)
"""The year is told after it is over, one document a second."""


@dataclass
class Count:
    """What truly happened, counted by hand while it is made up."""

    people: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    totals: Counter[str] = field(default_factory=Counter)

    def person(self, person: str, *figures: str) -> None:
        """A person is one of those whom the figures count (名)."""
        for figure in figures:
            self.people[figure].add(person)

    def add(self, figure: str, much: int = 1) -> None:
        """So much more (份, 次, fen)."""
        self.totals[figure] += much

    def figures(self) -> dict[str, int]:
        """Every figure that was counted."""
        return {**self.totals, **{name: len(people) for name, people in self.people.items()}}


@dataclass
class Book:
    """The documents of one source, in the order in which it says them."""

    source: str
    org: str
    numbered: bool = True
    documents: list[dict[str, Any]] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def say(self, kind: str, stream: str, on: date, /, **data: Any) -> tuple[str, int]:
        """One event (`members.MemberJoined`) of a stream of the union; its id and number."""
        subject = f"{self.org}/{stream}"
        self.told[subject] += 1
        number = self.told[subject]
        event_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"/ext/{self.source}#{subject}#{number}"))
        document = {
            "specversion": "1.0",
            "id": event_id,
            "source": f"/ext/{self.source}",
            "type": f"guildhall.{kind}.v1",
            "subject": subject,
            "time": (FIRST_RECORDED + timedelta(seconds=len(self.documents))).isoformat(),
            "datacontenttype": "application/json",
            "orgid": self.org,
            "actor": f"{self.source}-system",
            **({"streamversion": number} if self.numbered else {}),
            "data": {"org_id": self.org, "occurred_on": on.isoformat(), **data},
        }
        self.documents.append(document)
        return event_id, number

    def lines(self, first: int = 0) -> str:
        """The documents from one on, as JSON lines."""
        said = self.documents[first:]
        return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in said)
