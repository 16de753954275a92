"""What may be asked of a service, apart from how it is asked: commands know nothing of HTTP."""

from pydantic import BaseModel, ConfigDict

from shared.contract.values import BusinessDate


class Command(BaseModel):
    """What may be asked. Closed: an unknown field is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Command):
    """A command that may come from paper: `source_recorded_on` is the date the paper bears."""

    source_recorded_on: BusinessDate | None = None
