"""A server process is started by a script that needs nothing, and says why where it is not."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from deploy.embedded.child import LAUNCH, OWN_ACCOUNT, Account

ROOT = os.geteuid() == 0
NOBODY = 65534


def launch(
    *command: str | Path, account: Account = OWN_ACCOUNT, parent: int | None = None
) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-I", "-S", LAUNCH, parent or os.getpid(), int(signal.SIGKILL)]
    return subprocess.run(
        [*map(str, words), *account.words, *map(str, command)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        timeout=60,
    )


def test_the_command_takes_the_script_s_place_with_its_arguments_and_its_status() -> None:
    done = launch("/bin/sh", "-c", 'echo "$0 $1"; exit 7', "名 a", "b")
    assert (done.returncode, done.stdout, done.stderr) == (7, "名 a b\n", "")


def test_a_program_that_is_not_there_is_said() -> None:
    done = launch("/no/such/程序")
    assert done.returncode == 111
    assert done.stderr.startswith("cannot start /no/such/程序: ")


def test_who_was_asked_for_by_a_process_that_is_gone_is_not_started(tmp_path: Path) -> None:
    made = tmp_path / "made"
    done = launch("/bin/touch", made, parent=2**22 + 1)
    assert done.returncode == 111
    assert "has ended" in done.stderr
    assert not made.exists()


def test_what_is_within_reach_is_status_0_and_starts_nothing(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\ntouch started\n")
    program.chmod(0o755)
    done = launch("reach", tmp_path, program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["program"]


def test_the_first_place_on_the_way_that_is_closed_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch(mode=0o644)
    done = launch("reach", tmp_path, program)
    assert done.returncode == 111
    assert done.stderr.strip().endswith(f"it may not enter or execute {program}")
    absent = tmp_path / "absent" / "below"
    done = launch("reach", absent)
    assert done.stderr.strip().endswith(f"it may not enter or execute {absent.parent}")


def test_another_account_is_taken_or_it_is_said_that_it_cannot_be() -> None:
    """Root may become anybody, for good; anybody else nobody but themselves."""
    ids = 'echo "$(id -u) $(id -g) $(id -G)"'
    done = launch("/bin/sh", "-c", ids, account=Account(NOBODY, NOBODY))
    if done.returncode == 0:
        assert ROOT or os.getuid() == NOBODY
        assert done.stdout.split() == [str(NOBODY)] * 3
    else:
        assert done.returncode == 111
        assert f"cannot become uid {NOBODY}" in done.stderr


def test_a_server_ends_with_the_process_that_asked_for_it(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys\n"
        "words = [*sys.argv[1:4], sys.argv[4], str(os.getpid()), '9', *['-1'] * 5]\n"
        "child = subprocess.Popen([*words, '/bin/sh', '-c', 'echo $$; exec sleep 60'])\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, sys.executable, "-I", "-S", LAUNCH],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        descriptor = os.pidfd_open(server)
        parent.kill()
    ended, _, _ = select.select([descriptor], [], [], 30)
    os.close(descriptor)
    assert ended, "the server outlived who asked for it"
