"""Real Kafka and PostgreSQL as child processes: no Docker, no root, nothing installed."""

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.provision import SERVICES, provision
from deploy.embedded.servers import Embedded
from deploy.embedded.topics import create_topics, topic_partitions

__all__ = [
    "SERVICES",
    "Embedded",
    "EmbeddedError",
    "create_topics",
    "provision",
    "topic_partitions",
]
