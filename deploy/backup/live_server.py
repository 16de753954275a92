"""The live server: the embedded one of a stack's directory, or one named by its DSN."""

import json
from pathlib import Path
from urllib.parse import quote

from deploy.backup.archive import BackupError
from deploy.embedded.directory import is_free
from deploy.embedded.postgres import SUPERUSER


def live_server(data: Path, named: str | None = None) -> str:
    """The administrator's DSN: `named`, else that of the embedded server that runs in `data`.

    Raises BackupError where none runs there.
    """
    if named:
        return named
    try:
        port = json.loads((data / "ports.json").read_text("utf-8"))["postgres"]
        password = json.loads((data / "passwords.json").read_text("utf-8"))[SUPERUSER]
    except (OSError, KeyError, TypeError, ValueError) as why:
        raise BackupError(
            f"no embedded PostgreSQL was ever started in {data}: name the directory with --data, or"
            " a server of your own with --database-url"
        ) from why
    if is_free(port):
        raise BackupError(f"the PostgreSQL of {data} does not run: `guildhall up --data {data}`")
    return f"postgresql://{SUPERUSER}:{quote(password, safe='')}@127.0.0.1:{port}/postgres"


def database_of(server: str, database: str) -> str:
    """The DSN of another database of a server."""
    address, mark, options = server.partition("?")  # an option may hold a path: host=/run/…
    return f"{address.rpartition('/')[0]}/{database}{mark}{options}"
