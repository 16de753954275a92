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


def measure(begun: float, told: list[float]) -> list[float]:
    """Milliseconds late of each waking due from `begun` until the moment that `told` gets to hold,
    both in monotonic seconds."""
    late: list[float] = []
    due = begun
    while not told or due < told[0]:
        due += EVERY_SECONDS
        time.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
    return late


def main() -> None:
    """Measure until told to stop, and say it."""
    told: list[float] = []

    def listen() -> None:
        sys.stdin.readline()
        told.append(time.monotonic())

    threading.Thread(target=listen, daemon=True).start()
    begun = time.monotonic()  # before it is said: who hears it may stop this process at once
    print("begun", flush=True)
    print(json.dumps(measure(begun, told)), flush=True)


if __name__ == "__main__":
    main()
