"""The acts of an office as forms: typed, looked at, written once; then back to where they began.

What stands in the address are ids of meetings, activities, payments: never people. People are named
by employee numbers, in the form's body, and found by members.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.code_words import OFFICE_WORDS
from services.console.console import Visit
from services.console.finding_forms import FINDINGS, WITHDRAWALS
from services.console.forms import FLAWS, Form, Read, read
from services.console.office_acts import Act, Outcome, do, named, new_key, refusal_of
from services.console.office_forms import ACTIVITIES, ATTESTATIONS, MEETINGS, PAYMENTS, PLAN
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, masks_of, now_of, today_of
from services.console.pages.office_facts import Shown, facts_about
from services.console.rendering import page
from services.console.security import form_of
from services.console.words import CLAIM_KINDS
from services.console.written import written_query
from shared.errors import NotPermitted, Unknown

router = APIRouter()

ACT = "/{org}/office/acts/{name}"
FINDING = "/{org}/office/findings/{finding_id}"
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        *MEETINGS, *ACTIVITIES, *ATTESTATIONS, *PLAN, *PAYMENTS, *FINDINGS, *WITHDRAWALS,
    )
}  # fmt: skip


@router.get(ACT)
async def begin(http: Request, visit: AtOffice, name: str) -> Response:
    """A form, with what its address says of the thing at hand. Raises NotPermitted, Unknown."""
    form = _form(visit, name)
    typed = {field.name: _first(visit, field.value) for field in form.fields}
    typed |= {f.name: visit.given(f.name) for f in form.fields if visit.given(f.name)}
    shown = await facts_about(visit, form, typed)
    return await _typed(http, visit, form, typed, shown, Outcome(new_key()))


@router.post(ACT)
async def act(http: Request, visit: AtOffice, name: str) -> Response:
    """Look at what was typed, or write it. Raises NotPermitted, Unknown, Invalid, Answered."""
    form = _form(visit, name)
    typed = await form_of(http, visit.session.csrf)
    found = await _found(visit, form, read(form, typed))
    step = typed.get("step", "check")
    shown = await facts_about(visit, form, typed)
    if found.wrong or step == "edit":
        wrong = found.wrong if step != "edit" else {}
        again = Outcome(new_key(), refused={} if wrong else None)
        return await _typed(http, visit, form, typed, shown, again, wrong)
    acting = Act(form.command, found.body, form.service, typed.get("version", ""))
    if step != "write":
        refused = await refusal_of(visit, acting, now_of(visit))
        if refused is not None:
            again = Outcome(new_key(), refused=refused)
            return await _typed(http, visit, form, typed, shown, again)
        return await _checked(http, visit, form, typed, shown, found)
    outcome = await do(visit, acting, typed.get("key", ""), now_of(visit))
    if outcome.done:
        assert visit.scope is not None
        short = typed.get("stream", "").partition("/")[2]
        back = form.back.format_map({**typed, "short": short})
        said = written_query(visit, form.name, form.service, outcome.reply)
        return RedirectResponse(f"/{visit.scope.org}/office/{back}?{said}", 303)
    if outcome.unknown:
        return await _checked(http, visit, form, typed, shown, found, outcome)
    return await _typed(http, visit, form, typed, shown, outcome)


@router.get(FINDING)
async def to_finding(visit: AtOffice, finding_id: str) -> Response:
    """A finding's page, which is of a period, with what was said of it. Raises Unknown."""
    assert visit.scope is not None
    org = visit.scope.org
    found = await visit.ask("reporting", f"/v1/{org}/findings/{named(finding_id)}/story")
    said = {
        name: value for name in ("done", "since", "in", "version") if (value := visit.given(name))
    }
    at = f"/{org}/{found['period_from'][:4]}/findings/{finding_id}"
    return RedirectResponse(f"{at}?{urlencode(said)}", 303)


async def _typed(  # noqa: PLR0917 - a page, its form, what was typed and what came of it
    http: Request,
    visit: Visit,
    form: Form,
    typed: Mapping[str, str],
    shown: Shown,
    outcome: Outcome,
    wrong: Mapping[str, str] = {},
) -> Response:
    return page(
        http,
        "office/form.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        form=form,
        typed=typed,
        shown=shown,
        wrong=wrong,
        outcome=outcome,
        codes=OFFICE_WORDS,
        claim_words=CLAIM_KINDS,
        flaws=FLAWS,
        people_named=await masks_of(visit, list(shown.people)),
    )


async def _checked(  # noqa: PLR0917 - a page, its form, what was typed and what it would do
    http: Request,
    visit: Visit,
    form: Form,
    typed: Mapping[str, str],
    shown: Shown,
    found: Read,
    outcome: Outcome | None = None,
) -> Response:
    outcome = outcome or Outcome(new_key())
    return page(
        http,
        "office/confirm.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        form=form,
        typed=typed,
        shown=shown,
        body=found.body,
        outcome=outcome,
        codes=OFFICE_WORDS,
        claim_words=CLAIM_KINDS,
        flaws=FLAWS,
        people_named=await masks_of(visit, list(shown.people)),
    )


async def _found(visit: Visit, form: Form, what: Read) -> Read:
    """The same, with the people whom the employee numbers name."""
    field = next((each for each in form.fields if each.kind == "people"), None)
    if field is None or not what.numbers or field.name in what.wrong:
        return what
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/people/lookup"
    question = {"employee_nos": what.numbers, "purpose": "roster_import"}
    answer = await visit.post("members", path, question)
    missing = [*answer["unknown"], *answer["unreadable"]]
    if missing:
        return what._replace(wrong={**what.wrong, field.name: "、".join(missing[:20])})
    people = list(dict.fromkeys(each["person_id"] for each in answer["people"]))
    return what._replace(body={**what.body, field.name: people})


def _form(visit: Visit, name: str) -> Form:
    form = FORMS.get(name)
    if form is None:
        raise Unknown("not-found", f"no act {name}")
    if not visit.session.may(*form.roles):
        raise NotPermitted("role-needed", f"{name} is done by {', '.join(form.roles)}")
    return form


def _first(visit: Visit, value: str) -> str:
    today = today_of(visit)
    return {"today": today, "year": today[:4]}.get(value, value)
