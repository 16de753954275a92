"""Verdicts become findings: once, until the facts change, and never twice for the same reason."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import orjson
import pytest

from services.reporting.findings.reactor import ACTOR, ATTEMPTS
from services.reporting.journal import log as journal
from services.reporting.queries.findings import findings, judged_watermark
from shared.contract.reporting import FindingRaised, FindingResolved
from shared.errors import StaleVersion
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from tests.examples.benefits import expenditure_paid, programme_opened
from tests.examples.members import organisation_registered
from tests.examples.reporting import finding_explained
from tests.reporting.office import DAY, Office, cash, returned, signed
from tests.reporting.records import ORG, gift


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    """A union with three members."""
    return await Office.opened(pool)


async def test_a_failing_verdict_is_raised_once(office: Office) -> None:
    await office.happened(gift(1), cash(2))
    await office.react()
    (raised,) = await office.findings("wel-03")
    assert isinstance(raised, FindingRaised)
    assert (raised.outcome, raised.severity, raised.reason) == ("fail", "block", "forbidden-form")
    assert (raised.subject, raised.evidence_count) == ("programme:mid-autumn-2022", 1)
    assert raised.known_at == await journal.last_index(office.pool)
    assert raised.occurred_on == date(2022, 9, 30)
    assert raised.clause.startswith("津工通〔2017〕67号")
    assert (await office.react()).raised == 0
    await office.happened(gift(3))
    await office.react()
    assert len(await office.findings("wel-03")) == 1


async def test_the_event_names_its_actor_its_cut_and_that_the_union_is_simulated(
    office: Office,
) -> None:
    await office.happened(cash(2))
    await office.react()
    row = await office.pool.fetchrow("SELECT * FROM events LIMIT 1")
    watermark = await journal.last_index(office.pool)
    document = orjson.loads(row["document"])
    assert (row["actor"], document["actor"]) == ("reporting", "reporting")
    assert (document["role"], document["simulated"]) == ("operator", True)
    assert document["correlationid"] == f"watermark-{watermark}"
    assert await office.pool.fetchval("SELECT count(*) FROM outbox") > 0
    assert await judged_watermark(office.pool) == watermark


async def test_indeterminate_verdicts_are_raised_and_the_others_are_not(office: Office) -> None:
    await office.happened(gift(1), signed(1))
    await office.react()
    (cap,) = await office.findings("wel-04")
    assert isinstance(cap, FindingRaised)
    assert (cap.outcome, cap.reason, cap.severity) == ("indeterminate", "cap-unknown", "medium")
    assert not await office.findings("wel-03")
    assert not await office.findings("evd-01")


async def test_a_finding_is_resolved_by_a_correction_and_raised_again_in_its_stream(
    office: Office,
) -> None:
    await office.happened(gift(1), cash(2))
    await office.react()
    await office.happened(returned(2))
    assert (await office.react()).resolved >= 1
    assert (await office.react()).resolved == 0
    await office.happened(cash(3))
    await office.react()
    found = await office.findings("wel-03")
    assert [type(event) for event in found] == [FindingRaised, FindingResolved, FindingRaised]
    assert len({event.finding_id for event in found}) == 1  # type: ignore[attr-defined]
    rows = await office.pool.fetch(
        "SELECT version FROM events WHERE starts_with(stream, $1) ORDER BY version",
        f"{ORG}/finding-wel-03.",
    )
    assert [row["version"] for row in rows] == [1, 2, 3]


async def test_another_reason_raises_it_again_and_more_of_the_same_does_not(
    office: Office,
) -> None:
    await office.happened(gift(1), gift(2, payment_form="pickup_voucher"))
    await office.react()
    await office.happened(gift(3, payment_form="pickup_voucher"))
    await office.react()
    await office.happened(cash(4))
    await office.react()
    found = await office.findings("wel-03")
    assert [event.reason for event in found] == [  # type: ignore[attr-defined]
        "form-unknown",
        "forbidden-form",
    ]


async def explain(office: Office, raised: FindingRaised) -> None:
    stream = f"{ORG}/finding-{raised.finding_id}"
    loaded = await office.store.load(stream)
    words = finding_explained(occurred_on=DAY, finding_id=raised.finding_id, note_sha256="0" * 64)
    request = Request(ACTOR, ORG, None, b"", "test", simulated=True)
    await office.store.append(request, [Write(stream, loaded.version, [words])], Reply(201, {}))


async def test_an_explained_finding_is_left_alone_until_the_facts_change(office: Office) -> None:
    await office.happened(cash(2))
    await office.react()
    (raised,) = await office.findings("wel-03")
    assert isinstance(raised, FindingRaised)
    await explain(office, raised)
    await office.happened(gift(1))
    await office.react()
    assert len(await office.findings("wel-03")) == 2
    await office.happened(returned(2))
    await office.react()
    assert isinstance((await office.findings("wel-03"))[-1], FindingResolved)


async def test_two_reactors_at_once_raise_it_once(office: Office) -> None:
    await office.happened(cash(1), cash(2))
    outcomes = await asyncio.gather(*(office.react() for _ in range(ATTEMPTS)))
    streams = await office.pool.fetchval("SELECT count(DISTINCT stream) FROM events")
    assert await office.pool.fetchval("SELECT count(*) FROM events") == streams
    assert sum(outcome.raised for outcome in outcomes) == streams


async def test_a_union_that_cannot_be_judged_keeps_no_other_from_it_and_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.happened(cash(2))
    other = cash(1).model_copy(update={"org_id": "a-branch"})
    await office.stranger_said(other.stream_of(), other)
    append = office.store.append

    async def late_for_the_branch(request: Request, *arguments: Any) -> Reply:
        if request.org_id == "a-branch":
            raise StaleVersion("finding", 0, 1)
        return await append(request, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(office.store, "append", late_for_the_branch)
        with pytest.raises(ExceptionGroup, match="1 of 2 unions not judged"):
            await office.react()
    assert len(await office.findings("wel-03")) == 1
    assert await judged_watermark(office.pool) == 0
    await office.react()
    assert len(await office.findings("wel-03", "a-branch")) == 1
    assert len(await office.findings("wel-03")) == 1


async def test_a_union_that_did_not_move_is_not_judged_again(office: Office) -> None:
    await office.happened(cash(2))
    assert (await office.react()).unions == 1
    await office.travelled()
    assert (await office.react()).unions == 0
    await office.happened(gift(3))
    assert (await office.react()).unions == 1


async def test_a_new_day_judges_everyone_because_a_deadline_may_have_passed(
    office: Office,
) -> None:
    opened = programme_opened(
        occurred_on=DAY,
        programme_id="mid-autumn-2022",
        title="中秋慰问",
        occasion="mid_autumn",
        unit_value_fen=None,
        budget_line=None,
        decision_ref=None,
    )
    await office.happened(opened, gift(1))
    await office.react()
    other = organisation_registered(
        org_id="jt-group",
        occurred_on=DAY,
        name="集团工会",
        kind="group",
        simulated=True,
        parent_org_id=None,
    )
    new_year = datetime(2022, 12, 31, 16, 0, tzinfo=UTC)
    await office.stranger_said("jt-group/organisation", other, recorded_at=new_year)
    assert (await office.react()).unions == 2
    found = await office.findings("evd-01")
    assert [event.reason for event in found] == [  # type: ignore[attr-defined]
        "receipt-awaited",
        "receipt-overdue",
    ]


async def test_findings_travel_back_and_are_found_by_period_and_state(office: Office) -> None:
    paid = expenditure_paid(
        occurred_on=DAY,
        payment_id="pay-1",
        amount_fen=100,
        requested_by="clerk-1",
        approved_by="clerk-1",
        budget_line=None,
        refers_to=None,
        decision_ref=None,
    )
    await office.happened(paid, cash(2))
    await office.react()
    await office.happened(returned(2))
    await office.react()
    await office.travelled()
    at = await journal.last_index(office.pool)
    async with office.pool.acquire() as connection:
        of_2022 = (connection, ORG, date(2022, 1, 1), date(2022, 12, 31), at)
        open_now = await findings(*of_2022, state="open")
        resolved = await findings(*of_2022, state="resolved")
        every = await findings(*of_2022)
        elsewhere = await findings(connection, "jt-group", date.min, date.max, at)
        of_2021 = await findings(connection, ORG, date(2021, 1, 1), date(2021, 8, 31), at)
    shown = {(found.finding.rule, found.finding.subject): found for found in open_now}
    maker = shown["bud-09", "payment:pay-1"]
    assert (maker.title, maker.sentence) == ("经办与审批分离", "经办人与审批人是同一人")
    assert maker.finding.severity == "block"
    assert open_now[0].finding.severity == "block"
    assert {found.finding.rule for found in resolved} >= {"wel-03"}
    assert len(every) == len(open_now) + len(resolved)
    assert not elsewhere
    assert not of_2021


async def test_hundreds_of_recipients_make_one_finding_with_a_thousand_events_at_most(
    office: Office,
) -> None:
    await office.happened(*(cash(number) for number in range(1100)))
    await office.react()
    (raised,) = await office.findings("wel-03")
    assert isinstance(raised, FindingRaised)
    assert (len(raised.evidence), raised.evidence_count) == (1000, 1100)
