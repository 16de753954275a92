"""Become a server process: leave root, be told when the parent dies, then exec.

Run as a script by :mod:`deploy.embedded.child`, before any import of the project, so it uses the
standard library alone. Its process id stays the server's process id.

    launch.py PARENT SIGNAL UID GID CAPABILITY SHOWN_UID SHOWN_GID COMMAND [ARGUMENT ...]
    launch.py PARENT SIGNAL UID GID CAPABILITY SHOWN_UID SHOWN_GID reach DIRECTORY [PROGRAM ...]

-1 keeps the ``UID``, no ``CAPABILITY``, and stays in this user namespace. ``reach`` starts nothing:
its exit status is 0 when that account may enter the directory and execute the programs. Exit status
111: nothing was started, and the output says why.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# <linux/prctl.h>, <linux/securebits.h>, <linux/capability.h> and <linux/sched.h>
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(f"{name}: {os.strerror(code)}")


@contextmanager
def _saying(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(f"{what}: {error.strerror}") from error


def _leave_root(uid: int, gid: int, capability: int) -> None:
    if capability >= 0:
        # PostgreSQL asks access(2) whether its programs may be run, and that leaves out what a
        # process may that is not root, except under this bit: capabilities(7). Exec keeps it.
        _call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    with _saying(f"cannot become uid {uid}"):
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if capability >= 0:
        # Permitted, effective and inheritable, then ambient: that is what survives exec for an
        # ordinary program. Every other capability of root is gone.
        bits = 1 << capability
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        data = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
        _call("capset", header, data)
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _show_as(uid: int, gid: int) -> None:
    """Be shown under another id to ourselves, in a user namespace: what we own, we still own.

    The exec that follows leaves no capability, not even over the namespace.
    """
    own_uid, own_gid = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    with _saying(f"cannot be shown as uid {uid}"):
        # user_namespaces(7): a group is mapped only once setgroups(2) is given up.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{gid} {own_gid} 1")
        Path("/proc/self/uid_map").write_text(f"{uid} {own_uid} 1")


def _reach(directory: str, *programs: str) -> None:
    """Ask as PostgreSQL does; name the first place on the way that is closed."""
    for name, asked in ((directory, os.X_OK), *((name, os.R_OK | os.X_OK) for name in programs)):
        if not os.access(name, asked):
            way = (*reversed(Path(name).parents), Path(name))
            closed = next((part for part in way if not os.access(part, os.X_OK)), name)
            raise OSError(f"it may not enter or execute {closed}")


def main(arguments: list[str]) -> None:
    """Do not return: exec the command, or exit."""
    parent, death_signal, uid, gid, capability, shown_uid, shown_gid = map(int, arguments[:7])
    command = arguments[7:]
    try:
        if uid >= 0:
            _leave_root(uid, gid, capability)
        if shown_uid >= 0:
            _show_as(shown_uid, shown_gid)
        if command[0] == "reach":
            _reach(*command[1:])
            sys.exit(0)
        # After setresuid: changing the account clears the death signal.
        _call("prctl", PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            raise OSError(f"the process that asked for this server, {parent}, has ended")
        os.execv(command[0], command)
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        sys.exit(111)


if __name__ == "__main__":
    main(sys.argv[1:])
