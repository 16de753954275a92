"""Names shown on one page for a stated purpose: asked by a form, recorded by members, in no
address, and gone when the page is left."""

from collections.abc import Mapping

from services.console.console import Visit
from services.console.navigation import _
from services.console.pages.office import NAMES_MAX
from shared.errors import Invalid

PURPOSES = {
    "claim_handling": _("办理申请"),
    "payment": _("支付"),
    "sign_off_sheet": _("签收"),
    "correction": _("更正"),
    "roster_import": _("录入名册"),
    "membership_transfer": _("会籍转移"),
    "audit": _("审计"),
    "subject_request": _("本人要求"),
}
"""What members records a disclosure under; which of them a role may state, members says."""

OF_ROLES = {
    "clerk": tuple(PURPOSES),
    "auditor": tuple(PURPOSES),
    "approver": ("claim_handling",),
    "chair": ("claim_handling",),
    "cashier": ("payment",),
}


def purposes_of(visit: Visit) -> dict[str, str]:
    """The purposes that the page offers somebody."""
    offered = {each for role in visit.session.roles for each in OF_ROLES.get(role, ())}
    return {code: title for code, title in PURPOSES.items() if code in offered}


async def names_for(visit: Visit, people: list[str], form: Mapping[str, str]) -> dict[str, str]:
    """The names of a page's people for the purpose that the form states; none where it states
    none. Raises Invalid, Answered."""
    purpose = form.get("purpose", "")
    if not purpose or not people:
        return {}
    if purpose not in purposes_of(visit):
        raise Invalid("invalid-request", "no such purpose")
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/people/names"
    unique = list(dict.fromkeys(people))
    found: dict[str, str] = {}
    for at in range(0, len(unique), NAMES_MAX):
        question = {"person_ids": unique[at : at + NAMES_MAX], "purpose": purpose}
        answer = await visit.post("members", path, question)
        found |= {each["person_id"]: each["name"] for each in answer["people"]}
    return found
