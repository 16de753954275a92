"""What may be asked where two records are of one person (一人两档)."""

from typing import Literal

from shared.contract.values import BusinessDate, PersonId
from shared.decider.command import Sourced


class MergeMembers(Sourced):
    """Say that two records are of one person: `person_id` is `kept_person_id`, who is kept."""

    person_id: PersonId
    kept_person_id: PersonId
    reason: Literal["registered_twice", "came_back", "transferred_in", "other"]
    merged_on: BusinessDate


class UnmergeMembers(Sourced):
    """Say that two records were not of one person after all."""

    person_id: PersonId
    reason: Literal["not_the_same", "entered_in_error", "other"]
    unmerged_on: BusinessDate
