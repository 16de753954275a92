"""Three Kafka brokers on one machine, for what one broker cannot show: the loss of a minority.

They protect against the death of processes, not against the loss of the one disk they share.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from deploy.embedded.broker_ready import wait_for_kafka
from deploy.embedded.broker_settings import Seat
from deploy.embedded.directory import DataDirectory
from deploy.embedded.kafka import START_SECONDS, Kafka, new_cluster_id
from deploy.embedded.manifest import OPERATOR
from deploy.embedded.pinned import Report
from shared.kafka.access import KafkaAccess

BROKERS = 3
SETTINGS = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "unclean.leader.election.enable": "false",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    # A killed broker is missed after this long, and no follower is waited for any longer.
    "replica.lag.time.max.ms": "5000",
}


class Cluster:
    """Brokers 0, 1 and 2 under a data directory that the caller holds.

    `proxy_ports` give each broker a second listener that sends its clients to that port.
    """

    def __init__(
        self, directory: DataDirectory, report: Report, proxy_ports: Sequence[int] = ()
    ) -> None:
        names = [f"kafka-{number}" for number in range(1, BROKERS + 1)]
        voters = ",".join(
            f"{node_id}@127.0.0.1:{directory.port(f'{name}-controller')}"
            for node_id, name in enumerate(names, start=1)
        )
        cluster_id = _cluster_id_in(directory.path / names[0] / "data") or new_cluster_id()
        ports: list[int | None] = [*proxy_ports] if proxy_ports else [None] * BROKERS
        self.brokers = [
            Kafka(directory, report, port, Seat(name, node_id, cluster_id, voters, SETTINGS))
            for node_id, (name, port) in enumerate(zip(names, ports, strict=True), start=1)
        ]
        for broker in self.brokers:
            broker.choose_ports()

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, for clients of the first listener."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    def access(self, principal: str = OPERATOR) -> KafkaAccess:
        """How that principal is let in, at whichever broker."""
        return self.brokers[0].access(principal)._replace(servers=self.bootstrap)

    async def start(self) -> None:
        """Start those that do not run; returns when the cluster serves consumer groups.

        Raises :class:`EmbeddedError` when one does not start.
        """
        stopped = [broker for broker in self.brokers if broker.child.pid is None]
        await asyncio.gather(*(broker.start() for broker in stopped))
        await wait_for_kafka(self.access(), START_SECONDS)

    async def stop(self) -> None:
        """Stop all of them."""
        await asyncio.gather(*(broker.stop() for broker in self.brokers))

    async def wipe(self) -> None:
        """Stop all, delete all data: the next start makes an empty cluster with another id."""
        cluster_id = new_cluster_id()
        # At once: a controller that is alone cannot shut down in order, and the data go anyway.
        await asyncio.gather(*(broker.kill() for broker in self.brokers))
        await asyncio.gather(*(broker.wipe(cluster_id) for broker in self.brokers))


def _cluster_id_in(data: Path) -> str:
    """The id its first broker was formatted with; empty where it was not."""
    file = data / "meta.properties"
    lines = file.read_text().splitlines() if file.exists() else []
    return "".join(line.partition("=")[2] for line in lines if line.startswith("cluster.id="))
