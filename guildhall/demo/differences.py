"""What tells two unions with the same report apart: figure by figure, roster by roster, verdict by
verdict, asked of the log. Nothing here knows which story either of them was."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.demo.display import OUTCOMES
from guildhall.demo.queries import Queries
from guildhall.output import Output


class UnionAnswers(NamedTuple):
    """What the log tells of one union's year."""

    org: str
    figures: Mapping[str, Mapping[str, Any]]
    rosters: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]


async def answers_of(queries: Queries) -> UnionAnswers:
    """Ask the log about a union's year."""
    figures = (await queries.get("figures"))["figures"]
    return UnionAnswers(
        queries.org,
        {figure["figure"]: figure for figure in figures},
        (await queries.get("rosters"))["counts"],
        (await queries.get("verdicts"))["verdicts"],
    )


def show_differences(
    output: Output, ours: UnionAnswers, other: UnionAnswers, printed: Sequence[str]
) -> None:
    """Every figure, roster and verdict that differs; `printed` figures say nothing."""
    same = all(ours.figures[name]["value"] == other.figures[name]["value"] for name in printed)
    said = "全部相同" if same else "不同"
    output.say(f"{ours.org} 与 {other.org}：报告中的数字{said}；日志中不同之处如下。")
    output.table(
        ("指标", f">{ours.org}", f">{other.org}", "单位"),
        (
            (
                f"{figure['title']} ({name})",
                figure["value"],
                other.figures[name]["value"],
                figure["unit"],
            )
            for name, figure in ours.figures.items()
            if figure["value"] != other.figures[name]["value"]
        ),
        title="不同的指标",
    )
    output.table(
        ("项目", "核对", f">{ours.org}", f">{other.org}"),
        _rosters(ours, other),
        title="不同的名册核对",
    )
    output.table(("规则", "对象", ours.org, other.org), _verdicts(ours, other), title="不同的结论")


PASSES = "通过或不适用"
COUNTED = {
    "members": "当日会员",
    "people": "领取人",
    "portions": "份数",
    "unserved": "会员未领",
    "joined_since": "其后入会者领取",
    "not_members": "非会员领取",
}


def _rosters(ours: UnionAnswers, other: UnionAnswers) -> list[tuple[Any, ...]]:
    theirs = {count["id"]: count for count in other.rosters}
    return [
        (count["title"] or count["id"], label, count[name], theirs[count["id"]][name])
        for count in ours.rosters
        if count["id"] in theirs
        for name, label in COUNTED.items()
        if count[name] != theirs[count["id"]][name]
    ]


def _verdicts(ours: UnionAnswers, other: UnionAnswers) -> list[tuple[str, ...]]:
    """Verdicts that do not pass on one side or the other, and differ. A subject that names a
    person is another one in every union; where it passes, it says nothing here."""
    mine, theirs = _said(ours), _said(other)
    return [
        (*key, mine.get(key, PASSES), theirs.get(key, PASSES))
        for key in sorted(mine.keys() | theirs.keys())
        if mine.get(key) != theirs.get(key)
    ]


def _said(one: UnionAnswers) -> dict[tuple[str, str], str]:
    return {
        (verdict["rule"], verdict["subject"]): _sentence(verdict)
        for verdict in one.verdicts
        if verdict["outcome"] in OUTCOMES
    }


def _sentence(verdict: Mapping[str, Any]) -> str:
    concerned = len(verdict["persons"])
    people = f"，涉及 {concerned} 人" if concerned else ""
    return f"{OUTCOMES[verdict['outcome']]}：{verdict['sentence']}{people}"
