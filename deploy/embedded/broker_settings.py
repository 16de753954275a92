"""What an embedded broker is told: its server.properties.

Every listener asks who comes. Clients and brokers log in by SCRAM-SHA-512, whose credentials are in
the cluster's metadata; controllers by PLAIN, with the one password that stands in the settings: a
quorum that has no leader yet has no metadata to look a credential up in (KIP-900).
"""

from collections.abc import Mapping
from typing import NamedTuple

from deploy.embedded.manifest import BROKER, super_users

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "inter.broker.listener.name": "CLIENTS",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # The default of 50 partitions each is for clusters; creating them delays the first group.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    # A killed broker may register again only when its old session has run out (default 9 s).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # The owners' event stores can refill a topic, but nothing here should age out by itself.
    "log.retention.ms": "-1",
}
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS}{UTC}Z %p %c{1} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
logger.config.name = org.apache.kafka.common.config.AbstractConfig
logger.config.level = warn
"""


LOGIN = "org.apache.kafka.common.security.{module} required {options};"


class Seat(NamedTuple):
    """A broker's place in a cluster: its name, its node id, and what every member must agree on.

    `voters` is Kafka's list of controllers, ``1@host:port,…``.
    """

    name: str
    node_id: int
    cluster_id: str
    voters: str
    settings: dict[str, str]


def security(listeners: Mapping[str, str], password: str) -> dict[str, str]:
    """Who is let in at each listener; `password` is the brokers' own, in letters of base64url."""
    own = f'username="{BROKER}" password="{password}"'
    plain = f'{own} user_{BROKER}="{password}"'
    settings = {
        "super.users": ";".join(f"User:{name}" for name in super_users()),
        "listener.security.protocol.map": ",".join(f"{name}:SASL_PLAINTEXT" for name in listeners),
    }
    for name in listeners:
        if name == "CONTROLLER":
            mechanism, login = "PLAIN", _login("plain.PlainLoginModule", plain)
        else:
            mechanism, login = "SCRAM-SHA-512", _login("scram.ScramLoginModule", own)
        of = f"listener.name.{name.lower()}."
        settings[f"{of}sasl.enabled.mechanisms"] = mechanism
        settings[f"{of}{mechanism.lower()}.sasl.jaas.config"] = login
    return settings


def _login(module: str, options: str) -> str:
    return LOGIN.format(module=module, options=options)


def as_text(settings: Mapping[str, str]) -> str:
    """Settings as a Java properties file."""
    return "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items())


def listed(listeners: Mapping[str, str]) -> str:
    """Listeners as Kafka writes them, ``NAME://host:port,…``."""
    return ",".join(f"{name}://{address}" for name, address in listeners.items())


def _escaped(value: str) -> str:
    """Return a value for a Java properties file, which is read as ISO 8859-1."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(unit) if unit < 128 else f"\\u{unit:04x}" for unit in pairs)
