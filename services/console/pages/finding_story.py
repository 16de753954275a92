"""What was said of a finding, and what this person may do with it: for its page."""

import re
from typing import Any

from services.console.code_words import OFFICE_WORDS
from services.console.console import Visit
from services.console.event_words import title_of
from services.console.pages.office_forms import FORMS
from services.console.written import written
from shared.errors import Unknown

FINDING_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
ACTS = ("explain-finding", "propose-waiver", "approve-waiver", "revoke-waiver")


async def story_of(visit: Visit, finding_id: str) -> dict[str, Any]:
    """The steps of a finding as known at the page's time, the waiver that waits or stands, and the
    acts that are open to somebody. Raises Unknown, Answered."""
    if not FINDING_ID.fullmatch(finding_id):
        raise Unknown("unknown-finding", "an address names no such finding")
    story = await visit.report(f"findings/{finding_id}/story")
    steps = [{**each, "title": title_of(each["type"])} for each in story["steps"]]
    proposal = proposed(steps)
    assert visit.scope is not None
    may = {name for name in ACTS if visit.session.may(*FORMS[name].roles)}
    if visit.scope.past:
        may = set()  # an act is never as of another time
    if proposal is None:
        may -= {"approve-waiver", "revoke-waiver"}
    elif proposal["actor"] == visit.session.subject or proposal["waived"]:
        may -= {"approve-waiver"}
    return {
        "story": story,
        "steps": steps,
        "proposal": proposal,
        "own_proposal": proposal is not None and proposal["actor"] == visit.session.subject,
        "may": may,
        "forms": FORMS,
        "codes": OFFICE_WORDS,
        "written": written(visit),
    }


def proposed(steps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The waiver that was proposed last, `waived` where another person approved it; None where
    nobody did, or it was revoked, or the finding was raised since."""
    found: dict[str, Any] | None = None
    for step in steps:
        name = step["type"].split(".")[-2]
        if name == "FindingWaiverProposed":
            found = {**step, "waived": False}
        elif name == "FindingWaived":
            found = {**step, "waived": True}
        elif name in ("FindingWaiverRevoked", "FindingRaised"):
            found = None
    return found
