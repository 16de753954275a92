"""The services of a stack and what each is told. SERVICES is the one table of them."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

Settings = dict[str, str]


class Place(NamedTuple):
    """What is known once PostgreSQL is up: addresses, databases, secrets.

    `databases` are DSNs by service; `kafka` is where Kafka is, or will be.
    """

    directory: Path
    urls: Mapping[str, str]
    databases: Mapping[str, str]
    kafka: str
    person_key: str
    reporting_secret: str
    sources_file: Path
    simulated: bool

    @property
    def issuer(self) -> str:
        """The identity provider's address, which its tokens name."""
        return self.urls["identity"]


class Service(NamedTuple):
    """One child process: the module it runs and its own settings."""

    module: str
    settings: Callable[[Place], Settings]


def _identity(place: Place) -> Settings:
    return {
        "GUILDHALL_ENV": "dev",
        "GUILDHALL_IDENTITY_DIRECTORY": str(place.directory / "identity"),
    }


def _members(place: Place) -> Settings:
    return {
        "GUILDHALL_DATABASE_URL": place.databases["members"],
        "GUILDHALL_PERSON_KEY": place.person_key,
    }


def _benefits(place: Place) -> Settings:
    return {"GUILDHALL_DATABASE_URL": place.databases["benefits"]}


def _events(place: Place) -> Settings:
    return {"GUILDHALL_DATABASE_URL": place.databases["events"]}


def _reporting(place: Place) -> Settings:
    return {
        "GUILDHALL_DATABASE_URL": place.databases["reporting"],
        "GUILDHALL_MEMBERS_URL": place.urls["members"],
        "GUILDHALL_BENEFITS_URL": place.urls["benefits"],
        "GUILDHALL_EVENTS_URL": place.urls["events"],
        "GUILDHALL_WORKER_URL": place.urls["worker"],
        "GUILDHALL_TOKEN_URL": f"{place.issuer}/token",
        "GUILDHALL_CLIENT_SECRET": place.reporting_secret,
        "GUILDHALL_SOURCES_FILE": str(place.sources_file),
    }


SERVICES: dict[str, Service] = {
    "identity": Service("deploy.identity", _identity),
    "members": Service("services.members", _members),
    "benefits": Service("services.benefits", _benefits),
    "events": Service("services.events", _events),
    "worker": Service("services.reporting.worker", _reporting),
    "reporting": Service("services.reporting", _reporting),
}
"""In the order they are started."""

INHERITED = ("PATH", "HOME", "GUILDHALL_LOG_LEVEL")


def environment_of(name: str, place: Place, more: Mapping[str, str]) -> Settings:
    """A service's whole environment: nothing else of the caller's reaches it.

    `more` are settings of this run that win over ours, such as a shorter reconciling interval.
    """
    inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
    return {
        **inherited,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GUILDHALL_HTTP_HOST": "127.0.0.1",
        "GUILDHALL_HTTP_PORT": place.urls[name].rpartition(":")[2],
        "GUILDHALL_KAFKA": place.kafka,
        "GUILDHALL_ISSUER": place.issuer,
        "GUILDHALL_JWKS_URL": f"{place.issuer}/jwks",
        "GUILDHALL_SIMULATED_CLOCK": "true" if place.simulated else "false",
        **SERVICES[name].settings(place),
        **more,
    }
