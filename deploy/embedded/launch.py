"""Become a server process: leave root, be told when the parent dies, then exec.

Run as a script by :mod:`deploy.embedded.child`, before any import of the project, so it uses the
standard library alone. Its process id stays the server's process id.

    launch.py PARENT SIGNAL UID GID CAPABILITY COMMAND [ARGUMENT ...]

``UID`` -1 keeps the account and ``CAPABILITY`` -1 keeps none. Exit status 111: nothing was started.
"""

import ctypes
import os
import sys

# <linux/prctl.h> and <linux/capability.h>
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def _leave_root(uid: int, gid: int, capability: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    if capability >= 0:
        _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setresuid(uid, uid, uid)
    if capability >= 0:
        # Permitted, effective and inheritable, then ambient: that is what survives exec for an
        # ordinary program. Every other capability of root is gone.
        bits = 1 << capability
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        data = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
        _call("capset", header, data)
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def main(arguments: list[str]) -> None:
    """Do not return: exec the command or exit with status 111."""
    parent, death_signal, uid, gid, capability = map(int, arguments[:5])
    command = arguments[5:]
    try:
        if uid >= 0:
            _leave_root(uid, gid, capability)
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
