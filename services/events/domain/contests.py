"""Contests (评比) held within an activity: entries, the judges' places, awards.

They live in the activity's stream and state; `evolve` is that of `activities`.
"""

from collections.abc import Sequence
from datetime import date

from services.events.commands.activities import EnterContest, GrantAward, JudgeContest
from services.events.domain.activities import Activity, Contest, require_open
from shared.contract.events import AwardGranted, ContestEntered, ContestJudged
from shared.decider.dates import not_in_future
from shared.decider.row_refusals import refused_row
from shared.errors import Conflict, Invalid, Unknown


def enter_contest(
    activity: Activity | None, command: EnterContest, org_id: str, today: date
) -> list[ContestEntered]:
    """Enter a person or a team, until the contest is judged.

    Refuses date-in-future, listed-twice, unknown-activity, activity-cancelled, contest-judged,
    entry-exists.
    """
    not_in_future(today, command.entered_on, command.source_recorded_on)
    _require_each_once(command.person_ids)
    contest = require_open(activity, command.activity_id).contest
    _require_not_judged(contest, command.activity_id)
    if command.entry_id in contest.entries:
        raise Conflict("entry-exists", f"the entry {command.entry_id} is in the contest already")
    return [
        ContestEntered(
            org_id=org_id,
            occurred_on=command.entered_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            entry_id=command.entry_id,
            person_ids=command.person_ids,
        )
    ]


def judge_contest(
    activity: Activity | None, command: JudgeContest, org_id: str, today: date
) -> list[ContestJudged]:
    """Record the judges' places, once.

    Refuses date-in-future, listed-twice, places-inconsistent, unknown-activity, activity-
    cancelled, contest-judged, unknown-entry.
    """
    not_in_future(today, command.judged_on, command.source_recorded_on)
    judged = [verdict.entry_id for verdict in command.verdicts]
    _require_each_once(judged)
    _require_places([verdict.place for verdict in command.verdicts])
    contest = require_open(activity, command.activity_id).contest
    _require_not_judged(contest, command.activity_id)
    unknown = [row for row, entry in enumerate(judged, start=1) if entry not in contest.entries]
    if unknown:
        raise Unknown(
            "unknown-entry",
            f"{len(unknown)} of {len(judged)} entries are not in the contest",
            errors=[refused_row(row, "unknown-entry", entry_id=judged[row - 1]) for row in unknown],
        )
    return [
        ContestJudged(
            org_id=org_id,
            occurred_on=command.judged_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            judges=command.judges,
            verdicts=command.verdicts,
        )
    ]


def grant_award(
    activity: Activity | None, command: GrantAward, org_id: str, today: date
) -> list[AwardGranted]:
    """Grant an award to an entry the judges placed.

    Refuses date-in-future, unknown-activity, activity-cancelled, contest-not-judged, unknown-
    entry, entry-not-placed, award-granted, too-many-recipients.
    """
    not_in_future(today, command.granted_on, command.source_recorded_on)
    contest = require_open(activity, command.activity_id).contest
    entry_id = command.entry_id
    if contest.places is None:
        raise Conflict("contest-not-judged", f"{command.activity_id} has no judged contest")
    if entry_id not in contest.entries:
        raise Unknown("unknown-entry", f"there is no entry {entry_id} in the contest")
    if entry_id not in contest.places:
        raise Conflict("entry-not-placed", f"the judges gave the entry {entry_id} no place")
    if (entry_id, command.award) in contest.awards:
        raise Conflict("award-granted", f"{entry_id} has the award {command.award} already")
    if command.recipients > contest.entries[entry_id]:
        raise Invalid(
            "too-many-recipients",
            f"{command.recipients} recipients, the entry has {contest.entries[entry_id]} people",
        )
    return [
        AwardGranted(
            org_id=org_id,
            occurred_on=command.granted_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            entry_id=entry_id,
            award=command.award,
            recipients=command.recipients,
            value_fen=command.value_fen,
        )
    ]


def _require_not_judged(contest: Contest, activity_id: str) -> None:
    if contest.places is not None:
        raise Conflict("contest-judged", f"the contest of {activity_id} was judged already")


def _require_each_once(names: Sequence[str]) -> None:
    first = {name: row for row, name in reversed(list(enumerate(names, start=1)))}
    again = [row for row, name in enumerate(names, start=1) if first[name] != row]
    if again:
        raise Invalid(
            "listed-twice",
            f"{len(again)} of {len(names)} rows name what an earlier row names",
            errors=[refused_row(row, "listed-twice") for row in again],
        )


def _require_places(places: Sequence[int]) -> None:
    """Ties share a place; the next is the next number (1, 2, 2, 3) or skips them (1, 2, 2, 4)."""
    ordered = sorted(places)
    dense = {place: number for number, place in enumerate(sorted(set(places)), start=1)}
    without_gaps = [dense[place] for place in ordered]
    after_ties = [ordered.index(place) + 1 for place in ordered]
    if ordered not in (without_gaps, after_ties):
        raise Invalid(
            "places-inconsistent",
            f"places {', '.join(map(str, ordered[:20]))}: they start at 1 and leave no gap but"
            " after a tie",
        )
