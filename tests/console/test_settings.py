"""What the console must be told."""

import pytest
from pydantic import ValidationError

from services.console.settings import ConsoleSettings

TOLD = {
    "MEMBERS_URL": "http://m", "BENEFITS_URL": "http://b", "EVENTS_URL": "http://e",
    "REPORTING_URL": "http://r", "WORKER_URL": "http://w", "CONSOLE_URL": "https://c",
    "ISSUER": "https://i", "JWKS_URL": "https://i/jwks", "CLIENT_SECRET": "s", "HTTP_PORT": "1",
}  # fmt: skip


def test_it_knows_every_service_by_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOLD.items():
        monkeypatch.setenv(f"GUILDHALL_{name}", value)
    settings = ConsoleSettings()
    assert settings.services["reporting"] == "http://r"
    assert set(settings.services) == {"members", "benefits", "events", "reporting", "worker"}


@pytest.mark.parametrize("key", ["", "00", "g"])
def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    for name, value in TOLD.items():
        monkeypatch.setenv(f"GUILDHALL_{name}", value)
    monkeypatch.setenv("GUILDHALL_SESSION_KEY", key)
    with pytest.raises(ValidationError):
        ConsoleSettings()
