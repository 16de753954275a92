"""What may be asked of a service, apart from how it is asked: commands know nothing of HTTP."""

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """What may be asked. Closed: an unknown field is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
