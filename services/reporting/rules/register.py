"""The register of rules: every rule written down, judged or not, and why one is not.

Files of `register/` say what a rule checks, of whom and by which instruments; its state is derived:
from the rules that are judged, and from the contract, where the events and fields stand that it
needs.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel

from services.reporting.rules.dated import Instrument
from services.reporting.rules.definition import Severity
from services.reporting.rules.values_file import ValuesRefused, document, fields_of
from shared.contract.catalogue import CATALOGUE

Kind = Literal["decide", "ask", "merged", "register"]
"""`decide`: events alone can give both pass and fail · `ask`: never a pass today, a question worth
asking · `merged`: the check is another rule's · `register`: no machine's business."""

Origin = Literal["searched", "proposed", "added"]
"""Where it comes from: the search of the law, what the search supports beside it, or our own."""

State = Literal["implemented", "not_written", "not_decidable", "merged", "not_for_a_machine"]
"""`not_decidable`: no event says yet what it needs; `not_written`: all is said, no formula is."""

RULE_ID = re.compile(r"([A-Z]{3}-\d\d|NO-\d)")
NEED = re.compile(r"[A-Z][A-Za-z]+(\.[a-z][a-z0-9_]*)*(=[a-z][a-z_.]*)?")
REQUIRED = {"id", "title", "check", "severity", "kind"}
OPTIONAL = {"origin", "needs", "instruments", "merged_into", "not_for_a_machine"}


class Registered(NamedTuple):
    """A rule as it is written down. `needs` are events, fields (`Event.field`) and values of fields
    (`Event.field=value`) of the contract; `merged_into` ids of other rules."""

    id: str
    title: str
    check: str
    severity: Severity
    kind: Kind
    origin: Origin
    needs: tuple[str, ...]
    instruments: tuple[str, ...]
    merged_into: tuple[str, ...]
    not_for_a_machine: str | None

    @property
    def rule(self) -> str:
        """The id under which it is judged, as in `wel-04`."""
        return self.id.lower()

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs and no event says yet."""
        return tuple(need for need in self.needs if not said(need))

    def state(self, judged: Collection[str]) -> State:
        """Its state, given the ids of the rules that are judged."""
        if self.rule in judged:
            return "implemented"
        if self.kind == "merged":
            return "merged"
        if self.kind == "register":
            return "not_for_a_machine"
        return "not_decidable" if self.missing else "not_written"


def load_register(folder: Path, instruments: Mapping[str, Instrument]) -> tuple[Registered, ...]:
    """The register, in the order of its files. Raises ValuesRefused for anything odd."""
    found: dict[str, Registered] = {}
    for file in sorted(folder.glob("*.yaml")):
        for row in document(file.name, file.read_text(encoding="utf-8"), list):
            entry = _entry(file.name, row, instruments)
            if entry.id in found:
                raise ValuesRefused(f"{file.name}: {entry.id} is there twice")
            found[entry.id] = entry
    for entry in found.values():
        gone = [other for other in entry.merged_into if other not in found]
        if gone:
            raise ValuesRefused(f"{entry.id}: merged into {gone}, which are not registered")
    return tuple(found.values())


def _entry(file: str, row: Any, instruments: Mapping[str, Instrument]) -> Registered:
    fields_of(file, row, REQUIRED, OPTIONAL)
    where = f"{file}: {row['id']}"
    if not RULE_ID.fullmatch(row["id"]):
        raise ValuesRefused(f"{where}: no id of a rule")
    for name, among in (("severity", Severity), ("kind", Kind), ("origin", Origin)):
        if row.get(name, "searched") not in get_args(among) and name in row:
            raise ValuesRefused(f"{where}: {name} is none of {get_args(among)}")
    kind = row["kind"]
    for name, kinds in (
        ("needs", {"decide", "ask"}),
        ("merged_into", {"merged"}),
        ("not_for_a_machine", {"register"}),
    ):
        if (name in row) != (kind in kinds):
            raise ValuesRefused(f"{where}: {name} stands exactly where the kind is {sorted(kinds)}")
    needs = tuple(row.get("needs", ()))
    odd = [need for need in needs if not NEED.fullmatch(need)]
    cited = tuple(row.get("instruments", ()))
    odd += [key for key in cited if key not in instruments]
    if odd:
        raise ValuesRefused(f"{where}: {odd} are no events or instruments")
    return Registered(
        row["id"],
        row["title"],
        row["check"],
        row["severity"],
        kind,
        row.get("origin", "searched"),
        needs,
        cited,
        tuple(row.get("merged_into", ())),
        row.get("not_for_a_machine"),
    )


EVENTS = {cls.__name__: cls for cls in CATALOGUE.values()}
OF_THE_ENVELOPE = ["actor"], ["role"]
"""Who acted stands beside every event."""


def said(need: str) -> bool:
    """Whether the contract has the event, the field, and the value where one is named."""
    path, _, value = need.partition("=")
    event, *fields = path.split(".")
    annotation: object = EVENTS.get(event)
    if annotation is None or fields in OF_THE_ENVELOPE:
        return annotation is not None
    for field in fields:
        models = (_model(each, field) for each in _within(annotation))
        model = next((each for each in models if each is not None), None)
        if model is None:
            return False
        annotation = model.model_fields[field].annotation
    return not value or value in list(_within(annotation))


def _model(each: object, field: str) -> type[BaseModel] | None:
    """The model, where it is one and has the field."""
    if isinstance(each, type) and issubclass(each, BaseModel) and field in each.model_fields:
        return each
    return None


def _within(annotation: object) -> Iterator[object]:
    """An annotation, and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _within(part)
