"""The one table of contexts: who publishes, on which topic, as which source, in which database.

Every list of contexts, topics, sources, databases or processes is derived from CONTEXTS. A file
that cannot import it (docker-compose.yml, topics.yaml, prometheus.yml) is compared with it by a
test. Standard library alone: every command of the command line reads this table.
"""

from typing import NamedTuple


class Context(NamedTuple):
    """One of our contexts. Its events are in the module `shared.contract.<name>`.

    `relayed_by` names the process that runs its relay and answers for its log, where that is not
    the context's own.
    """

    name: str
    relayed_by: str | None = None

    @property
    def topic(self) -> str:
        """The Kafka topic, `guildhall.<name>.v1`."""
        return f"guildhall.{self.name}.v1"

    @property
    def source(self) -> str:
        """The CloudEvents `source`."""
        return f"/guildhall/{self.name}"

    @property
    def database(self) -> str:
        """The PostgreSQL database, and the role that its processes log in as."""
        return f"{DATABASE_PREFIX}{self.name}"

    @property
    def relay_process(self) -> str:
        """The process that runs the relay and answers for the log."""
        return self.relayed_by or self.name

    @property
    def processes(self) -> dict[str, str]:
        """The modules of the context's processes by process, in the order in which they start."""
        package = f"services.{self.name}"
        worker = {self.relayed_by: f"{package}.{self.relayed_by}"} if self.relayed_by else {}
        return worker | {self.name: package}


DATABASE_PREFIX = "guildhall_"
CONTEXTS: dict[str, Context] = {
    context.name: context
    for context in (
        Context("members"),
        Context("benefits"),
        Context("events"),
        Context("reporting", relayed_by="worker"),
    )
}
FACT_CONTEXTS = tuple(name for name in CONTEXTS if name != "reporting")
"""The contexts that own facts; reporting owns only what it concludes from them."""

REPLICATED = ("members",)
"""The contexts whose facts the others keep a copy of (deploy/topics.yaml says who reads them)."""

RELAY_PROCESSES = {name: context.relay_process for name, context in CONTEXTS.items()}
"""The process that answers for the log of each context."""

PROCESSES: dict[str, str] = {
    process: module
    for context in CONTEXTS.values()
    for process, module in context.processes.items()
}
"""The module of every process, in the order in which they start."""
