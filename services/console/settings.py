"""What the console must be told, from the environment (`GUILDHALL_…`) or /run/secrets."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.service.settings import SECRETS


class ConsoleSettings(BaseSettings):
    """The console's settings. `console_url` is the address that browsers use; where it is https,
    cookies are for https alone. `session_key` (64 hex digits) is shared by several consoles;
    without one, it is made in `console_directory`. `identity_url`: where people are enrolled when a
    union is begun, of the development provider alone. `provider_url`: where this process reaches
    the issuer, where that is another address than the browsers'. `demo_url`: where the pages of the
    simulated demo union are, where it is shown beside."""

    model_config = SettingsConfigDict(
        env_prefix="GUILDHALL_",
        frozen=True,
        extra="ignore",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    members_url: str
    benefits_url: str
    events_url: str
    reporting_url: str
    worker_url: str
    identity_url: str | None = None
    provider_url: str | None = None
    demo_url: str = ""
    console_url: str
    console_directory: Path | None = None
    session_key: str | None = Field(default=None, min_length=64, max_length=64)
    issuer: str
    jwks_url: str
    audience: str = "guildhall"
    client_id: str = "console"
    client_secret: str
    scope: str = "openid"
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    log_level: str = "INFO"
    stop_seconds: float = 20.0

    @property
    def services(self) -> dict[str, str]:
        """The address of each service that is asked, by its process; `identity` where people are
        enrolled."""
        enrolling = {"identity": self.identity_url} if self.identity_url else {}
        return enrolling | {
            "members": self.members_url,
            "benefits": self.benefits_url,
            "events": self.events_url,
            "reporting": self.reporting_url,
            "worker": self.worker_url,
        }
