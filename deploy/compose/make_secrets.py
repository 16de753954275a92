"""Make the secrets of docker-compose.yml at the first start, and hand each container its own.

``python -m deploy.compose.make_secrets`` runs as the one-shot ``secrets``. What it makes is in a
volume that no other container has; each reader's files are copied into a volume of its own, which
is that container's ``/run/secrets``. What exists is kept.

``docker compose run --rm secrets canteen`` makes also the password of the Kafka principal of an
outside source, ``--show NAME`` prints a secret, and ``--set NAME`` keeps what is on standard input
instead (with ``run -T``), such as a client's secret that your provider of identities chose.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shared.contract.contexts import CONTEXTS

PLACE = Path("/secrets")
MADE = "made"
SOURCES = "sources"
CLIENTS = ("console_client_secret", "reporting_client_secret")
"""Secrets of the clients that the provider of identities knows."""


def _own(context: str) -> dict[str, str]:
    return {
        "guildhall_database_url": f"{context}_database_url",
        "guildhall_kafka_password": f"{context}_kafka_password",
    }


READERS: dict[str, dict[str, str]] = {
    **{context: _own(context) for context in CONTEXTS},
    "members": {**_own("members"), "guildhall_person_key": "person_key"},
    "reporting": {**_own("reporting"), "guildhall_client_secret": "reporting_client_secret"},
    "console": {
        "guildhall_client_secret": "console_client_secret",
        "guildhall_session_key": "session_key",
    },
    "identity": {name: name for name in CLIENTS},
    "kafka": {"kafka_broker_password": "kafka_broker_password"},
    "postgres": {"postgres_password": "postgres_password"},
    "provision": {
        **{f"{context}_database_url": f"{context}_database_url" for context in CONTEXTS},
        **{f"{context}_kafka_password": f"{context}_kafka_password" for context in CONTEXTS},
        "guildhall_kafka_password": "kafka_operator_password",
        "kafka_broker_password": "kafka_broker_password",
        "kafka_operator_password": "kafka_operator_password",
        "postgres_password": "postgres_password",
    },
}
"""The files of each reader, and which secret each of them is. The worker reads reporting's."""


def new_secrets(sources: Iterable[str] = ()) -> dict[str, str]:
    """A new value of every secret by its name; that of an outside source is ``sources/<name>``."""
    made = {
        "postgres_password": secrets.token_urlsafe(24),
        "person_key": secrets.token_hex(32),
        "session_key": secrets.token_hex(32),
        "kafka_broker_password": secrets.token_urlsafe(24),
        "kafka_operator_password": secrets.token_urlsafe(24),
        **{name: secrets.token_urlsafe(32) for name in CLIENTS},
    }
    for name, context in CONTEXTS.items():
        role, password = context.database, secrets.token_urlsafe(24)
        made[f"{name}_database_url"] = f"postgresql://{role}:{password}@postgres:5432/{role}"
        made[f"{name}_kafka_password"] = secrets.token_urlsafe(24)
    return made | {f"{SOURCES}/{source}": secrets.token_urlsafe(24) for source in sources}


def make_secrets(made: Path, sources: Iterable[str] = ()) -> list[str]:
    """Write each secret that is missing to a file of its name, its owner's alone; the names."""
    (made / SOURCES).mkdir(mode=0o700, parents=True, exist_ok=True)
    made.chmod(0o700)
    written = []
    for name, value in new_secrets(sources).items():
        if not (made / name).exists():
            _write(made / name, value, 0o400)
            written.append(name)
    return written


def hand_out(made: Path, place: Path, readers: Mapping[str, Mapping[str, str]] = READERS) -> None:
    """Copy each reader's secrets into its directory, where the container's account reads them."""
    for reader, files in readers.items():
        for file, name in files.items():
            _write(place / reader / file, (made / name).read_text("utf-8"), 0o444)
    for source in (made / SOURCES).iterdir():
        _write(place / "provision" / SOURCES / source.name, source.read_text("utf-8"), 0o444)


def _write(path: Path, value: str, mode: int) -> None:
    path.parent.mkdir(mode=0o755, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(value)
    draft.chmod(mode)
    draft.replace(path)


def run(said: Sequence[str], place: Path = PLACE) -> int:
    """Do what is said; the exit status."""
    parser = argparse.ArgumentParser(prog="secrets", description="the secrets of this installation")
    parser.add_argument("sources", nargs="*", help="outside sources that need a password")
    parser.add_argument("--show", metavar="NAME", help="print this secret")
    parser.add_argument("--set", metavar="NAME", help="keep what is on standard input as this one")
    parser.add_argument("--places", action="store_true", help="make empty places, for the image")
    asked = parser.parse_args(said)
    if asked.places:
        for name in (MADE, *READERS):
            (place / name).mkdir(mode=0o755)
        return 0
    wrong = [name for name in asked.sources if not name.replace("-", "").isalnum()]
    if wrong:
        parser.error(f"no name of a source: {', '.join(wrong)}")
    made = place / MADE
    written = make_secrets(made, asked.sources)
    named = asked.show or asked.set
    if named and named not in known(made):
        parser.error(f"no secret {named}; there are {', '.join(known(made))}")
    if asked.set:
        value = sys.stdin.read().strip()
        if not value:
            parser.error("nothing on standard input")
        _write(made / asked.set, value, 0o400)
    hand_out(made, place)
    if asked.show:
        sys.stdout.write(f"{(made / asked.show).read_text('utf-8')}\n")
    elif written:
        sys.stdout.write(
            f"{len(written)} secrets made. Keep a copy of person_key apart from the backups"
            " (docker compose run --rm secrets --show person_key): without it the person records"
            " cannot be read.\n"
        )
    return 0


def known(made: Path) -> list[str]:
    """The names of what is there."""
    return sorted(str(file.relative_to(made)) for file in made.rglob("*") if file.is_file())


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(run(sys.argv[1:]))
