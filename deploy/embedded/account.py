"""Under which account PostgreSQL runs: never root, which it refuses."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.child import LAUNCH, OWN_ACCOUNT, Account
from deploy.embedded.errors import EmbeddedError

UNPRIVILEGED = "nobody"
PROGRAMS = ("initdb", "postgres")
# <linux/capability.h>
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL = 0, 1, 2, 5
NEEDED = {"CHOWN": CAP_CHOWN, "KILL": CAP_KILL}
"""To hand it its data, and to stop it."""


def postgres_account(data: Path, programs: Path) -> Account:
    """Return the account for PostgreSQL: our own, or when we are root an unprivileged one.

    As root it is the first that reaches the data and the programs, of these: the owner of existing
    data, else ``nobody``; the same, that may also read everything; the same, that may also write
    everything; root itself without a capability, shown as ``nobody`` in a user namespace.

    Raises :class:`EmbeddedError` when the data belong to somebody else, and when there is no such
    account: the message tells what was tried.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise EmbeddedError(
                f"cannot start PostgreSQL in {data}: its data belong to uid {owner}, this is uid "
                f"{os.geteuid()}; start it as that user, or choose another directory"
            )
        return OWN_ACCOUNT
    tried = []
    for way, account in _accounts(owner):
        obstacle = _obstacle(account, [data.parent, *(programs / name for name in PROGRAMS)])
        if obstacle is None:
            return account
        tried.append(f"\n  {way}: {obstacle}")
    raise EmbeddedError(
        f"PostgreSQL refuses to run as root, and here no other account can run it in {data}:"
        f"{''.join(tried)}\nRun as an ordinary user, or keep the project and its data where others "
        "may enter"
    )


def _accounts(owner: int | None) -> Iterator[tuple[str, Account]]:
    """The accounts to try on data of this ``owner``, the least powerful first."""
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and this machine has no unprivileged account "
            f"{owner or UNPRIVILEGED!r}: run as an ordinary user"
        ) from error
    uid, gid, name = entry.pw_uid, entry.pw_gid, entry.pw_name
    if owner != 0:
        yield f"as {name}", Account(uid, gid)
        yield f"as {name} with CAP_DAC_READ_SEARCH", Account(uid, gid, CAP_DAC_READ_SEARCH)
        # Containers often have no other: https://docs.docker.com/engine/containers/run/
        yield f"as {name} with CAP_DAC_OVERRIDE", Account(uid, gid, CAP_DAC_OVERRIDE)
    if not owner:
        # Where no other id is to be had: root of a namespace with a single one, or without SETUID.
        yield f"as {name} in a user namespace", Account(shown_uid=uid, shown_gid=gid)


def _obstacle(account: Account, paths: list[Path]) -> str | None:
    """Return what keeps this account from these paths, or us from it: asked, not computed.

    What a file system or a container forbids does not show in the modes.
    """
    lacking = [name for name, number in NEEDED.items() if not _has_capability(number)]
    if account.uid >= 0 and lacking:
        return f"this root has not the capability {' and '.join(lacking)}"
    asked = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCH, str(os.getpid()), str(int(signal.SIGKILL)),
         *account.words, "reach", *paths],
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    if asked.returncode == 0:
        return None
    said = asked.stderr.decode(errors="replace").strip().splitlines()
    return said[-1].removeprefix("cannot start reach: ") if said else f"status {asked.returncode}"


def _has_capability(number: int) -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False
