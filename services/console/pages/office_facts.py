"""What a form is about, as the service tells it: shown beside what is typed, and bound to it by the
version of its stream."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.console.backend import Answered
from services.console.console import Visit
from services.console.event_words import Said, said, title_of
from services.console.forms import Form
from services.console.navigation import _
from services.console.office_acts import SLUG
from services.console.rendering import language_of
from services.console.written import STREAM
from shared.errors import Unknown

NONE_YET = (403, 404)


class Shown(NamedTuple):
    """What is told of a thing: a heading and its fields; the version that an act rests on."""

    parts: list[tuple[str, list[Said]]]
    version: str = ""
    people: tuple[str, ...] = ()


async def facts_about(visit: Visit, form: Form, typed: Mapping[str, str]) -> Shown:
    """What is known of the thing that a form's address names; of a new thing, nothing. Raises
    Unknown `not-found` where it names none, Answered."""
    fixed = [field for field in form.fields if field.fixed]
    if not fixed:
        return Shown([])
    if fixed[0].name == "stream":
        return await _about_entries(visit, form, typed)
    name = typed.get(fixed[0].name, "")
    if not SLUG.fullmatch(name):
        raise Unknown("not-found", "the address names nothing")
    if form.service == "reporting":
        return await _about_finding(visit, name)
    if fixed[0].name == "claim_id":
        return await _about_claim(visit, name)
    if fixed[0].name == "payment_id":
        return await _about_payment(visit, name)
    events = await _events(visit, form.service, form.stream.format_map(typed))
    first = [each for each in events if not each["withdrawn"]][:1]
    if not first:
        raise Unknown("not-found", f"nothing stands of {name}")
    return Shown([_part(visit, each) for each in first])


async def _events(visit: Visit, service: str, stream: str) -> list[dict[str, Any]]:
    assert visit.scope is not None
    if not STREAM.fullmatch(stream):
        raise Unknown("not-found", "an address names no such stream")
    found = await visit.ask(service, f"/v1/{visit.scope.org}/streams/{stream}")
    events: list[dict[str, Any]] = found["events"]
    return events


async def _about_entries(visit: Visit, form: Form, typed: Mapping[str, str]) -> Shown:
    """The entries that are to be taken back, by their places in the stream."""
    assert visit.scope is not None
    org, _slash, short = typed.get("stream", "").partition("/")
    if org != visit.scope.org:
        raise Unknown("not-found", "the stream is another union's")
    named = typed.get("versions", "").split(",")
    events = await _events(visit, form.service, short)
    return Shown([_part(visit, each) for each in events if str(each["version"]) in named])


def _part(visit: Visit, event: Mapping[str, Any]) -> tuple[str, list[Said]]:
    fields = said(event["data"], language_of(visit.http))
    return title_of(event["type"]), [each for each in fields if each.kind != "list"]


async def _about_payment(visit: Visit, name: str) -> Shown:
    assert visit.scope is not None
    found = await visit.ask("benefits", f"/v1/{visit.scope.org}/payments/{name}")
    rows = [
        Said(_("金额"), "amount_fen", "money", found["amount_fen"]),
        Said(_("预算科目"), "budget_line", "code", found["budget_line"]),
        Said(_("经费来源"), "fund", "code", found["fund"]),
        Said(_("谁付款"), "payer", "code", found["payer"]),
        Said(_("所为何事"), "refers_to", "text", found["refers_to"] or "—"),
        Said(_("申请人"), "requested_by", "text", found["requested_by"]),
        Said(_("申请日期"), "requested_on", "text", found["requested_on"]),
    ]
    if found["paid_on"]:
        rows += [
            Said(_("批准并入账"), "paid_by", "text", f"{found['paid_by']} {found['paid_on']}"),
            Said(_("已冲销"), "reversed_fen", "money", found["reversed_fen"]),
        ]
    return Shown([(_("这笔支出"), rows)], str(found["version"]))


async def _about_claim(visit: Visit, name: str) -> Shown:
    assert visit.scope is not None
    found = await visit.ask("benefits", f"/v1/{visit.scope.org}/claims/{name}")
    rows = [
        Said(_("申请"), "kind", "claim", found["kind"]),
        Said(_("申请人"), "person_id", "person", found["person_id"]),
        Said(_("申请金额"), "asked_fen", "money", found["asked_fen"]),
        Said(_("批准金额"), "approved_fen", "money", found["approved_fen"]),
        Said(_("状态"), "state", "code", found["state"]),
        Said(_("经办"), "filed_by", "text", f"{found['filed_by']} {found['filed_on']}"),
        Said(_("批准人"), "approved_by", "text", found["approved_by"] or "—"),
    ]
    return Shown([(_("这笔申请"), rows)], str(found["version"]), (found["person_id"],))


async def _about_finding(visit: Visit, name: str) -> Shown:
    assert visit.scope is not None
    try:
        found = await visit.ask("reporting", f"/v1/{visit.scope.org}/findings/{name}/story")
    except Answered as why:
        if why.status not in NONE_YET:
            raise
        raise Unknown("not-found", f"no finding {name}") from None
    rows = [
        Said(_("规则"), "rule", "text", f"{found['rule']} {found['title']}"),
        Said(_("对象"), "subject", "text", found["subject"]),
    ]
    for step in found["steps"]:
        told = step.get("words") or step.get("reason")
        if told:
            text = f"{step['occurred_on']} {step['actor']}：{told}"
            rows.append(Said(title_of(step["type"]), "words", "text", text))
    return Shown([(_("这个疑点"), rows)], str(found["version"]))
