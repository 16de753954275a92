"""The services of a stack and what each is told. SERVICES is the one table of them."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from shared.contract.contexts import CONTEXTS, PROCESSES, RELAY_PROCESSES
from shared.kafka.access import KafkaAccess

Settings = dict[str, str]


class Place(NamedTuple):
    """What is known once PostgreSQL is up: addresses, databases, secrets.

    `databases` are DSNs by context, `kafka` is how each is let into Kafka, which may come later.
    """

    directory: Path
    urls: Mapping[str, str]
    databases: Mapping[str, str]
    kafka: Mapping[str, KafkaAccess]
    person_key: str
    reporting_secret: str
    console_secret: str
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


def _servers(context: str, place: Place) -> Settings:
    return {"GUILDHALL_DATABASE_URL": place.databases[context], **place.kafka[context].settings}


def _members(place: Place) -> Settings:
    return _servers("members", place) | {"GUILDHALL_PERSON_KEY": place.person_key}


def _reporting(place: Place) -> Settings:
    relays = {
        f"GUILDHALL_{process.upper()}_URL": place.urls[process]
        for process in RELAY_PROCESSES.values()
    }
    return {
        **_servers("reporting", place),
        **relays,
        "GUILDHALL_TOKEN_URL": f"{place.issuer}/token",
        "GUILDHALL_CLIENT_SECRET": place.reporting_secret,
        "GUILDHALL_SOURCES_FILE": str(place.sources_file),
        **{name: os.environ[name] for name in OF_FONTS if name in os.environ},
    }


def _console(place: Place) -> Settings:
    asked = {f"GUILDHALL_{context.upper()}_URL": place.urls[context] for context in CONTEXTS}
    return {
        **asked,
        "GUILDHALL_WORKER_URL": place.urls["worker"],
        "GUILDHALL_IDENTITY_URL": place.urls["identity"],
        "GUILDHALL_CONSOLE_URL": place.urls["console"],
        "GUILDHALL_CONSOLE_DIRECTORY": str(place.directory / "console"),
        "GUILDHALL_CLIENT_SECRET": place.console_secret,
    }


SETTINGS: dict[str, Callable[[Place], Settings]] = {
    "members": _members,
    "worker": _reporting,
    "reporting": _reporting,
}
"""Processes that need more than their database and Kafka."""

SERVICES: dict[str, Service] = (
    {"identity": Service("deploy.identity", _identity)}
    | {
        process: Service(module, SETTINGS.get(process, partial(_servers, process)))
        for process, module in PROCESSES.items()
    }
    | {"console": Service("services.console", _console)}
)
"""In the order in which they start: the identity provider, the contexts' processes, the pages."""

INHERITED = ("PATH", "HOME", "GUILDHALL_LOG_LEVEL")
OF_FONTS = ("GUILDHALL_CACHE", "GUILDHALL_FONTS", "XDG_CACHE_HOME")
"""Where reporting keeps and finds the fonts of PDFs."""


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
        "GUILDHALL_ISSUER": place.issuer,
        "GUILDHALL_JWKS_URL": f"{place.issuer}/jwks",
        "GUILDHALL_SIMULATED_CLOCK": "true" if place.simulated else "false",
        **SERVICES[name].settings(place),
        **more,
    }
