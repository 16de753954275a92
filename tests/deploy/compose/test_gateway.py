"""The gateway's configuration: whose names it answers, and what it passes on."""

import re

from shared.contract.contexts import PROCESSES
from tests.deploy.embedded.test_compose import COMPOSE, PRODUCTION, PROJECT

GATEWAY = PROJECT / "deploy" / "compose" / "gateway"


def test_the_gateway_answers_this_hosts_own_names_and_passes_no_metrics_on() -> None:
    trial, production = ((GATEWAY / f"{kind}.conf").read_text() for kind in ("trial", "production"))
    assert "listen 8080 default_server;\n        return 421" in trial
    assert re.findall(r"server_name (.+);", trial) == ["localhost", "127.0.0.1 gateway"]
    assert "_identity" not in production and "8001" not in production
    routes = (GATEWAY / "routes.conf").read_text("utf-8")
    assert "metrics$ {\n    return 404" in routes
    assert "$named.guildhall.internal;" in (GATEWAY / "http.conf").read_text("utf-8")
    aliases = {
        name: service["networks"]["default"]["aliases"]
        for name, service in COMPOSE["services"].items()
        if "networks" in service
    }
    assert aliases == {name: [f"{name}.guildhall.internal"] for name in PROCESSES}
    for kind, of in (("trial", COMPOSE), ("production", PRODUCTION)):
        assert of["services"]["gateway"]["command"] == [f"/etc/nginx/guildhall/{kind}.conf"]
