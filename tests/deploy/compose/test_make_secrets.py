"""The compose file's secrets are made once, and each reader is handed its own alone."""

import io
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.compose.make_secrets import MADE, READERS, hand_out, known, make_secrets, run
from shared.contract.contexts import CONTEXTS


def made_in(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


def test_secrets_are_made_once_and_are_their_makers_alone(tmp_path: Path) -> None:
    directory = tmp_path / MADE
    written = make_secrets(directory)
    files = made_in(directory)
    assert set(written) == set(files) == {name for of in READERS.values() for name in of.values()}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE((directory / name).stat().st_mode) for name in files} == {0o400}
    assert len(set(files.values())) == len(files)
    assert make_secrets(directory) == []
    assert made_in(directory) == files


def test_each_service_has_a_role_a_database_and_a_password_of_its_own(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    for service, context in CONTEXTS.items():
        url = urlsplit((tmp_path / f"{service}_database_url").read_text())
        assert (url.username, url.path) == (context.database, f"/{context.database}")
        assert url.password and len(url.password) >= 32
    for key in ("person_key", "session_key"):
        assert re.fullmatch(r"[0-9a-f]{64}", (tmp_path / key).read_text())


def test_each_reader_is_handed_its_own_and_no_other(tmp_path: Path) -> None:
    make_secrets(tmp_path / MADE, ["canteen"])
    for _ in range(2):
        hand_out(tmp_path / MADE, tmp_path)
    for reader, files in READERS.items():
        assert set(made_in(tmp_path / reader)) == set(files)
        for file, name in files.items():
            assert (tmp_path / reader / file).read_text() == (tmp_path / MADE / name).read_text()
            assert stat.S_IMODE((tmp_path / reader / file).stat().st_mode) == 0o444
    handed = list(tmp_path.rglob("sources/canteen"))
    assert [str(each.relative_to(tmp_path)) for each in sorted(handed)] == [
        "made/sources/canteen",
        "provision/sources/canteen",
    ]


def test_one_that_was_lost_is_made_anew_and_the_others_are_kept(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "postgres_password").unlink()
    before = (tmp_path / "person_key").read_text()
    assert make_secrets(tmp_path) == ["postgres_password"]
    assert (tmp_path / "person_key").read_text() == before


def test_the_first_run_says_what_to_keep_and_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([], tmp_path) == 0
    said = capsys.readouterr().out
    assert "person_key" in said
    assert not [each for each in made_in(tmp_path / MADE).values() if each in said]
    assert run([], tmp_path) == 0
    assert capsys.readouterr().out == ""


def test_a_source_has_a_password_that_is_shown_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["canteen", "printer"], tmp_path) == 0
    capsys.readouterr()
    assert run(["--show", "sources/canteen"], tmp_path) == 0
    kept = (tmp_path / "provision" / "sources" / "canteen").read_text()
    assert capsys.readouterr().out == f"{kept}\n"
    assert known(tmp_path / MADE)[-2:] == ["sources/canteen", "sources/printer"]


def test_a_secret_that_was_chosen_elsewhere_is_kept_and_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("of the provider\n"))
    assert run(["--set", "reporting_client_secret"], tmp_path) == 0
    assert (tmp_path / "reporting" / "guildhall_client_secret").read_text() == "of the provider"
    assert (tmp_path / "identity" / "reporting_client_secret").read_text() == "of the provider"


@pytest.mark.parametrize(
    "said",
    [["--show", "no_such"], ["--show", "../made/person_key"], ["--set", "x"], ["../x"], ["a/b"]],
)
def test_what_names_no_secret_is_refused(
    said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x"))
    with pytest.raises(SystemExit) as why:
        run(said, tmp_path)
    assert why.value.code == 2


def test_the_image_has_a_place_for_each_reader_and_no_secret(tmp_path: Path) -> None:
    assert run(["--places"], tmp_path) == 0
    assert {each.name for each in tmp_path.iterdir()} == {MADE, *READERS}
    assert not list(tmp_path.rglob("*/*"))


def test_nothing_on_standard_input_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([], tmp_path)
    before = made_in(tmp_path / MADE)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(SystemExit):
        run(["--set", "person_key"], tmp_path)
    assert made_in(tmp_path / MADE) == before
