"""What people may say of a finding: explain it, propose to bear it for a time, approve or revoke
that. Bodies only."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contract.reporting import RevokeReason, WaiverReason
from shared.contract.values import ONE_LINE, BusinessDate, Slug
from shared.decider.command import Command

Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, pattern=ONE_LINE),
    Field(description="kept by reporting, outside the log; no names, no numbers of people"),
]


class ExplainFinding(Command):
    """Explain a finding, in words. The verdict stands."""

    finding_id: Slug
    words: Words


class ProposeWaiver(Command):
    """Propose to bear a finding until a day, that day included: a year at most."""

    finding_id: Slug
    reason: WaiverReason
    ends_on: BusinessDate
    words: Words


class ApproveWaiver(Command):
    """Waive a finding as somebody else proposed: for this reason, until this day."""

    finding_id: Slug
    reason: WaiverReason
    ends_on: BusinessDate


class RevokeWaiver(Command):
    """End a waiver, or the proposal of one."""

    finding_id: Slug
    reason: RevokeReason
