"""Routes about what is right: findings, verdicts, the rules."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.reporting.api.access import READERS, Asked, Built
from services.reporting.api.answers import difference_answer, finding_answer, verdict_answer
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.queries.findings import findings, judged_watermark
from services.reporting.queries.register import register_listed, states_counted
from services.reporting.queries.rules import rules_listed
from services.reporting.queries.verdicts import verdicts
from services.reporting.queries.what_if import tallied, tried, values_text, what_if
from services.reporting.rules import RULES_VERSION
from services.reporting.rules.dated import Place
from services.reporting.rules.register import State as RuleState
from shared.eventstore.write import today_of
from shared.http.access import of_no_union
from shared.http.problems import Json

router = APIRouter(tags=["auditing"], route_class=FromProjections, dependencies=[Depends(fresh)])
listed = APIRouter(tags=["auditing"])
"""What is answered from this code alone."""

State = Annotated[
    Literal["open", "explained", "waived", "resolved"] | None,
    Query(description="only findings in it"),
]


@router.get("/v1/{org_id}/findings")
async def list_findings(
    built: Built, asked: Asked, state: State = None, evidence: bool = True
) -> Json:
    """Findings (审计疑点) whose period meets FROM..TO. `judged_to` is the last log_index whose
    verdicts became findings; what came later is pending."""
    at, period = await asked.at(built.pool), asked.period
    found = await findings(
        built.pool,
        asked.org_id,
        *period,
        at,
        state=state,
        on=None if asked.as_of else today_of(built.store),
        evidence=evidence,
    )
    watermark = await judged_watermark(built.pool)
    return Json(
        asked.head(at)
        | {"judged_to": min(watermark, at), "pending": watermark < at}
        | {"findings": [finding_answer(shown) for shown in found]}
    )


@router.get("/v1/{org_id}/verdicts")
async def list_verdicts(
    built: Built,
    asked: Asked,
    evidence: bool = True,
    finding: Annotated[str | None, Query(description="only the verdict behind it")] = None,
) -> Json:
    """Every rule's verdict on the period, derived now from the facts known at `as_of`; without
    `evidence` each says how many events it stands on, and names none."""
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        found = await verdicts(connection, asked.org_id, asked.period.first, asked.period.last, at)
    found = [each for each in found if finding in (None, each.finding_id)]
    return Json(
        asked.head(at)
        | {"rules_version": RULES_VERSION}
        | {"verdicts": [verdict_answer(each, evidence=evidence) for each in found]}
    )


@listed.get("/v1/rules", dependencies=[of_no_union(*READERS)])
async def rules() -> Json:
    """The rules with their dated values, clauses and how well each is confirmed."""
    return Json({"rules_version": RULES_VERSION, "rules": rules_listed()})


@listed.get("/v1/rules/register", dependencies=[of_no_union(*READERS)])
async def register(
    state: Annotated[RuleState | None, Query(description="only rules in it")] = None,
) -> Json:
    """Every rule that is written down, judged or not, and why one is not, with its instruments."""
    return Json({"states": states_counted(), "rules": register_listed(state)})


@listed.get("/v1/rules/{rule_id}/values", dependencies=[of_no_union(*READERS)])
async def rule_values(rule_id: str) -> Json:
    """A rule's values file as it is, to be changed and tried. Refuses unknown-rule."""
    rule, text = await asyncio.to_thread(values_text, rule_id)
    return Json({"rule": rule.id, "title": rule.values.zh, "values": text})


class TriedValues(BaseModel):
    """What is tried: a rule's values file as it would be written, another place, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    values: str | None = Field(
        default=None, max_length=20_000, description="YAML, as in services/reporting/rules"
    )
    jurisdiction: Place | None = Field(
        default=None, description="as if the union were of it; values elsewhere are UNKNOWN"
    )

    @model_validator(mode="after")
    def _something(self) -> "TriedValues":
        if self.values is None and self.jurisdiction is None:
            raise ValueError("nothing to try: name values or a jurisdiction")
        return self


@router.post("/v1/{org_id}/rules/{rule_id}/what-if")
async def try_values(built: Built, asked: Asked, rule_id: str, body: TriedValues) -> Json:
    """What other values of a rule, or another place's, would change on the period; nothing is
    recorded.

    Refuses unknown-rule, values-refused.
    """
    rule = await asyncio.to_thread(tried, rule_id, body.values)
    at = await asked.at(built.pool)
    async with built.pool.acquire() as connection:
        found = await what_if(
            connection,
            asked.org_id,
            asked.period.first,
            asked.period.last,
            at,
            rule=rule,
            jurisdiction=body.jurisdiction,
        )
    return Json(
        asked.head(at)
        | {"rule": rule.id, "rule_version": rule.version, "jurisdiction": body.jurisdiction}
        | {"tally": tallied(found)}
        | {"differences": [difference_answer(difference) for difference in found]}
    )
