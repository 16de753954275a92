"""The peer that a Python user would pick: Quix Streams, from Kafka into one table, upserted by its
own PostgreSQL sink, at least once.

    python -m tests.benchmarks.peers.quix DATABASE TOPIC,...

Its settings are its defaults, but for when it commits: after so many records and never by the
clock, so that it never waits with the last of a slice. It reads committed records alone, which is
the default of librdkafka.
"""

import sys
from typing import Any
from urllib.parse import urlsplit

from quixstreams import Application
from quixstreams.kafka import ConnectionConfig
from quixstreams.sinks.community.postgresql import PostgreSQLSink

from shared.kafka.access import KafkaAccess
from tests.benchmarks.peers.given import kafka_given
from tests.benchmarks.peers.lines import Line, line_of

COMMIT_EVERY = 10_000
NEVER_SECONDS = 86_400.0


def line(value: Any, _key: Any, _timestamp: int, headers: Any) -> Line:
    """What is kept of a record."""
    return line_of(value, headers or ())


def _connection(kafka: KafkaAccess) -> ConnectionConfig:
    client = kafka.client()
    return ConnectionConfig(
        bootstrap_servers=kafka.servers,
        security_protocol=kafka.protocol,
        sasl_mechanism=client.get("sasl_mechanism"),
        sasl_username=client.get("sasl_plain_username"),
        sasl_password=client.get("sasl_plain_password"),
        ssl_ca_location=kafka.ca_file and str(kafka.ca_file),
    )


def main(database: str, topics: str) -> None:
    """Read until ended."""
    parts = urlsplit(database)
    app = Application(
        broker_address=_connection(kafka_given()),
        consumer_group="quix",
        auto_offset_reset="earliest",
        commit_every=COMMIT_EVERY,
        commit_interval=NEVER_SECONDS,
        auto_create_topics=False,
        loglevel="WARNING",
    )
    sink = PostgreSQLSink(
        host=parts.hostname or "",
        port=parts.port or 5432,
        dbname=parts.path.lstrip("/"),
        user=parts.username or "",
        password=parts.password or "",
        table_name="lines",
        primary_key_columns="id",
        upsert_on_primary_key=True,
    )
    for name in topics.split(","):
        topic = app.topic(name, key_deserializer="str", value_deserializer="json")
        app.dataframe(topic).apply(line, metadata=True).sink(sink)
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
