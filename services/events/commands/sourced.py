"""What every command of the context may carry besides its own fields."""

from shared.contract.values import BusinessDate
from shared.decider.command import Command


class Sourced(Command):
    """A command that may come from paper: `source_recorded_on` is the date the paper bears."""

    source_recorded_on: BusinessDate | None = None
