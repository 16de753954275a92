"""How a client is let into Kafka: where the brokers are, over which transport, as which principal.

Every client of ours is made with `KafkaAccess.client()`. As settings it is `GUILDHALL_KAFKA` and
`GUILDHALL_KAFKA_<field>`; passwords and keys are files, never values.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

PREFIX = "GUILDHALL_KAFKA"
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
SCRAM = "SCRAM-SHA-512"


class KafkaAccess(NamedTuple):
    """Bootstrap servers (`host:port,…`) and what they ask of a client.

    `protocol` is Kafka's security.protocol, `mechanism` its SASL mechanism. `ca_file` holds the
    certificates that sign the brokers' (PEM; without it the system's), `cert_file` and `key_file`
    are a client certificate.
    """

    servers: str
    protocol: str = "PLAINTEXT"
    mechanism: str = SCRAM
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "KafkaAccess | None":
        """What the settings name; None where they name no servers. Raises ValueError."""
        servers = environment.get(PREFIX)
        if not servers:
            return None
        given: dict[str, Any] = {
            field: Path(value) if field.endswith("_file") else value
            for field in cls._fields[1:]
            if (value := environment.get(f"{PREFIX}_{field.upper()}"))
        }
        access = cls(servers, **given)
        access.check()
        return access

    @property
    def settings(self) -> dict[str, str]:
        """The settings that name this access: environment variables, no secret among them."""
        servers, *fields = self._asdict().items()
        named = {f"{PREFIX}_{name.upper()}": str(value) for name, value in fields if value}
        return {PREFIX: servers[1], **named}

    @property
    def is_sasl(self) -> bool:
        """Whether the client says who it is by a SASL mechanism."""
        return self.protocol.startswith("SASL_")

    @property
    def keeps_passwords(self) -> bool:
        """Whether these brokers keep passwords that we can set: SCRAM-SHA-512."""
        return self.is_sasl and self.mechanism == SCRAM

    def check(self) -> None:
        """Raise ValueError where the fields contradict one another or a file is not readable."""
        if self.protocol not in PROTOCOLS:
            raise ValueError(f"{PREFIX}_PROTOCOL is {self.protocol!r}, none of {PROTOCOLS}")
        if self.mechanism not in MECHANISMS:
            raise ValueError(f"{PREFIX}_MECHANISM is {self.mechanism!r}, none of {MECHANISMS}")
        named = bool(self.user), self.password_file is not None
        if named != (self.is_sasl, self.is_sasl):
            raise ValueError(
                f"{self.protocol} takes {'' if self.is_sasl else 'no '}{PREFIX}_USER and"
                f" {PREFIX}_PASSWORD_FILE"
            )
        if not self.protocol.endswith("SSL") and (self.ca_file or self.cert_file or self.key_file):
            raise ValueError(f"{PREFIX}_PROTOCOL {self.protocol} takes no certificates")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError(f"{PREFIX}_CERT_FILE and {PREFIX}_KEY_FILE go together")
        try:
            self.client()
        except OSError as why:  # ssl.SSLError is one
            raise ValueError(f"a file of {PREFIX}_… is not usable: {why}") from why

    def client(self) -> dict[str, Any]:
        """The arguments of aiokafka's clients.

        The files are read anew each time: a client that is made after a rotation has the new
        password. Raises OSError.
        """
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
        }
        if self.protocol.endswith("SSL"):
            arguments["ssl_context"] = self._tls()
        if self.is_sasl:
            assert self.password_file is not None
            arguments["sasl_mechanism"] = self.mechanism
            arguments["sasl_plain_username"] = self.user
            arguments["sasl_plain_password"] = self.password_file.read_text("utf-8").strip()
        return arguments

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context
