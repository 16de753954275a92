"""One finding's story: from reporting's own events, whatever a rebuild is doing."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.reporting.api.access import Built, Org, Reader
from services.reporting.queries.finding_story import story
from shared.contract.values import Slug
from shared.http.problems import Json

router = APIRouter(tags=["auditing"])
FindingId = Annotated[Slug, Path(description="as the list of findings names it")]


@router.get("/v1/{org_id}/findings/{finding_id}/story")
async def finding_story(built: Built, _: Reader, org_id: Org, finding_id: FindingId) -> Json:
    """What was said of a finding: raised, explained with which words, borne by whom until when,
    resolved, raised again. Refuses unknown-finding."""
    return Json(await story(built.store, org_id, finding_id))
