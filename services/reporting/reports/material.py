"""What the annual report is written from: one union, one period, as known at one log_index."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from services.reporting.journal.kept_texts import kept_texts
from services.reporting.projections.activities import ACTIVITIES, Activity
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.attestations import ATTESTATIONS, Attestation
from services.reporting.projections.definition import Projection
from services.reporting.projections.health_checks import HEALTH_CHECKS, HealthCheck
from services.reporting.projections.issues import ISSUES, Issue
from services.reporting.projections.meetings import MEETINGS, Meeting
from services.reporting.projections.narratives import Narrative
from services.reporting.projections.plan_items import PLAN_ITEMS, PlanItem
from services.reporting.projections.procurements import PROCUREMENTS, Procurement
from services.reporting.projections.regulations import REGULATIONS, Adoption
from services.reporting.projections.unions import UNIONS, Union
from services.reporting.projections.volunteers import VOLUNTEERS, Service
from services.reporting.queries.affiliation import moves
from services.reporting.queries.conflicts import of_lists
from services.reporting.queries.contests import Contest, contests
from services.reporting.queries.figures import Value, values_listed
from services.reporting.queries.findings import FindingShown, findings, judged_watermark
from services.reporting.queries.knowledge import Period
from services.reporting.queries.membership import Account, account
from services.reporting.queries.provability import source_checks, with_proof
from services.reporting.queries.reconciliation import (
    Reconciliation,
    programmes_with_people,
    reconciliation,
)
from services.reporting.queries.referents import told_by_us_or_alone
from services.reporting.queries.reports import narratives_of
from services.reporting.queries.rosters import DatedCount, dated_counts
from services.reporting.queries.rows import rows_of
from services.reporting.rules.facts import once_each
from shared.contract.reporting import ReportKind

AMOUNTS = f"""
SELECT min(amount_fen) AS least, max(amount_fen) AS most, count(*) FILTER (WHERE amount_fen IS NULL)
    AS unknown
FROM {LIVE}.figure_lines l
WHERE org_id = $1 AND list = 'gift.birth.member' AND occurred_on >= $2 AND occurred_on <= $3
    AND {known_at("$4", "l")} AND l.item <> ALL($5)
"""
HOSPITAL_FUNDS = f"""
SELECT DISTINCT c.fund FROM {LIVE}.claims c
WHERE c.org_id = $1 AND c.kind = 'hospital' AND c.capacity = 'member'
    AND c.paid_on >= $2 AND c.paid_on <= $3 AND c.reversed IS NULL AND {known_at("$4", "c")}
    AND {told_by_us_or_alone("c", "claims", "$4")}
"""
SAME_ADOPTION = ("regulation_id", "action", "adopted_on")
SEALED = """
SELECT (SELECT nullif(max(sealed_at), '-infinity') FROM seals WHERE last_index <= $1) AS sealed_at,
    epoch
FROM journal_head
"""


class Material(NamedTuple):
    """Everything the report says, as rows and values; `as_of` is what was asked for."""

    org_id: str
    period: Period
    at: int
    as_of: str | None
    sealed_at: datetime | None
    epoch: int
    union: Union | None
    values: dict[str, Value]
    birth_each_fen: int | None
    hospital_funds: frozenset[str]
    meetings: list[Meeting]
    regulations: list[Adoption]
    activities: list[Activity]
    contests: dict[str, Contest]
    moves: list[Union]
    health_checks: list[HealthCheck]
    procurements: dict[str, Procurement]
    attestations: list[Attestation]
    volunteers: list[Service]
    issues: list[Issue]
    plan_items: list[PlanItem]
    counts: list[DatedCount]
    reconciliations: list[Reconciliation]
    account: Account
    findings: list[FindingShown]
    judged_to: int
    narratives: list[Narrative]
    texts: Mapping[str, str]

    @property
    def kind(self) -> ReportKind:
        """Which report it is."""
        return "annual"

    @property
    def written(self) -> dict[str, str]:
        """The approved narratives' texts, by section."""
        return {
            each.section: self.texts[each.text_sha256]
            for each in self.narratives
            if each.approved_by is not None
        }

    def within(self, day: date | None) -> bool:
        """Whether a day lies in the period."""
        return day is not None and self.period.first <= day <= self.period.last


async def collect(
    connection: Any, org_id: str, period: Period, at: int, as_of: str | None
) -> Material:
    """Read it all. Every number is counted from its list, none from partial sums; of what two
    sources tell of one thing, the row that is believed is told."""
    scope = (org_id, period.first, period.last, at)
    twice = await of_lists(connection, org_id, ["gift.birth.member"], period, at)
    amounts = await connection.fetchrow(AMOUNTS, *scope, [each.item for each in twice])
    uniform = amounts["least"] == amounts["most"] and not amounts["unknown"]
    funds = await connection.fetch(HOSPITAL_FUNDS, *scope)
    sealed = await connection.fetchrow(SEALED, at)
    rows = partial(_told_once, connection, org_id, at)
    unions = await rows(UNIONS, "org_id", "org_id", said="registered_on")
    procurements = await rows(PROCUREMENTS, "decided_on, procurement_id", "procurement_id")
    narratives = await narratives_of(connection, org_id, at, "annual", period)
    return Material(
        org_id=org_id,
        period=period,
        at=at,
        as_of=as_of,
        sealed_at=sealed["sealed_at"],
        epoch=sealed["epoch"],
        union=unions[0] if unions else None,
        values=with_proof(
            await values_listed(connection, org_id, period, at),
            await source_checks(connection, org_id),
        ),
        birth_each_fen=amounts["least"] if uniform else None,
        hospital_funds=frozenset(row["fund"] for row in funds),
        meetings=await rows(MEETINGS, "held_on, meeting_id", "meeting_id", said="held_on"),
        regulations=await rows(REGULATIONS, "adopted_on, title", *SAME_ADOPTION),
        activities=await rows(ACTIVITIES, "first_held_on, activity_id", "activity_id"),
        contests=await contests(connection, org_id, period, at),
        moves=await moves(connection, org_id, period, at),
        health_checks=await rows(
            HEALTH_CHECKS, "arranged_on, check_id", "check_id", said="arranged_on"
        ),
        procurements={each.procurement_id: each for each in procurements},
        attestations=await rows(ATTESTATIONS, "month, subject", "month", "subject"),
        volunteers=await rows(VOLUNTEERS, "served_from, event", "person_id", "served_from"),
        issues=await rows(ISSUES, "raised_on, issue_id", "issue_id", said="raised_on"),
        plan_items=await rows(PLAN_ITEMS, "set_on, item_id", "item_id", said="set_on"),
        counts=await dated_counts(connection, org_id, period, at),
        reconciliations=await _reconciliations(connection, org_id, period, at),
        account=await account(connection, org_id, period, at),
        findings=await findings(connection, org_id, period.first, period.last, at),
        judged_to=min(at, await judged_watermark(connection)),
        narratives=narratives,
        texts=await kept_texts(connection, org_id, (each.text_sha256 for each in narratives)),
    )


async def _told_once(
    connection: Any,
    org_id: str,
    at: int,
    projection: Projection,
    order_by: str,
    *same: str,
    said: str = "",
) -> list[Any]:
    """Rows in which `said` is stated; of several that are the `same`, the one that is believed."""
    found = await rows_of(connection, projection, org_id, at, order_by)
    stated = [row for row in found if not said or getattr(row, said) is not None]
    return once_each(stated, attrgetter(*same))


async def _reconciliations(
    connection: Any, org_id: str, period: Period, at: int
) -> list[Reconciliation]:
    """Each programme of the period, without its people."""
    asked = await programmes_with_people(connection, org_id, period, at)
    return [
        await reconciliation(connection, org_id, name, at, source=source, limit=1)
        for name, source in asked
    ]
