"""What every event of the benefits context is."""

from typing import ClassVar

from shared.contract.envelope import DomainEvent


class BenefitsEvent(DomainEvent):
    """An event of the benefits context."""

    CONTEXT: ClassVar[str] = "benefits"
