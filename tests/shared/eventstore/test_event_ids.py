"""Event ids: version 7, unique, and in the order in which they were made."""

import os
import uuid

from shared.eventstore.event_ids import uuid7


def test_ids_are_version_7_unique_and_ordered_within_a_millisecond() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert {identity.version for identity in made} == {7}
    assert {identity.variant for identity in made} == {"specified in RFC 4122"}
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_the_random_part_does_not_repeat() -> None:
    assert len({uuid7().int & ((1 << 62) - 1) for _ in range(20_000)}) == 20_000


def test_a_forked_child_draws_random_bits_of_its_own() -> None:
    uuid7()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, uuid7().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    theirs = uuid.UUID(bytes=os.read(read, 16))
    assert (theirs.int ^ uuid7().int) & ((1 << 62) - 1)
