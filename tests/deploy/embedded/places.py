"""Places where a newcomer may keep the project, and what root may lack there."""

import contextlib
import ctypes
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.postgres import programs_directory

# <linux/prctl.h>, <linux/sched.h> and <linux/capability.h>
PR_CAPBSET_DROP = 24
CLONE_NEWUSER = 0x10000000
DAC_OVERRIDE, DAC_READ_SEARCH, SETPCAP, SETFCAP = 1, 2, 8, 31

# How PostgreSQL may come to run.
AS_ITSELF = "as whoever started it"
AS_NOBODY = "as nobody"
READING = "as nobody who may read everything"
WRITING = "as nobody who may write everything"
DISGUISED = "as root without a capability, in a user namespace"
REFUSED = "not at all"


@dataclass(frozen=True)
class Place:
    """Where the project is: the mode of its directory, whether its programs are `private` (as under
    umask 077), and what root lacks there.

    `alone`: we become root of a user namespace that knows no other id. `ways` are those in which
    PostgreSQL may run there, of which it is to take the first that this machine grants.
    """

    name: str
    ways: tuple[str, ...]
    mode: int = 0o755
    private: bool = False
    lacking: tuple[int, ...] = ()
    alone: bool = False


def furnish(directory: Path, place: Place) -> Path:
    """Lay out a project with PostgreSQL's programs; return its directory."""
    project = directory / "工会 项目"
    project.mkdir()
    source = programs_directory().parents[1]
    for name in ("__init__.py", "pginstall18"):
        _copy(source / name, project / source.name / name, link=not place.private)
    libraries = f"{source.name}.libs"
    _copy(source.with_name(libraries), project / libraries, link=not place.private)
    if place.private:
        for path in (project, *project.rglob("*")):
            if not path.is_symlink():
                path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
    project.chmod(place.mode)
    return project


def _copy(source: Path, target: Path, *, link: bool) -> None:
    """Copy what there is; by hard links where modes stay as they are and the file system can."""

    def copy(one: str, other: str) -> None:
        try:
            (os.link if link else shutil.copy2)(one, other)
        except OSError:  # another file system, or links to others' files are forbidden
            shutil.copy2(one, other)

    target.parent.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=copy)
    elif source.exists():
        copy(str(source), str(target))


def enter(place: Place) -> Callable[[], None]:
    """What a process does between fork and exec to be in that place."""

    def become() -> None:
        if place.alone:
            _become_root_of_a_namespace()
        for capability in place.lacking:
            _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)

    return become


def _become_root_of_a_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)


def granted() -> set[str]:
    """The ways that this machine grants this account."""
    ways = {AS_NOBODY, REFUSED} if os.geteuid() == 0 else {AS_ITSELF, REFUSED}
    held = _permitted() if os.geteuid() == 0 else 0
    for way, capability in ((READING, DAC_READ_SEARCH), (WRITING, DAC_OVERRIDE)):
        if held >> capability & held >> SETPCAP & 1:
            ways.add(way)
    with contextlib.suppress(subprocess.SubprocessError):  # many containers forbid namespaces
        subprocess.run(["/bin/true"], preexec_fn=_become_root_of_a_namespace, check=True)
        ways.add(DISGUISED)
    return ways


def _permitted() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("CapPrm:")[2].split()[0], 16)


def way_of(pid: int) -> str:
    """The way in which a process runs, as the kernel tells."""
    status = Path(f"/proc/{pid}/status").read_text()
    uid, capabilities = (status.partition(name)[2].split()[0] for name in ("Uid:", "CapEff:"))
    same = Path(f"/proc/{pid}/ns/user").readlink() == Path("/proc/self/ns/user").readlink()
    shown = {0: AS_NOBODY, 1 << DAC_READ_SEARCH: READING, 1 << DAC_OVERRIDE: WRITING}
    if int(uid) == os.geteuid():
        assert int(capabilities, 16) == 0
        return AS_ITSELF if same else DISGUISED
    assert int(uid) == pwd.getpwnam("nobody").pw_uid
    return shown[int(capabilities, 16)]
