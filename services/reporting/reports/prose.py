"""Sentences with their numbers in place, and a note for every number."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.reporting.queries.figures import AMOUNT_ASSUMED, Value
from services.reporting.queries.knowledge import Period
from services.reporting.reports.document import UNPROVEN_MARK, Fen, Note
from services.reporting.reports.wording import Sentence

MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#※"})


def plain(text: str) -> str:
    """A title of an event as text, whatever it holds."""
    return text.translate(MARKDOWN)


def yuan(fen: int) -> str:
    """Fen as 元: whole where it is whole, else two decimals."""
    return str(Fen(fen))


def named(period: Period) -> str:
    """The period as a sentence names it: `2022年`, or its two days."""
    first, last = period
    if first == date(first.year, 1, 1) and last == date(first.year, 12, 31):
        return f"{first.year}年"
    return f"{first}至{last}"


class Notes:
    """Puts numbers into text and remembers what each one rests on."""

    def __init__(self, org_id: str, period: Period, at: int, values: Mapping[str, Value]) -> None:
        self.org_id, self.period, self.at, self.values = org_id, period, at, values
        self._figures: dict[str, None] = {}
        self._events: dict[str, None] = {}

    def figure(self, name: str) -> str:
        """A figure's value with its footnote; amounts in 元, marked where they are assumed."""
        value = self.values[name]
        if value.figure.measure != "amount_fen":
            return self.cited(value.value, name)
        mark = f"({AMOUNT_ASSUMED})" if value.assumed else ""
        return self.cited(yuan(value.value), name) + mark

    def cited(self, number: int | str, name: str) -> str:
        """A number with the note of the figure it is, marked where it cannot be proven."""
        self._figures[name] = None
        mark = "" if self.values[name].provable else UNPROVEN_MARK
        return f"{number}[^{name}]{mark}"

    def event(self, text: str, event: UUID | None) -> str:
        """A statement that rests on one event."""
        if event is None:
            return text
        self._events[str(event)] = None
        return f"{text}[^{event}]"

    def sentence(self, sentence: Sentence, text: str | None = None, **more: str) -> str | None:
        """A sentence with its numbers, or with another `text`; None where it is left out."""
        if not self.values[sentence.evidence].lines:
            return f"{sentence.about}:日志中没有记录。" if sentence.about else None
        written = text or sentence.text
        bound = (name for name in Sentence(written).figures if name not in more)
        numbers = {name: self.figure(name) for name in bound}
        return written.format(period=named(self.period), **numbers, **more)

    def notes(self) -> tuple[Note, ...]:
        """One note for each number used: what it is, and how to ask for its list."""
        first, last = self.period
        scope = f"--org {self.org_id} --from {first} --to {last} --as-of {self.at}"
        told = []
        for name in self._figures:
            value = self.values[name]
            figure = value.figure
            notes = "".join(f";{note}" for note in value.notes)
            number = yuan(value.value) if figure.measure == "amount_fen" else value.value
            text = f"{figure.title}:{number}{figure.unit},{value.lines}个事件{notes}"
            command = f"guildhall explain {name} {scope}"
            told.append(Note(name, text, command, unproven=not value.provable))
        return (*told, *(Note(event, f"事件 `{event}`") for event in self._events))


def provability(value: Value) -> str:
    """What the table of figures says of a figure's completeness."""
    return "可证明" if value.provable else "不可证明"
