"""How late a machine wakes who asks for it: what each step of a longer way waits for a core, or for
the host to run the machine at all, whatever the step does. The method of jHiccup.

    python -m tests.benchmarks.hiccups

measures until a line comes on stdin, then prints as JSON how many milliseconds late each waking
was.
"""

import json
import sys
import threading
import time

EVERY_SECONDS = 0.002


def measure(until: threading.Event) -> list[float]:
    """Milliseconds each waking was late, until it is set."""
    late: list[float] = []
    while not until.is_set():
        due = time.monotonic() + EVERY_SECONDS
        time.sleep(EVERY_SECONDS)
        late.append((time.monotonic() - due) * 1000)
    return late


def main() -> None:
    """Measure until told to stop, and say it."""
    told = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        told.set()

    threading.Thread(target=listen, daemon=True).start()
    print(json.dumps(measure(told)), flush=True)


if __name__ == "__main__":
    main()
