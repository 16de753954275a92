"""Real Kafka and PostgreSQL as child processes: no Docker, no root, nothing installed."""

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.manifest import topic_partitions
from deploy.embedded.provision import provision
from deploy.embedded.servers import Embedded
from deploy.embedded.topics import create_topics

__all__ = [
    "Embedded",
    "EmbeddedError",
    "create_topics",
    "provision",
    "topic_partitions",
]
