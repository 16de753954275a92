"""A service that says who it is and waits: what the fork server starts in tests."""

import os
import signal
import sys

print(__name__, sys.argv, os.environ.get("MINE"), os.getsid(0) == os.getpid(), flush=True)
if os.environ.get("STATUS"):
    sys.exit(int(os.environ["STATUS"]))
signal.pause()
