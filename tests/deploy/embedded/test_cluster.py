"""Three brokers agree on who they are before the first of them starts, and after a restart.

That the loss of one loses nothing is shown by tests/faults.
"""

import sys
from pathlib import Path

import pytest

from deploy.embedded.cluster import BROKERS, SETTINGS, Cluster
from deploy.embedded.directory import DataDirectory


@pytest.fixture(autouse=True)
def a_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Some program in Java's place: nothing is started here."""
    monkeypatch.setenv("GUILDHALL_JAVA", sys.executable)
    monkeypatch.setenv("GUILDHALL_CACHE", str(tmp_path / "cache"))


def cluster(directory: Path, proxies: tuple[int, ...] = ()) -> Cluster:
    directory.mkdir(exist_ok=True)
    return Cluster(DataDirectory(directory), lambda _: None, proxies)


def test_each_broker_has_an_address_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    bootstrap = cluster(tmp_path).bootstrap.split(",")
    assert len(set(bootstrap)) == BROKERS
    assert all(address.startswith("127.0.0.1:") for address in bootstrap)
    assert cluster(tmp_path).bootstrap.split(",") == bootstrap


def seats(of: Cluster) -> list[tuple[str, int, str, str]]:
    found = [broker._seat for broker in of.brokers]
    return [(seat.name, seat.node_id, seat.cluster_id, seat.voters) for seat in found if seat]


def test_all_agree_on_the_cluster_and_on_who_votes(tmp_path: Path) -> None:
    found = seats(cluster(tmp_path))
    assert [(name, node) for name, node, _, _ in found] == [
        ("kafka-1", 1), ("kafka-2", 2), ("kafka-3", 3),
    ]  # fmt: skip
    assert len({(cluster_id, voters) for _, _, cluster_id, voters in found}) == 1
    voters = found[0][3].split(",")
    assert [voter.partition("@")[0] for voter in voters] == ["1", "2", "3"]
    assert len({voter.rpartition(":")[2] for voter in voters}) == BROKERS


def test_a_cluster_that_was_formatted_is_the_same_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "kafka-1" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text("version=1\ncluster.id=abc-_=x\nnode.id=1\n")
    assert {cluster_id for _, _, cluster_id, _ in seats(cluster(tmp_path))} == {"abc-_=x"}
    others = {seats(cluster(tmp_path / name))[0][2] for name in ("a", "b")}
    assert len(others) == 2


def test_what_was_acknowledged_is_held_by_a_majority() -> None:
    assert int(SETTINGS["min.insync.replicas"]) * 2 > int(SETTINGS["default.replication.factor"])
    assert SETTINGS["unclean.leader.election.enable"] == "false"
