"""FAULTS: the table of every fault, how often it is drawn and how long it lasts.

A fault does its harm, waits, and has undone it by its end; what it could not undo is `heal`'s.
"""

from tests.faults import (
    clock_faults,
    kafka_faults,
    link_faults,
    postgres_faults,
    process_faults,
    record_faults,
    siege_faults,
)
from tests.faults.harm import Fault

FAULTS: dict[str, Fault] = {
    "kill worker": Fault(3, 0, 20, process_faults.kill_worker),
    "kill owner": Fault(3, 0, 20, process_faults.kill_owner),
    "kill all of an owner": Fault(0.5, 0, 10, process_faults.kill_both),
    "pause worker or owner": Fault(2, 1, 45, process_faults.pause_replica),
    "zombie worker": Fault(1, 8, 30, process_faults.pause_worker),
    "pause broker": Fault(1, 1, 45, kafka_faults.pause_broker),
    "pause postgres": Fault(0.5, 1, 20, postgres_faults.pause_postgres),
    "kill broker": Fault(2, 0, 15, kafka_faults.kill_broker),
    "kill two brokers": Fault(0.5, 0, 10, kafka_faults.kill_two_brokers),
    "kill all brokers": Fault(0.5, 0, 10, kafka_faults.kill_all_brokers),
    "kill brokers in turn": Fault(0.25, 3, 8, kafka_faults.kill_brokers_in_turn),
    "poison records": Fault(0.5, 0, 0, record_faults.poison),
    "old records again": Fault(0.5, 0, 0, record_faults.repeat),
    "forged event": Fault(1, 0, 0, record_faults.forge),
    "half-open connections": Fault(0.25, 10, 30, siege_faults.half_open),
    "header of 100 MB": Fault(0.25, 0, 0, siege_faults.long_header),
    "garbage of one source": Fault(0.25, 0, 0, siege_faults.garbage),
    "crash postgres": Fault(1, 0, 0, postgres_faults.crash_postgres),
    "kill postmaster": Fault(1, 0, 5, postgres_faults.kill_postmaster),
    "kill backend": Fault(2, 0, 0, postgres_faults.kill_backend),
    "cut postgres": Fault(3, 2, 30, link_faults.cut_postgres),
    "cut broker": Fault(2, 2, 30, link_faults.cut_broker),
    "cut one from kafka": Fault(1, 2, 30, link_faults.cut_from_kafka),
    "flapping link": Fault(1, 5, 20, link_faults.flapping_links),
    "delay": Fault(2, 10, 40, link_faults.delay_links),
    "rebalance storm": Fault(2, 20, 60, process_faults.storm),
    "postgres disk full": Fault(0.5, 5, 20, postgres_faults.fill_postgres_disk),
    "kafka disk full": Fault(0.5, 5, 20, kafka_faults.fill_kafka_disk),
    "topic recreated": Fault(0.25, 0, 0, kafka_faults.recreate_topic),
    "group offsets deleted": Fault(0.25, 0, 0, kafka_faults.delete_group_offsets),
    "group offsets at the end": Fault(0.25, 0, 0, kafka_faults.move_group_offsets),
    "kafka wiped": Fault(0.25, 0, 0, kafka_faults.wipe_kafka),
    "clock of a worker": Fault(0.5, 12, 30, clock_faults.jump_worker_clock),
    "clock of an owner": Fault(0.5, 12, 30, clock_faults.jump_owner_clock),
}
"""How often each is drawn, against the others."""

ONE_AT_A_TIME: dict[str, str] = {
    **dict.fromkeys(
        (
            "pause broker",
            "kill broker",
            "kill two brokers",
            "kill all brokers",
            "kill brokers in turn",
            "poison records",
            "old records again",
            "forged event",
            "garbage of one source",
            "kafka disk full",
            "topic recreated",
            "kafka wiped",
        ),
        "kafka",
    ),
    **dict.fromkeys(
        (
            "pause postgres",
            "crash postgres",
            "kill postmaster",
            "kill backend",
            "postgres disk full",
        ),
        "postgres",
    ),
    **dict.fromkeys(
        (
            "kill worker",
            "zombie worker",
            "rebalance storm",
            "clock of a worker",
            "group offsets deleted",
            "group offsets at the end",
        ),
        "workers",
    ),
    **dict.fromkeys(("kill owner", "kill all of an owner", "clock of an owner"), "owners"),
}
"""Faults that share a lock meet the same machinery and do not overlap; all others do."""
