"""Findings are explained, and borne for a time by two people; drift is one of them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.findings.reactor import Reacted, react
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.values import SHANGHAI
from shared.eventstore.store import EventStore
from tests.reporting.api.conftest import Asker
from tests.reporting.api.desk import Desk
from tests.reporting.comparisons import compared
from tests.reporting.history import History
from tests.reporting.records import ORG, gift
from tests.reporting.travel import Travel
from tests.reporting.year import returned, union

TODAY = system_clock().astimezone(SHANGHAI).date()
TEXT = {"period_from": "2022-01-01", "period_to": "2022-12-31", "formats": ["md"]}
RULE = "rpt-01"
FIGURE = "gift_mid_autumn_portions"


class Year(Desk):
    """An office in which things happen and are judged."""

    def __init__(self, asker: Asker, pool: asyncpg.Pool, ingest: Ingest) -> None:
        super().__init__(asker, Travel(pool, ingest))
        self.pool, self.ingest, self.history = pool, ingest, History()

    async def happened(self, *events: Any) -> None:
        """These are in the journal."""
        self.history(*events)
        await self.history.told(self.ingest)

    async def judged(self) -> Reacted:
        """All that is in the journal is judged, and what that led to has arrived."""
        store = EventStore(self.pool, system_clock, source_of("reporting"))
        done = await react(self.pool, store, await last_index(self.pool))
        await self.travel()
        return done

    async def findings(self, rule: str = RULE, **asked: Any) -> Sequence[Any]:
        """The year's findings of a rule."""
        found = await self.asker.answer(f"{ORG}/findings", year=2022, **asked)
        return [each for each in found["findings"] if each["rule"] == rule]


@pytest.fixture
async def year(asker: Asker, pool: asyncpg.Pool, simulated: Ingest) -> Year:
    """An office with two portions at mid-autumn, whose sources were all compared."""
    made = Year(asker, pool, simulated)
    await made.happened(union(), gift(1), gift(2))
    await compared(pool)
    return made


async def test_a_late_event_that_moves_an_issued_number_is_a_finding_until_it_is_superseded(
    year: Year,
) -> None:
    issued = await year.done("issue-report", TEXT)
    await year.judged()
    assert await year.findings() == []
    await year.happened(gift(3))
    await year.judged()
    found = {each["subject"].partition("/")[2]: each for each in await year.findings()}
    moved = found[FIGURE]
    assert (moved["outcome"], moved["reason"], moved["severity"]) == (
        "fail",
        "number-moved",
        "high",
    )
    assert (moved["stated"], moved["found"]) == (2, 3)
    late = str(year.history.envelopes[-1].event_id)
    assert late in moved["evidence"]
    assert found.keys() == {FIGURE, "gift_mid_autumn_members", "gift_mid_autumn_amount"}
    kept = await year.asker.get(f"{ORG}/reports/{issued['report_id']}/files/md")
    assert kept.headers["etag"].strip('"') == issued["files"][0]["sha256"]
    again = {"report_id": issued["report_id"], "reason": "drift", "formats": ["md"]}
    await year.done("supersede-report", again)
    assert (await year.judged()).resolved == 3
    assert {each["state"] for each in await year.findings()} == {"resolved"}


async def test_a_number_that_is_again_the_issued_one_is_no_drift(year: Year) -> None:
    await year.done("issue-report", TEXT)
    await year.happened(gift(3))
    await year.judged()
    back = returned("mid-autumn-2022", 3, "2022-09-08").model_copy(
        update={"person_id": "p-00000003"}
    )
    await year.happened(back)
    await year.judged()
    states = {each["subject"].partition("/")[2]: each["state"] for each in await year.findings()}
    assert states[FIGURE] == "resolved"


async def test_a_report_issued_as_known_earlier_drifts_at_once(year: Year) -> None:
    before = await last_index(year.pool)
    await year.happened(gift(3))
    await year.judged()
    await year.done("issue-report", TEXT | {"as_of": str(before)})
    await year.judged()
    assert {each["stated"] for each in await year.findings() if FIGURE in each["subject"]} == {2}


@pytest.fixture
async def finding(year: Year) -> str:
    """A finding that stands: an issued number has moved."""
    await year.done("issue-report", TEXT)
    await year.happened(gift(3))
    await year.judged()
    (found,) = [each for each in await year.findings() if FIGURE in each["subject"]]
    return str(found["finding_id"])


def waiver(finding: str, days: int = 30) -> dict[str, Any]:
    """The waiver of a finding until so many days from now."""
    return {
        "finding_id": finding,
        "reason": "being_remedied",
        "ends_on": str(TODAY + timedelta(days=days)),
    }


async def state_of(year: Year, finding: str, **asked: Any) -> str:
    (found,) = [e for e in await year.findings(**asked) if e["finding_id"] == finding]
    return str(found["state"])


async def test_two_people_waive_a_finding_and_the_verdict_stands(year: Year, finding: str) -> None:
    await year.done("propose-waiver", waiver(finding) | {"words": "次月重新签发"}, role="clerk")
    assert await state_of(year, finding) == "open"
    own = await year.refused("approve-waiver", waiver(finding), role="chair", subject="clerk-1")
    assert own == (403, "maker-is-approver")
    await year.done("approve-waiver", waiver(finding))
    (found,) = [each for each in await year.findings() if each["finding_id"] == finding]
    assert (found["state"], found["outcome"]) == ("waived", "fail")
    assert (found["waiver_proposed_by"], found["waived_by"]) == ("clerk-1", "chair-1")
    assert found["waiver_reason"] == "being_remedied"
    await year.judged()
    assert await state_of(year, finding) == "waived"
    verdicts = (await year.asker.answer(f"{ORG}/verdicts", year=2022))["verdicts"]
    (verdict,) = [each for each in verdicts if each["finding_id"] == finding]
    assert verdict["outcome"] == "fail"
    await year.done("revoke-waiver", {"finding_id": finding, "reason": "no_longer_true"})
    assert await state_of(year, finding) == "open"


async def test_explaining_changes_no_verdict(year: Year, finding: str) -> None:
    await year.done("explain-finding", {"finding_id": finding, "words": "补登"}, role="clerk")
    (found,) = [each for each in await year.findings() if each["finding_id"] == finding]
    assert (found["state"], found["outcome"]) == ("explained", "fail")


async def test_a_waiver_ends_with_its_day(year: Year, finding: str, pool: asyncpg.Pool) -> None:
    body = waiver(finding, days=0)
    await year.done("propose-waiver", body | {"words": "今天"}, role="clerk")
    await year.done("approve-waiver", body)
    assert await state_of(year, finding) == "waived"
    at = await last_index(pool)
    tomorrow = system_clock() + timedelta(days=1)
    await pool.execute("UPDATE journal_head SET sealed_at = $1", tomorrow)
    await year.happened(gift(4))
    assert await state_of(year, finding, as_of=str(at)) == "waived"
    assert await state_of(year, finding, as_of=str(at + 1)) == "open"


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "waiver-ended"), (400, "waiver-too-long"), (366, "accepted")]
)
async def test_a_waiver_lasts_a_year_at_most(
    year: Year, finding: str, days: int, code: str
) -> None:
    body = waiver(finding, days) | {"words": "…"}
    assert (await year.refused("propose-waiver", body, role="clerk"))[1] == code


async def test_what_was_not_proposed_so_is_not_approved(year: Year, finding: str) -> None:
    assert await year.refused("approve-waiver", waiver(finding)) == (409, "waiver-not-proposed")
    await year.done("propose-waiver", waiver(finding) | {"words": "…"}, role="clerk")
    told = await year.refused("approve-waiver", waiver(finding, days=31))
    assert told == (409, "waiver-proposed-otherwise")
    unknown = await year.refused("approve-waiver", waiver("wel-03.none"))
    assert unknown == (404, "unknown-finding")
    clerk = await year.refused("approve-waiver", waiver(finding), role="clerk")
    assert clerk == (403, "role-missing")


async def test_of_many_who_approve_at_once_one_does(year: Year, finding: str) -> None:
    await year.done("propose-waiver", waiver(finding) | {"words": "…"}, role="clerk")
    tries = [
        year.send("approve-waiver", waiver(finding), subject=f"chair-{number}")
        for number in range(4)
    ]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert codes == [201, 409, 409, 409]


async def test_who_proposes_anew_at_the_moment_of_approval_does_not_approve_unseen(
    year: Year, finding: str
) -> None:
    """Whichever comes first: what is waived is what was approved, or it was proposed anew."""
    await year.done("propose-waiver", waiver(finding) | {"words": "…"}, role="clerk")
    longer = waiver(finding, days=300) | {"words": "…"}
    await asyncio.gather(
        year.send("propose-waiver", longer, role="clerk", subject="clerk-2"),
        year.send("approve-waiver", waiver(finding)),
    )
    await year.travel()
    (found,) = [each for each in await year.findings() if each["finding_id"] == finding]
    if found["waived_by"]:
        assert found["waiver_ends_on"] == waiver(finding)["ends_on"]


async def test_what_is_raised_again_is_borne_no_more(year: Year, finding: str) -> None:
    await year.done("propose-waiver", waiver(finding) | {"words": "…"}, role="clerk")
    await year.done("approve-waiver", waiver(finding))
    gone = returned("mid-autumn-2022", 3, "2022-09-08")
    await year.happened(gone.model_copy(update={"person_id": "p-00000003"}))
    await year.judged()
    assert await state_of(year, finding) == "resolved"
    assert await year.refused("approve-waiver", waiver(finding)) == (409, "finding-resolved")
    await year.happened(gift(5))
    await year.judged()
    assert await state_of(year, finding) == "open"
