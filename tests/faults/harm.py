"""What a fault is: how often, for how long, and the harm itself."""

import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.faults.rig import Rig

Harm = Callable[[Rig, random.Random, float], Awaitable[str]]
"""Given the rig, a seeded generator and how long to last (seconds); says what it met."""


class NotDone(Exception):
    """A fault could not be brought about; the message says why. It does not count."""


class Fault(NamedTuple):
    """One fault: how often it is drawn, for how long at least and at most (seconds), and how."""

    weight: float
    shortest: float
    longest: float
    harm: Harm
