"""Taking entries of one stream back, the same everywhere; what rests on what, each domain says."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Annotated, NamedTuple

from pydantic import Field

from shared.contract.corrections import corrected_by, withdrawal_of
from shared.contract.envelope import Actor, DomainEvent
from shared.contract.values import BusinessDate, CorrectionReason, Line, PositiveCount
from shared.contract.withdrawal import Withdrawal
from shared.decider.command import Sourced
from shared.decider.dates import not_in_future
from shared.decider.row_refusals import RefusedRow, refuse_rows, refused_row
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

AT_ONCE_MAX = 1000


class WithdrawEntries(Sourced):
    """Take back entries of one stream, by their versions in it: `tjtc/meeting-tc-1@1` of a reply's
    Guildhall-Position is version 1 of `tjtc/meeting-tc-1`."""

    stream: Line
    versions: Annotated[tuple[PositiveCount, ...], Field(min_length=1, max_length=AT_ONCE_MAX)]
    reason: CorrectionReason
    withdrawn_on: BusinessDate


class Recorded(NamedTuple):
    """An event of a stream: its version, its id, whether a later one took it back, and who
    recorded it."""

    version: int
    event_id: str
    event: DomainEvent
    withdrawn: bool = False
    actor: str = ""


def _never(_event: DomainEvent, _other: DomainEvent) -> bool:
    return False


class Rules(NamedTuple):
    """What a context says of taking its entries back.

    `rests_on(later, earlier)`: the later event needs the earlier to stand. `together`: two events
    say one thing, as the chunks of a list do. `roles`: who may take an event back, which are those
    who enter it. `by_another`: types that somebody else than who recorded them takes back.
    """

    rests_on: Callable[[DomainEvent, DomainEvent], bool]
    roles: Callable[[DomainEvent], Collection[str]]
    together: Callable[[DomainEvent, DomainEvent], bool] = _never
    by_another: tuple[type[DomainEvent], ...] = ()


PRECEDENCE = {
    "listed-twice": Invalid,
    "entry-not-found": Unknown,
    "entry-withdrawn": Conflict,
    "corrected-otherwise": Conflict,
    "role-missing": NotPermitted,
    "own-entry": NotPermitted,
    "others-rest-on-it": Conflict,
    "withdrawn-before-entry": Invalid,
}


def entries_to_withdraw(
    stream: Sequence[Recorded],
    command: WithdrawEntries,
    today: date,
    *,
    rules: Rules,
    actor: Actor,
) -> list[Recorded]:
    """The entries that the command names, if all of them can be taken back.

    Refuses date-in-future, listed-twice, entry-not-found, entry-withdrawn, corrected-otherwise,
    role-missing, own-entry, others-rest-on-it, withdrawn-before-entry. An entry goes together
    with what rests on it, or after it.
    """
    not_in_future(today, command.withdrawn_on, command.source_recorded_on)
    found = {each.version: each for each in stream}
    refuse_rows(list(_refused(found, command)), PRECEDENCE)
    named = [found[version] for version in command.versions]
    left = [each for each in stream if each not in named and not _is_gone(each)]
    refuse_rows(list(_not_by(actor, named, command.stream, rules)), PRECEDENCE)
    refuse_rows(list(_resting(named, left, command.stream, rules)), PRECEDENCE)
    early = [
        _row(number, "withdrawn-before-entry", command.stream, entry.version)
        for number, entry in enumerate(named, start=1)
        if command.withdrawn_on < entry.event.occurred_on
    ]
    refuse_rows(early, PRECEDENCE)
    return named


class Taking(NamedTuple):
    """How entries of one stream are taken back: why, on which day, and as which paper says."""

    stream: str
    reason: CorrectionReason
    withdrawn_on: date
    source_recorded_on: date | None = None


def taken_back(entry: Recorded, taking: Taking | WithdrawEntries) -> Withdrawal:
    """The event that takes an entry back, in the entry's own stream: of the type that the contract
    has for it (corrections.py), with the fields that name that stream."""
    event = withdrawal_of(type(entry.event))
    assert event is not None, f"{type(entry.event).__name__} is corrected otherwise"
    org_id, _, entry_stream = taking.stream.partition("/")
    of_stream = {
        field: entry_stream if field == "entry_stream" else getattr(entry.event, field)
        for field in event.STREAM.fields
        if field != "org_id"
    }
    return event(
        org_id=org_id,
        occurred_on=taking.withdrawn_on,
        source_recorded_on=taking.source_recorded_on,
        entry=entry.event_id,
        entry_version=entry.version,
        reason=taking.reason,
        **of_stream,
    )


def _is_gone(entry: Recorded) -> bool:
    return entry.withdrawn or isinstance(entry.event, Withdrawal)


def _refused(found: dict[int, Recorded], command: WithdrawEntries) -> Iterator[RefusedRow]:
    """The rows that name what cannot be taken back, whatever else stands in the stream."""
    for number, version in enumerate(command.versions, start=1):
        entry = found.get(version)
        if version in command.versions[: number - 1]:
            yield _row(number, "listed-twice", command.stream, version)
        elif entry is None:
            yield _row(number, "entry-not-found", command.stream, version)
        elif entry.withdrawn:
            yield _row(number, "entry-withdrawn", command.stream, version)
        elif withdrawal_of(type(entry.event)) is None:
            others = ", ".join(each.__name__ for each in corrected_by(type(entry.event)))
            row = _row(number, "corrected-otherwise", command.stream, version)
            yield {**row, "type": type(entry.event).__name__, "corrected_by": others}


def _not_by(
    actor: Actor, named: Sequence[Recorded], stream: str, rules: Rules
) -> Iterator[RefusedRow]:
    for number, entry in enumerate(named, start=1):
        roles = sorted(rules.roles(entry.event))
        if actor.roles.isdisjoint(roles):
            yield {**_row(number, "role-missing", stream, entry.version), "roles": roles}
        elif isinstance(entry.event, rules.by_another) and entry.actor == actor.subject:
            yield _row(number, "own-entry", stream, entry.version)


def _resting(
    named: Sequence[Recorded],
    left: Sequence[Recorded],
    stream: str,
    rules: Rules,
) -> Iterator[RefusedRow]:
    for number, entry in enumerate(named, start=1):
        rest = [
            each
            for each in left
            if rules.together(each.event, entry.event)
            or (each.version > entry.version and rules.rests_on(each.event, entry.event))
        ]
        if rest:
            row = _row(number, "others-rest-on-it", stream, entry.version)
            told = [f"{type(each.event).__name__}@{each.version}" for each in rest[:20]]
            yield {**row, "resting": told, "count": len(rest)}


def _row(number: int, code: str, stream: str, version: int) -> RefusedRow:
    return refused_row(number, code, entry=f"{stream}@{version}")
