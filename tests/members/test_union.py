"""The union itself and its transfer of affiliation: given-when-then."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.members.commands.affiliation import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.commands.organisation import (
    CorrectOrganisation,
    DeclareStaffCount,
    RegisterOrganisation,
)
from services.members.domain import organisation
from services.members.domain.affiliation import (
    complete_transfer,
    record_prepared,
    start_transfer,
)
from services.members.domain.organisation import (
    Organisation,
    correct_organisation,
    declare_staff_count,
    register_organisation,
    registered,
    require_same_clock,
)
from shared.contract.envelope import DomainEvent
from shared.errors import Refusal
from shared.testing.decider import Outcome, given
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    member_handover_prepared,
    organisation_corrected,
    organisation_registered,
    staff_count_declared,
)
from tests.members.facts import ORG, TODAY, TOMORROW

GROUP, BUREAU = "jt-group", "edu-bureau"
REGISTERED = organisation_registered(
    occurred_on=date(2002, 5, 1), parent_org_id=GROUP, simulated=True
)
DECLARED = staff_count_declared(occurred_on=date(2022, 3, 1))
STARTED = affiliation_transfer_started(
    occurred_on=date(2022, 4, 1), from_parent=GROUP, to_parent=BUREAU, members_due=517
)


def registration(**fields: Any) -> RegisterOrganisation:
    return RegisterOrganisation(
        **{
            "name": "天津交通职业学院工会",
            "kind": "grassroots",
            "parent_org_id": GROUP,
            "simulated": True,
            "registered_on": date(2002, 5, 1),
            **fields,
        }
    )


def registering(
    command: RegisterOrganisation,
    *before: DomainEvent,
    org_id: str = ORG,
    simulated: bool = True,
    above: tuple[str, ...] = (),
) -> Outcome:
    return given(organisation, None, *before).when(
        register_organisation, command, org_id, TODAY, simulated=simulated, above_parent=above
    )


class TestRegisterOrganisation:
    def test_a_union_is_registered_in_the_tree(self) -> None:
        registering(registration()).then(REGISTERED)

    def test_a_real_union_is_registered_on_the_real_clock(self) -> None:
        assert registering(registration(simulated=False), simulated=False).refusal is None

    @pytest.mark.parametrize("org_id", ["TJTC", "t", "9x", "a/b", "学院"])
    def test_a_union_id_has_one_form(self, org_id: str) -> None:
        late = registration(registered_on=TOMORROW)
        registering(late, org_id=org_id).then_refused("org-id-invalid")

    def test_a_registration_has_happened(self) -> None:
        late = registration(registered_on=TOMORROW, simulated=False)
        registering(late).then_refused("date-in-future")

    @pytest.mark.parametrize("union_simulated", [True, False])
    def test_a_simulated_union_and_a_real_clock_refuse_each_other(
        self, union_simulated: bool
    ) -> None:
        registering(
            registration(simulated=union_simulated), REGISTERED, simulated=not union_simulated
        ).then_refused("simulated-union-refused")

    def test_a_union_is_registered_once(self) -> None:
        own_parent = registration(parent_org_id=ORG)
        refused = registering(own_parent, REGISTERED)
        refused.then_refused("organisation-exists")
        assert refused.refusal is not None and refused.refusal.facts["differs"] == ["parent_org_id"]

    def test_a_union_is_not_its_own_parent(self) -> None:
        registering(registration(parent_org_id=ORG)).then_refused("parent-is-below")

    def test_a_union_is_not_above_its_own_parent(self) -> None:
        registering(registration(), above=("city", ORG)).then_refused("parent-is-below")


class TestActing:
    def test_no_union_acts_before_it_is_registered(self) -> None:
        with pytest.raises(Refusal, match="unknown-union"):
            registered(None, ORG)
        union = Organisation(True, "工会", "group")
        assert registered(union, ORG) is union

    @pytest.mark.parametrize("simulated", [True, False])
    def test_a_union_acts_on_its_own_clock_only(self, simulated: bool) -> None:
        require_same_clock(simulated, simulated)
        with pytest.raises(Refusal, match="simulated-union-refused"):
            require_same_clock(simulated, not simulated)


class TestDeclareStaffCount:
    def declaring(self, *before: DomainEvent, **fields: Any) -> Outcome:
        command = {"staff": 560, "women_staff": 319, "declared_on": date(2022, 3, 1), **fields}
        return given(organisation, None, REGISTERED, *before).when(
            declare_staff_count, DeclareStaffCount(**command), ORG, TODAY
        )

    def test_the_unit_declares_its_head_count(self) -> None:
        self.declaring().then(DECLARED)

    def test_other_numbers_for_the_same_day_replace_it_by_a_later_declaration(self) -> None:
        outcome = self.declaring(DECLARED, staff=561)
        outcome.then(DECLARED.model_copy(update={"staff": 561}))

    def test_refusals_in_their_precedence(self) -> None:
        self.declaring(women_staff=561, declared_on=TOMORROW).then_refused("date-in-future")
        self.declaring(women_staff=561).then_refused("women-exceed-staff")
        self.declaring(DECLARED).then_refused("staff-count-declared")


class TestAffiliationTransfer:
    def starting(
        self,
        *before: DomainEvent,
        parent: str | None = GROUP,
        above: tuple[str, ...] = (),
        **fields: Any,
    ) -> Outcome:
        command = {
            "from_parent": GROUP,
            "to_parent": BUREAU,
            "members_due": 517,
            "started_on": date(2022, 4, 1),
            **fields,
        }
        union = REGISTERED.model_copy(update={"parent_org_id": parent})
        return given(organisation, None, union, *before).when(
            start_transfer, StartAffiliationTransfer(**command), ORG, TODAY, above_new=above
        )

    def preparing(
        self, prepared: int, *before: DomainEvent, now: int = 511, on: date = TODAY
    ) -> Outcome:
        command = RecordHandoverPrepared(to_parent=BUREAU, prepared=prepared, prepared_on=on)
        return given(organisation, None, REGISTERED, *before).when(
            record_prepared, command, ORG, TODAY, members_now=now
        )

    def completing(self, on: date, *before: DomainEvent, above_new: Sequence[str] = ()) -> Outcome:
        command = CompleteAffiliationTransfer(to_parent=BUREAU, completed_on=on)
        return given(organisation, None, REGISTERED, *before).when(
            complete_transfer, command, ORG, TODAY, above_new=above_new
        )

    COMPLETED = affiliation_transfer_completed(
        occurred_on=TODAY, from_parent=GROUP, to_parent=BUREAU
    )

    def test_a_transfer_begins(self) -> None:
        self.starting().then(STARTED)

    def test_the_upper_union_left_is_taken_as_stated_where_none_is_recorded(self) -> None:
        self.starting(parent=None).then(STARTED)

    def test_after_one_transfer_took_effect_another_may_begin_from_there(self) -> None:
        onwards = {"from_parent": BUREAU, "to_parent": "city"}
        self.starting(STARTED, self.COMPLETED, **onwards).then(STARTED.model_copy(update=onwards))
        self.starting(STARTED, self.COMPLETED).then_refused("not-the-parent")

    def test_refusals_of_a_start_in_their_precedence(self) -> None:
        self.starting(STARTED, started_on=TOMORROW).then_refused("date-in-future")
        self.starting(STARTED, to_parent=GROUP, parent="city").then_refused("same-parent")
        self.starting(STARTED, parent="city").then_refused("transfer-under-way")
        self.starting(STARTED, to_parent="city").then_refused("transfer-under-way")
        self.starting(parent="city", to_parent=ORG).then_refused("not-the-parent")
        self.starting(above=(GROUP, ORG)).then_refused("parent-is-below")
        self.starting(to_parent=ORG).then_refused("parent-is-below")

    def test_prepared_files_are_counted_cumulatively_and_corrected_downwards(self) -> None:
        for count in (300, 120):
            prepared = member_handover_prepared(occurred_on=TODAY, prepared=count)
            self.preparing(count, STARTED).then(prepared)

    def test_members_who_joined_since_may_be_prepared_too(self) -> None:
        assert self.preparing(522, STARTED, now=522).refusal is None

    def test_refusals_of_prepared_files_in_their_precedence(self) -> None:
        self.preparing(999, on=TOMORROW).then_refused("date-in-future")
        self.preparing(999).then_refused("no-transfer")
        elsewhere = STARTED.model_copy(update={"to_parent": "city"})
        self.preparing(1, elsewhere).then_refused("no-transfer")
        self.preparing(999, STARTED, on=date(2022, 3, 31)).then_refused("before-transfer")
        self.preparing(518, STARTED).then_refused("more-than-members")

    def test_a_transfer_takes_effect(self) -> None:
        self.completing(TODAY, STARTED).then(self.COMPLETED)

    def test_refusals_of_a_completion_in_their_precedence(self) -> None:
        self.completing(TOMORROW).then_refused("date-in-future")
        self.completing(TODAY).then_refused("no-transfer")
        self.completing(TODAY, STARTED, self.COMPLETED).then_refused("no-transfer")
        self.completing(date(2022, 3, 31), STARTED).then_refused("before-transfer")
        below = self.completing(TODAY, STARTED, above_new=[GROUP, ORG])
        below.then_refused("parent-is-below")
        self.completing(TODAY, STARTED, above_new=[GROUP]).then(self.COMPLETED)


def correcting(*stood: DomainEvent, above: Sequence[str] = (), **fields: Any) -> Outcome:
    command = CorrectOrganisation(
        **{
            "name": "学院工会",
            "kind": "grassroots",
            "parent_org_id": GROUP,
            "reason": "wrong_details",
            "corrected_on": date(2022, 6, 1),
            **fields,
        }
    )
    return given(organisation, None, *stood).when(
        correct_organisation, command, ORG, TODAY, above_parent=above
    )


def test_a_union_registered_wrongly_is_corrected_and_again() -> None:
    first = organisation_corrected(
        occurred_on=date(2022, 6, 1), name="学院工会", kind="grassroots", parent_org_id=GROUP
    )
    correcting(REGISTERED).then(first)
    correcting(REGISTERED, first, parent_org_id=BUREAU).then(
        first.model_copy(update={"parent_org_id": BUREAU})
    )
    correcting(REGISTERED, first).then_refused("nothing-changes")


def test_what_is_no_correction_of_a_union() -> None:
    completed = affiliation_transfer_completed(from_parent=GROUP, to_parent=BUREAU)
    correcting(REGISTERED, corrected_on=TOMORROW).then_refused("date-in-future")
    correcting().then_refused("unknown-union")
    correcting(REGISTERED, STARTED, parent_org_id=BUREAU).then_refused("parent-moved-since")
    correcting(REGISTERED, STARTED, completed).then_refused("parent-moved-since")
    correcting(REGISTERED, parent_org_id=BUREAU, above=[ORG]).then_refused("parent-is-below")
    correcting(REGISTERED, parent_org_id=ORG).then_refused("parent-is-below")
