"""Who reads nothing is told from who has nothing to read, and from who was stopped."""

from services.reporting.reconciliation.watchdog import Place, Stall, Watchdog

TOPIC, PATIENCE = "guildhall.members.v1", 60.0


def watchdog(partitions: int = 4) -> Watchdog:
    return Watchdog(PATIENCE, lambda _topic: partitions)


def looked(dog: Watchdog, upto: float, positions: dict[Place, int]) -> Stall | None:
    """The last of many looks, none longer after another than a look's interval."""
    found = None
    for moment in range(0, int(upto) + 1, 15):
        found = dog.look(float(moment), positions)
    return found


def test_another_partition_that_moves_hides_no_stall() -> None:
    dog, positions = watchdog(), {(TOPIC, 1): 10, (TOPIC, 2): 10}
    dog.published_again(0.0, TOPIC, 5, positions)
    for moment in range(0, 76, 15):
        positions[TOPIC, 2] += 1
        found = dog.look(float(moment), positions)
    assert found == Stall((TOPIC, 1), 75.0)


def test_a_position_that_moved_is_no_stall_though_it_never_moves_again() -> None:
    dog = watchdog()
    dog.published_again(0.0, TOPIC, 5, {(TOPIC, 1): 10})
    assert looked(dog, 150, {(TOPIC, 1): 11}) is None


def test_before_the_partitions_are_known_the_whole_topic_is_watched() -> None:
    dog = watchdog(partitions=0)
    dog.published_again(0.0, TOPIC, 5, {})
    assert looked(dog, 75, {}) == Stall((TOPIC, -1), 75.0)
    assert looked(dog, 75, {(TOPIC, 3): 1}) is None


def test_the_owner_of_a_partition_ends_first_and_the_others_when_that_did_not_help() -> None:
    dog, positions = watchdog(), {(TOPIC, 1): 10}
    dog.published_again(0.0, TOPIC, 5, positions)
    assert not dog.demands_an_end(lambda _: True)
    looked(dog, 75, positions)
    assert dog.demands_an_end(lambda place: place == (TOPIC, 1))
    assert not dog.demands_an_end(lambda _: False)
    for moment in range(90, 196, 15):
        dog.look(float(moment), positions)
    assert dog.demands_an_end(lambda _: False)


def test_a_process_that_was_stopped_itself_does_not_blame_its_reader() -> None:
    dog, positions = watchdog(), {(TOPIC, 1): 10}
    dog.published_again(0.0, TOPIC, 5, positions)
    looked(dog, 30, positions)
    assert dog.look(30 + 10 * PATIENCE, positions) is None
