"""Composition root: `python -m services.members` serves the members context until a signal."""

import uvloop

from services.members.api import COMMANDS, REFUSALS, add_routes
from services.members.handlers.context import Context
from services.members.queries.encryption import RecordCipher
from shared.service.context import Parts, serve
from shared.service.settings import OwnerSettings


def parts(person_key: str) -> Parts:
    """What makes up the context; `person_key`: the secret of the person records, 64 hex digits."""
    cipher = RecordCipher(bytes.fromhex(person_key))
    return Parts(
        name="members",
        commands=COMMANDS,
        refusals=REFUSALS,
        make_context=lambda store: Context(store, cipher),
        add_routes=add_routes,
    )


def main() -> None:
    """Serve, with settings from the environment."""
    settings = OwnerSettings()
    uvloop.run(serve(parts(settings.person_key), settings))


if __name__ == "__main__":
    main()
