"""The decision about a member's dependants. Refusals stand in the docstring, first come first."""

from datetime import date

from services.members.commands.membership import DeclareDependant
from services.members.domain.membership import require_member
from services.members.domain.person import FormerMember, PersonEvent, Record, known, not_merged
from shared.contract.members import DependantDeclared
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid


def declare_dependant(
    state: Record | None,
    command: DeclareDependant,
    org_id: str,
    today: date,
    *,
    dependant_id: str,
    dependant: Record | None = None,
    same: DependantDeclared | None = None,
) -> list[PersonEvent]:
    """A member declares a dependant, also late. `dependant`: what is recorded of the dependant as
    a person of their own. `same`: one of that name, declared before.

    Raises Invalid `date-in-future`, `dependant-is-self`; Conflict `merged-record`; Invalid
    `unknown-person`; Conflict `dependant-declared` (with what differs), `not-a-member`.
    """
    not_in_future(today, command.declared_on, command.source_recorded_on)
    if dependant_id == command.person_id:
        raise Invalid("dependant-is-self", "nobody is their own dependant")
    person = known(state, command.person_id, org_id)
    not_merged(dependant, dependant_id)
    if same is not None:
        days, relations = (same.occurred_on, command.declared_on), (same.relation, command.relation)
        differs = differing(relation=relations, declared_on=days)
        raise Conflict("dependant-declared", f"{same.dependant_id} is declared", differs=differs)
    if not (
        isinstance(ended := person.membership, FormerMember) and command.declared_on < ended.on
    ):
        require_member(person, command.person_id)
    if dependant_id in person.dependants:
        raise Conflict("dependant-declared", f"{dependant_id} was declared before")
    return [
        DependantDeclared(
            org_id=org_id,
            occurred_on=command.declared_on,
            person_id=command.person_id,
            dependant_id=dependant_id,
            relation=command.relation,
            source_recorded_on=command.source_recorded_on,
        )
    ]
