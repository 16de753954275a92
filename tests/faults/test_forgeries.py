"""What the checker says of forgeries: refused or disowned they may be, counted they must not."""

import pytest

from tests.faults.checker import check
from tests.faults.clean_run import clean_run
from tests.faults.evidence import FORGED, Evidence

ID, STREAM = f"{FORGED}000000000001", "union-a/income-forged-1"


def forged_in_kafka() -> Evidence:
    run = clean_run()
    run.kafka.append(run.kafka[0] | {"key": STREAM, "event_id": ID})
    return run


def test_a_forgery_may_be_in_kafka_and_in_quarantine() -> None:
    run = forged_in_kafka()
    row = {"event_id": ID, "stream": STREAM, "reason": "sequence-reused"}
    run.reporting["quarantine"].append(row)
    assert check(run) == []


def test_a_forgery_that_nobody_disowned_is_a_phantom() -> None:
    run = clean_run()
    run.reporting["journal"][0]["event_id"] = ID
    assert (11, "journal-phantom") in {violation[:2] for violation in check(run)}


def test_an_owner_s_event_is_nobody_s_to_disown() -> None:
    run = clean_run()
    run.reporting["disowned"].append({"log_index": 1})
    assert (11, "disowned-wrongly") in {violation[:2] for violation in check(run)}


def gave_way(state: str, stream: str = "") -> Evidence:
    """A forgery was applied in the place of an owner's event, which waited in quarantine."""
    run = forged_in_kafka()
    forged = run.reporting["journal"][0]
    run.reporting["journal"].append(forged | {"log_index": 99, "event_id": ID, "stream": STREAM})
    run.reporting["disowned"].append({"log_index": 99})
    row = {"event_id": "00", "source": forged["source"], "stream": stream or forged["stream"]}
    row |= {"reason": "sequence-reused", "detail": "", "state": state}
    run.reporting["quarantine"].append(row)
    return run


def quarantined(run: Evidence) -> list[str]:
    return [violation.what for violation in check(run) if violation.name == "quarantined"]


@pytest.mark.parametrize("state", ["open", "discarded"])
def test_what_gave_way_to_a_forgery_must_be_applied_in_the_end(state: str) -> None:
    assert quarantined(gave_way(state))
    assert not quarantined(gave_way("applied"))


def test_a_forgery_excuses_what_it_displaced_and_nothing_else() -> None:
    assert quarantined(gave_way("applied", stream="union-a/income-of-another"))
