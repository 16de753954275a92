"""How late a machine wakes who asks for it: what each step of a longer way waits for a core, or for
the host to run the machine at all, whatever the step does. After jHiccup: every 2 ms one is due,
whatever became of those before, so a stop of 300 ms is 150 late ones and not one.

    python -m tests.benchmarks.hiccups

says that it has begun, measures until a line comes on stdin, then prints as JSON how many
milliseconds late each waking was.
"""

import json
import sys
import threading
import time

EVERY_SECONDS = 0.002


def measure(until: threading.Event) -> list[float]:
    """Milliseconds each waking was late, until it is set."""
    late: list[float] = []
    due = time.monotonic()
    while not until.is_set():
        due += EVERY_SECONDS
        time.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
    return late


def main() -> None:
    """Measure until told to stop, and say it."""
    told = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        told.set()

    threading.Thread(target=listen, daemon=True).start()
    print("begun", flush=True)
    print(json.dumps(measure(told)), flush=True)


if __name__ == "__main__":
    main()
