"""How a program of the benchmarks is let into Kafka: as its environment says."""

import os

from shared.kafka.access import KafkaAccess


def kafka_given() -> KafkaAccess:
    """The access that GUILDHALL_KAFKA and its like name. Raises ValueError."""
    access = KafkaAccess.from_environment(os.environ)
    if access is None:
        raise ValueError("GUILDHALL_KAFKA names no broker")
    return access
