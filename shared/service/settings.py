"""Every setting of a service, from the environment (`GUILDHALL_…`) or from files in /run/secrets.

No default would be wrong in production: what must be known is required.
"""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contract.contexts import RELAY_PROCESSES
from shared.kafka.access import SCRAM, KafkaAccess

SECRETS = Path("/run/secrets")


class Settings(BaseSettings):
    """One service's settings. `database_url` names this service's own database and role."""

    model_config = SettingsConfigDict(
        env_prefix="GUILDHALL_",
        frozen=True,
        extra="ignore",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    database_url: str
    kafka: str
    kafka_protocol: str = "PLAINTEXT"
    kafka_mechanism: str = SCRAM
    kafka_user: str = ""
    kafka_password_file: Path | None = None
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    issuer: str
    jwks_url: str
    audience: str = "guildhall"
    simulated_clock: bool = False
    log_level: str = "INFO"
    stop_seconds: float = 20.0
    relay_poll_seconds: float = 0.2
    relay_batch_events: int = 2000

    @property
    def kafka_access(self) -> KafkaAccess:
        """How this service is let into Kafka."""
        return KafkaAccess(
            self.kafka,
            self.kafka_protocol,
            self.kafka_mechanism,
            self.kafka_user,
            self.kafka_password_file,
            self.kafka_ca_file,
            self.kafka_cert_file,
            self.kafka_key_file,
        )

    @model_validator(mode="after")
    def _check_kafka(self) -> Self:
        self.kafka_access.check()
        return self


class OwnerSettings(Settings):
    """Settings of `members`, which also holds person records, encrypted under this key (hex)."""

    person_key: str = Field(min_length=64, max_length=64)


class ReportingSettings(Settings):
    """Settings of reporting: where the owners answer, and its own client secret. `cache` is where
    the fonts of PDFs are kept once fetched, `fonts` a folder of fonts that come first."""

    members_url: str
    benefits_url: str
    events_url: str
    worker_url: str
    token_url: str
    client_secret: str
    sources_file: Path | None = None
    reconcile_seconds: float = 15.0
    reconcile_patience_seconds: float = 10.0
    stall_seconds: float = 60.0
    batch_records: int = 4000
    quarantine_limit: int = 10_000
    cache: Path | None = None
    fonts: Path | None = None
    rebuild_processes: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)

    @property
    def owners(self) -> dict[str, str]:
        """Where each context answers for its log; reporting's own is the worker's."""
        return {name: getattr(self, f"{process}_url") for name, process in RELAY_PROCESSES.items()}
