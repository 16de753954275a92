"""What every command of the context may carry besides its own fields."""

from shared.command import Command
from shared.values import BusinessDate


class Sourced(Command):
    """A command that may come from paper: `source_recorded_on` is the date the paper bears."""

    source_recorded_on: BusinessDate | None = None
