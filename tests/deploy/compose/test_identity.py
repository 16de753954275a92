"""The trial's provider: its clients have the secrets that were made; it ends with its gateway."""

import asyncio
from pathlib import Path

import pytest

from deploy.compose import identity
from deploy.compose.make_secrets import MADE, hand_out, make_secrets
from deploy.identity.__main__ import IdentitySettings, NotForProduction
from deploy.identity.registrations import clients_in, passcode_in

CONSOLE = "http://127.0.0.1:8080"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    make_secrets(tmp_path / MADE)
    hand_out(tmp_path / MADE, tmp_path)
    return tmp_path / "identity"


def test_its_clients_have_the_secrets_that_were_made(secrets: Path, tmp_path: Path) -> None:
    directory = tmp_path / "provider"
    passcode = identity.prepare(directory, secrets, CONSOLE)
    clients = clients_in(directory)
    assert clients["console"].redirect_uris == (f"{CONSOLE}/sign-in/callback",)
    for name in ("console", "reporting"):
        assert clients[name].secret == (tmp_path / MADE / f"{name}_client_secret").read_text()
    assert passcode == passcode_in(directory)
    assert identity.prepare(directory, secrets, CONSOLE) == passcode


async def test_how_to_sign_in_is_said_once_and_only_when_the_pages_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    every = len(identity.EVERYTHING)
    starting = [200] * (every - 1) + [503]
    answers = [503] * every + starting + [200] * every + [200, 0, 0, 200, 0, 0, 0, 0]
    said: list[str] = []

    async def status(url: str, path: str) -> int:
        said.append(capsys.readouterr().out)
        answer = answers.pop(0)
        if not answer:
            raise ConnectionRefusedError
        return answer

    monkeypatch.setattr(identity, "http_status", status)
    monkeypatch.setattr(identity, "WATCH_SECONDS", 0.0)
    await asyncio.wait_for(identity.until_gone(CONSOLE, "open it"), 5)
    assert answers == [], "one that is away for a moment is not gone"
    assert "".join(said[: 3 * every]) == "" and "".join(said) == "open it\n"


@pytest.mark.parametrize(("env", "host"), [("prod", "127.0.0.1"), ("dev", "0.0.0.0")])
async def test_it_answers_no_other_address_here_either(
    secrets: Path, tmp_path: Path, env: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDHALL_CONSOLE_URL", CONSOLE)
    monkeypatch.setenv("GUILDHALL_GATEWAY", "http://127.0.0.1:9")
    settings = IdentitySettings(
        env=env, issuer=f"{CONSOLE}/_identity", identity_directory=tmp_path / "p", http_host=host,
        http_port=0,
    )  # fmt: skip
    with pytest.raises(NotForProduction):
        await identity.run(settings, secrets)
