"""Under which account PostgreSQL runs: never root, which it refuses."""

import os
import pwd
import stat
from pathlib import Path

from deploy.embedded.child import OWN_ACCOUNT, Account
from deploy.embedded.errors import EmbeddedError

UNPRIVILEGED = "nobody"
# <linux/capability.h>
CAP_DAC_OVERRIDE = 1  # pass file permission checks
CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID = 0, 5, 6, 7


def postgres_account(data: Path, programs: Path) -> Account:
    """Return the account for PostgreSQL: our own, or when we are root an unprivileged one.

    As root it is the owner of existing data, else ``nobody``. Where that account cannot reach the
    data or the programs (a checkout under /root), it keeps the one capability to pass file
    permission checks.

    Raises :class:`EmbeddedError` when the data belong to somebody else, and when root here has no
    such capability to give.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise EmbeddedError(
                f"cannot start PostgreSQL in {data}: its data belong to uid {owner}, this is uid "
                f"{os.geteuid()}; start it as that user, or choose another directory"
            )
        return OWN_ACCOUNT
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and this machine has no unprivileged account "
            f"{owner or UNPRIVILEGED!r}: run as an ordinary user"
        ) from error
    if not all(map(_has_capability, (CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID))):
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and this root may not become another user (it has "
            "not the capabilities CHOWN, KILL, SETGID and SETUID): run as an ordinary user"
        )
    unreachable = _unreachable(entry, data.parent) or _unreachable(entry, programs)
    if unreachable is None:
        return Account(entry.pw_uid, entry.pw_gid)
    if not _has_capability(CAP_DAC_OVERRIDE):
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and {entry.pw_name} may not enter {unreachable}: "
            "run as an ordinary user, or keep the project and its data where others may enter "
            f"(chmod o+x {unreachable})"
        )
    return Account(entry.pw_uid, entry.pw_gid, CAP_DAC_OVERRIDE)


def _unreachable(entry: pwd.struct_passwd, path: Path) -> Path | None:
    """Return the first directory on the way to ``path`` that this account may not enter."""
    path = path.resolve()
    for directory in (*reversed(path.parents), path):
        status = directory.stat()
        if status.st_uid == entry.pw_uid:
            needed = stat.S_IXUSR
        elif status.st_gid == entry.pw_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return directory
    return None


def _has_capability(number: int) -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False
