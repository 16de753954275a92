"""A log line is one JSON object that names the service, whoever wrote it."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from shared.service.logs import configure_logs


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Put back what a service's process would never put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configured = structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict}
    yield
    for name in logging.root.manager.loggerDict:
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_our_own_records_and_a_library_s_are_lines_of_one_shape(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("benefits")
    structlog.get_logger("ours").warning("排队", stream="tjtc/claim-1", count=3)
    logging.getLogger("theirs").error("cannot %s", "connect\nnow")
    ours, theirs = lines(capsys)
    assert ours.items() >= {
        "event": "排队", "stream": "tjtc/claim-1", "count": 3, "level": "warning",
        "logger": "ours", "service": "benefits",
    }.items()  # fmt: skip
    assert theirs.items() >= {
        "event": "cannot connect\nnow", "level": "error", "logger": "theirs", "service": "benefits",
    }.items()  # fmt: skip
    moment = datetime.fromisoformat(str(ours["timestamp"]))
    assert moment.utcoffset() == timedelta(0)


def test_chinese_is_readable_in_the_line_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("benefits")
    structlog.get_logger("ours").info("王梅")
    assert "王梅" in capsys.readouterr().out


def test_an_exception_is_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("members")
    try:
        raise ZeroDivisionError("无")
    except ZeroDivisionError as why:
        structlog.get_logger("ours").error("failed", exc_info=why)
        logging.getLogger("theirs").exception("failed")
    said = lines(capsys)
    assert len(said) == 2
    assert all("ZeroDivisionError: 无" in str(line["exception"]) for line in said)


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("events", "WARNING")
    structlog.get_logger("ours").info("quiet")
    logging.getLogger("theirs").info("quiet")
    logging.getLogger("theirs").warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


@pytest.mark.parametrize("noisy", ["aiokafka", "httpx", "faust"])
def test_libraries_that_talk_too_much_are_heard_from_a_warning_on(
    noisy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("events", "DEBUG")
    logging.getLogger(f"{noisy}.part").info("chatter")
    logging.getLogger(f"{noisy}.part").warning("trouble")
    assert [line["event"] for line in lines(capsys)] == ["trouble"]


def test_configured_again_a_record_is_still_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("events")
    configure_logs("reporting")
    logging.getLogger("theirs").error("once")
    [line] = lines(capsys)
    assert line["service"] == "reporting"
