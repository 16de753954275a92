"""Make the secrets of docker-compose.yml, once: ``python3 deploy/compose/make_secrets.py``.

With names, ``… make_secrets.py canteen``, also a password for the Kafka principal of each of these
outside sources. Standard library alone: the host needs nothing but Docker and Python. What exists
is kept.
"""

import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script: its checkout is not importable yet

from shared.contract.contexts import CONTEXTS

DIRECTORY = Path(__file__).parent / "secrets"


def make_secrets(directory: Path = DIRECTORY, sources: Iterable[str] = ()) -> list[str]:
    """Write each secret that is missing to a file of its name; return the names written.

    That of an outside source is ``sources/<name>``.
    """
    # Compose mounts the files with their own mode and the containers' accounts must read them;
    # on the host the directory keeps everybody else out.
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    # Mounted as a directory: the one above keeps the host's other accounts out.
    (directory / "sources").mkdir(mode=0o755, exist_ok=True)
    (directory / "sources").chmod(0o755)
    wanted = {
        "postgres_password": secrets.token_urlsafe(24),
        "reporting_client_secret": secrets.token_urlsafe(32),
        "person_key": secrets.token_hex(32),
        "kafka_broker_password": secrets.token_urlsafe(24),
        "kafka_operator_password": secrets.token_urlsafe(24),
    }
    for name, context in CONTEXTS.items():
        role, password = context.database, secrets.token_urlsafe(24)
        wanted[f"{name}_database_url"] = f"postgresql://{role}:{password}@postgres:5432/{role}"
        wanted[f"{name}_kafka_password"] = secrets.token_urlsafe(24)
    wanted |= {f"sources/{source}": secrets.token_urlsafe(24) for source in sources}
    written = []
    for name, value in wanted.items():
        path = directory / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as file:
                file.write(value)
            path.chmod(0o444)
            written.append(name)
    return written


if __name__ == "__main__":
    for made in make_secrets(sources=sys.argv[1:]):
        print(f"{DIRECTORY / made}")
    print(
        "\nGive the identity provider a client `reporting` with the secret in "
        "reporting_client_secret and the role `operator`.\nKeep a copy of person_key apart from "
        "the backups: without it the person records cannot be read."
    )
