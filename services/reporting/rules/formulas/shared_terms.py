"""What several rules mean by the same words: gifts that stand, holiday gifts, union money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.programmes import Programme
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Reason
from services.reporting.rules.facts import OWN_SOURCE, Facts, subject, told_once
from shared.contract.values import HOLIDAYS


def gifts_kept(facts: Facts, occasion: str | None = None) -> list[Delivery]:
    """Gifts handed over and not returned, by day and event: the same order for the same facts.

    With an `occasion`, those of the streams that any source says are of it: few, of many.
    """
    rows: Iterable[Delivery] = facts.deliveries
    if occasion is not None:
        streams = {delivery.stream for delivery in rows if delivery.occasion == occasion}
        rows = (delivery for delivery in facts.deliveries if delivery.stream in streams)
    kept = [delivery for delivery in rows if delivery.returned_on is None]
    return sorted(kept, key=lambda delivery: (delivery.issued_on, delivery.issued))


def holiday_gifts(facts: Facts) -> list[Delivery]:
    """逢年过节慰问品: gifts kept on the seven statutory holidays, paid by a union.

    What the administration gives its staff is not a union's gift; what the union above sends is.
    A gift that two sources tell is one gift.
    """
    return [
        delivery
        for delivery in told_once(gifts_kept(facts))
        if delivery.occasion in HOLIDAYS and delivery.payer != "administration"
    ]


class Handout(NamedTuple):
    """The gifts of one programme; None where nobody told of it. `subject` is what is judged."""

    subject: str
    programme: Programme | None
    gifts: list[Delivery]


def by_programme(facts: Facts, deliveries: Iterable[Delivery]) -> Iterator[Handout]:
    """Deliveries of each programme that one source told of."""
    grouped: dict[str, Handout] = {}
    for delivery in deliveries:
        programme = facts.programme_of(delivery)
        source = programme.source if programme is not None else OWN_SOURCE
        name = subject("programme", delivery.programme_id, source)
        grouped.setdefault(name, Handout(name, programme, [])).gifts.append(delivery)
    yield from grouped.values()


def by_year(deliveries: Iterable[Delivery]) -> Mapping[int, list[Delivery]]:
    """Deliveries of each calendar year."""
    grouped: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        grouped[delivery.issued_on.year].append(delivery)
    return grouped


def whole_year(year: int) -> tuple[date, date]:
    """First and last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def days_of(deliveries: list[Delivery]) -> tuple[date, date]:
    """The first and the last day of issue."""
    days = [delivery.issued_on for delivery in deliveries]
    return min(days), max(days)


def issued_of(deliveries: Iterable[Delivery]) -> tuple[UUID, ...]:
    """The events that issued them, the first time and the last."""
    told = ((delivery.issued, delivery.again_event) for delivery in deliveries)
    return tuple(event for both in told for event in both if event is not None)


def in_force(
    deliveries: Iterable[Delivery], values: RuleValues, *names: str
) -> tuple[InForce, ...]:
    """The entries of these parameters that were in force on any of the days of issue."""
    days = sorted({delivery.issued_on for delivery in deliveries})
    found = (values.on(name, day) for day in days for name in names)
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))


PAYER_UNKNOWN = Reason(
    "payer-unknown", "indeterminate", "有慰问品未注明支付方,无法核对是否由工会支付", "medium"
)
"""A source that is not ours may not know who paid: then nothing passes, and nothing fails."""


def payer_unknown(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Those of which nobody says who paid."""
    return [delivery for delivery in deliveries if delivery.payer is None]


class Worth(NamedTuple):
    """What gifts are worth in fen: `proven` as recorded for our own money, `stated` with assumed
    amounts and the money of the union above; and how many say nothing, or only assume, or do not
    say who paid."""

    proven: int = 0
    stated: int = 0
    missing: int = 0
    assumed: int = 0
    unsaid: int = 0

    def plus(self, delivery: Delivery, facts: Facts) -> "Worth":
        """Worth with one more gift."""
        amount = delivery.amount_fen
        if amount is None:
            return self._replace(missing=self.missing + 1)
        programme = facts.programme_of(delivery)
        assumed = programme is not None and programme.amount_assumed
        proven = amount if delivery.payer == "own" and not assumed else 0
        return Worth(
            self.proven + proven,
            self.stated + amount,
            self.missing,
            self.assumed + assumed,
            self.unsaid + (delivery.payer is None),
        )
