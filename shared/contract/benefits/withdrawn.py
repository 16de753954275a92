"""An entry of this context is taken back, where no event of its own says what happened instead."""

from typing import Annotated

from pydantic import Field

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.withdrawal import Withdrawal

BenefitStreamId = Annotated[
    str,
    Field(
        pattern=r"^(programme|claim|policy|budget|income|payment|procurement)-[a-z0-9.-]{1,80}$",
        description="a stream of this context, within its union",
    ),
]


class BenefitEntryWithdrawn(BenefitsEvent, Withdrawal, stream="{entry_stream}"):
    """An entry about programmes, decisions or plans is taken back, as known from here on.

    `entry` is the event's id, `entry_stream` the stream of both, such as `programme-spring-2022`.
    Money that was paid, covers and deliveries have corrections of their own.
    """

    entry_stream: BenefitStreamId
