"""The report's chapters: what was done, what is open, what is planned."""

from collections.abc import Iterable, Iterator

from services.reporting.figures.office import SUBJECTS, month_end
from services.reporting.reports import wording
from services.reporting.reports.document import Block, Closing, Heading, Numbered, Paragraph
from services.reporting.reports.material import Material
from services.reporting.reports.prose import Notes, named, plain, yuan
from services.reporting.reports.wording import Sentence
from shared.contract.values import SHANGHAI

NUMERALS = "一二三四五六七八九十"
METHODS = {
    "open_tender": "公开招标",
    "invited_tender": "邀请招标",
    "negotiation": "竞争性谈判",
    "inquiry": "询价",
    "single_source": "单一来源采购",
    "direct": "直接采购",
}


def work_done(material: Material, notes: Notes) -> Iterator[Block]:
    """一、工作成效: each section's narrative, then its sentences."""
    yield Heading(1, "一、工作成效")
    written = material.written
    sections = [
        ("强化政治引领", "guidance", []),
        ("防控与志愿服务", "front_line", _volunteers(material, notes)),
        ("组织建设和民主管理", "organisation", _organisation(material, notes)),
        ("职工福利", "welfare", _welfare(material, notes)),
        ("各项活动", "activities", _activities(material, notes)),
        ("其他方面", "other", [*_attested(material, notes), *_health(material, notes)]),
    ]
    if "guidance" not in written:
        del sections[0]
    for number, (heading, section, told) in zip(NUMERALS, sections, strict=False):
        yield Heading(2, f"({number}){heading}")
        yield from _narrative(material, section)
        yield from _numbered(told)


def problems(material: Material, notes: Notes) -> Iterator[Block]:
    """二、存在问题: what is open at the period's last day, as far as known."""
    yield Heading(1, "二、存在问题")
    yield from _narrative(material, "problems")
    last = material.period.last
    open_issues = [
        issue
        for issue in material.issues
        if issue.raised_on is not None
        and issue.raised_on <= last
        and (issue.resolved_on is None or issue.resolved_on > last)
    ]
    told = [
        notes.event(f"{plain(issue.title or issue.issue_id)}({issue.raised_on}提出)", issue.raised)
        + "。"
        for issue in open_issues
    ]
    yield from _numbered(told or ["日志中没有未解决的问题。"])


def plan(material: Material, notes: Notes) -> Iterator[Block]:
    """三、规划: next year's items by heading, and what became of this year's."""
    year = material.period.last.year
    yield Heading(1, f"三、{year + 1}年规划")
    yield from _narrative(material, "plan")
    coming = [item for item in material.plan_items if item.plan_year == year + 1]
    numerals = iter(NUMERALS)
    for section, heading in wording.PLAN_SECTIONS.items():
        told = [
            notes.event(plain(item.title or item.item_id), item.set_by) + ";"
            for item in coming
            if item.section == section
        ]
        if told:
            yield Heading(2, f"({next(numerals)}){heading}")
            yield from _numbered(told)
    if not coming:
        yield Paragraph(f"日志中没有{year + 1}年规划。")
    this_year = [item for item in material.plan_items if item.plan_year == year]
    if this_year:
        yield Heading(2, f"({next(numerals)}){year}年规划完成情况")
        yield from _numbered(
            notes.event(plain(item.title or item.item_id), item.set_by)
            + (
                notes.event(f":{item.done_on}完成。", item.done_by)
                if item.done_on is not None and item.done_on <= material.period.last
                else ":未完成。"
            )
            for item in this_year
        )


def closing(material: Material, notes: Notes) -> Iterator[Block]:
    """落款: the union, and the day on which what it says was known."""
    sealed = material.sealed_at
    day = sealed.astimezone(SHANGHAI).date() if sealed else material.period.last
    yield Closing(plain(_union(material)), day)


def _volunteers(material: Material, notes: Notes) -> Iterator[str]:
    yield from _sentences(wording.VOLUNTEERS, notes)
    for service in material.volunteers:
        if material.within(service.served_from):
            served = f"{service.served_from}起在{plain(service.place)}服务{service.days}天"
            yield notes.event(served, service.event) + "。"


def _organisation(material: Material, notes: Notes) -> Iterator[str]:
    adopted = [each for each in material.regulations if material.within(each.adopted_on)]
    titles = "".join(notes.event(f"《{plain(each.title)}》", each.event) for each in adopted)
    regulations = notes.sentence(wording.REGULATIONS[0]) or ""
    yield f"完善{titles}等制度。{regulations}" if titles else regulations
    yield from _sentences(wording.CONGRESS, notes)
    for meeting in material.meetings:
        if material.within(meeting.held_on):
            present = f"到会{meeting.delegates_present}/{meeting.delegates_due}名代表"
            title = plain(meeting.title or meeting.meeting_id)
            yield (
                notes.event(
                    f"{meeting.held_on} {title}:{present},决议{meeting.resolutions}项", meeting.held
                )
                + "。"
            )
    yield from _affiliation(material, notes)


def _affiliation(material: Material, notes: Notes) -> Iterator[str]:
    """Each move that was under way in the period, as it stood at the period's end."""
    if not material.moves:
        yield "会籍转隶:日志中没有本期的记录。"
    for union in material.moves:
        started = notes.event(f"应交接{union.members_due}名", union.move_started)
        ready = notes.event(f"已备妥{union.members_prepared}名", union.prepared)
        state = (
            notes.event(f"{union.moved_on}完成转隶", union.moved)
            if union.moved_on
            else f"至{material.period.last}转隶尚未完成"
        )
        yield f"做好转隶前期工会会员交接工作:{started},{ready},{state}。"


def _welfare(material: Material, notes: Notes) -> Iterator[str]:
    for sentence in wording.WELFARE:
        written = None
        if sentence.figures[0] == "gift_birth_members" and material.birth_each_fen is not None:
            each = yuan(material.birth_each_fen)
            written = notes.sentence(sentence, wording.BIRTH_EACH, each=each)
        elif sentence.figures[0] == "claim_hospital_paid_members" and material.hospital_funds == {
            "care_fund"
        }:
            written = notes.sentence(sentence, wording.CARE_FUND)
        else:
            written = notes.sentence(sentence)
        if written is not None:
            yield written


def _activities(material: Material, notes: Notes) -> Iterator[str]:
    yield from _sentences(wording.ACTIVITIES, notes)
    for activity in material.activities:
        contest = material.contests.get(activity.activity_id)
        if contest is not None:
            title = plain(activity.title or activity.activity_id)
            told = f"“{title}”:参赛作品{contest.entries}件,获奖{contest.awards}项"
            yield notes.event(told, activity.planned) + "。"


def _attested(material: Material, notes: Notes) -> Iterator[str]:
    """A zero is only said where every month has its attestation."""
    months = _months(material)
    for subject, title in SUBJECTS.items():
        attested = {
            each.month: each.incidents
            for each in material.attestations
            if each.subject == subject and each.month in months and each.whole_month
        }
        incidents = material.values[f"incidents_{subject}"].value
        free = notes.figure(f"incident_free_months_{subject}")
        reported = notes.figure(f"incidents_{subject}")
        proof = f"{len(months)}个月中{free}个月有无事故证明,报告{reported}起"
        missing = [month for month in months if month not in attested]
        if missing:
            yield f"{title}:{proof};缺{'、'.join(missing)}的证明,不能写作无事故。"
        elif incidents or any(attested.values()):
            yield f"{title}:{proof}。"
        else:
            yield f"{wording.NOTHING_HAPPENED[subject]}({proof})。"


def _months(material: Material) -> list[str]:
    first, last = material.period
    every = (
        f"{year:04d}-{month:02d}"
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
    )
    return [month for month in every if first <= month_end(month) <= last]


def _health(material: Material, notes: Notes) -> Iterator[str]:
    for check in material.health_checks:
        procurement = material.procurements.get(check.procurement_id or "")
        if material.within(check.arranged_on) and check.provider is not None:
            how = f"通过{METHODS[procurement.method]}," if procurement is not None else ""
            text = f"{how}与{plain(check.provider)}合作开展教职工体检"
            yield notes.event(text, check.arranged) + "。"
    asked = {c.population for c in material.health_checks if material.within(c.arranged_on)}
    population = wording.POPULATIONS.get(asked.pop() or "") if len(asked) == 1 else None
    for sentence in wording.HEALTH:
        yield notes.sentence(sentence, population=population or "有关人员") or ""


def _sentences(sentences: Iterable[Sentence], notes: Notes) -> Iterator[str]:
    for sentence in sentences:
        written = notes.sentence(sentence)
        if written is not None:
            yield written


def _numbered(told: Iterable[str]) -> Iterator[Block]:
    items = tuple(each for each in told if each)
    if items:
        yield Numbered(items)


def _narrative(material: Material, section: str) -> Iterator[Block]:
    for paragraph in material.written.get(section, "").split("\n"):
        if paragraph:
            yield Paragraph(plain(paragraph), written=True)


def _union(material: Material) -> str:
    return material.union.name if material.union and material.union.name else material.org_id


def title_of(material: Material) -> str:
    """The report's title."""
    return f"{plain(_union(material))}{named(material.period)}工作总结"


def union_of(material: Material) -> str:
    """The union's name, as a text."""
    return plain(_union(material))
