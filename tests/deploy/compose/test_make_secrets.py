"""The compose file's secrets are made once, each its own, and what exists is kept."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from deploy.compose import make_secrets as module
from deploy.compose.make_secrets import make_secrets
from shared.contract.contexts import CONTEXTS
from tests.deploy.embedded.test_compose import COMPOSE


def made_in(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


def test_secrets_are_made_once_and_are_private_on_the_host(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    written = make_secrets(directory)
    files = made_in(directory)
    assert set(written) == set(files) == set(COMPOSE["secrets"])
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert len(set(files.values())) == len(files)
    assert make_secrets(directory) == []
    assert made_in(directory) == files


def test_each_service_has_a_role_a_database_and_a_password_of_its_own(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    for service, context in CONTEXTS.items():
        url = urlsplit((tmp_path / f"{service}_database_url").read_text())
        assert (url.username, url.path) == (context.database, f"/{context.database}")
        assert url.password and len(url.password) >= 32
    assert re.fullmatch(r"[0-9a-f]{64}", (tmp_path / "person_key").read_text())


def test_an_outside_source_has_a_password_that_the_containers_reach(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    assert make_secrets(tmp_path, ["canteen", "printer"]) == ["sources/canteen", "sources/printer"]
    assert make_secrets(tmp_path, ["canteen"]) == []
    passwords = {(tmp_path / "sources" / name).read_text() for name in ("canteen", "printer")}
    assert len(passwords) == 2
    assert stat.S_IMODE((tmp_path / "sources").stat().st_mode) == 0o755
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_one_that_was_lost_is_made_anew_and_the_others_are_kept(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "postgres_password").unlink()
    before = (tmp_path / "person_key").read_text()
    assert make_secrets(tmp_path) == ["postgres_password"]
    assert (tmp_path / "person_key").read_text() == before


def test_the_containers_accounts_read_the_files_and_an_open_directory_is_closed(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    for name in make_secrets(tmp_path):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o444
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_the_script_needs_nothing_installed() -> None:
    """Run with no site packages, from elsewhere; it stops before it writes anything."""
    code = f"import runpy; runpy.run_path({module.__file__!r}, run_name='looked at')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
