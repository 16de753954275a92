"""The events service: activities (活动), meetings (会议) and the year's plan. Composition root."""

import uvloop

from services.events.api import COMMANDS, REFUSALS, add_routes
from services.events.reactions import REACTIONS, TABLES
from shared.replicas import disowned
from shared.service.context import Parts, serve
from shared.service.settings import Settings

PARTS = Parts(
    name="events",
    commands=COMMANDS,
    refusals=REFUSALS,
    make_context=lambda store: store,
    reactions={"members": REACTIONS, "reporting": disowned.REACTIONS},
    copied={"members": TABLES, "reporting": disowned.TABLES},
    add_routes=add_routes,
)

if __name__ == "__main__":
    uvloop.run(serve(PARTS, Settings()))
