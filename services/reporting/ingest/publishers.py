"""Who may publish what: our own contexts, and outside sources registered by hand.

An outside source has its own topic, types and unions. What is not registered is quarantined. The
register is looked at every few seconds, so that a change needs no restart.
"""

import asyncio
from pathlib import Path

import structlog

from shared.health import Health
from shared.kafka.acceptance import Publisher, owners
from shared.kafka.registrations import Registered, read_registrations

log = structlog.get_logger("sources")

LOOK_SECONDS = 2.0
PART = "sources"


def publishers(file: Path | None) -> dict[str, Publisher]:
    """The publisher of every topic, as the register is now."""
    return Register(file).publishers


class WrongRegistration(Exception):
    """A registration that is heard of nobody, by the name of its source."""


class Register:
    """The publisher of every topic: ours, and those of the YAML `file` (a list of sources).

    `publishers` and `topics` are changed in place, so whoever was handed them sees the register as
    it is. A registration that is wrong disables its own source; a file that cannot be read at all
    changes nothing, and at a start registers nobody.
    """

    def __init__(self, file: Path | None) -> None:
        self.file, self.registered, self.unreadable = file, Registered(), ""
        self.publishers: dict[str, Publisher] = owners()
        self.topics: list[str] = list(self.publishers)
        self._text: str | None = None
        self.look()

    def look(self) -> bool:
        """Read the file again, where it is another; whether it was."""
        if self.file is None:
            return False
        try:
            text = self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as why:
            self.unreadable = f"{self.file}: {why}"
            return False
        if text == self._text:
            return False
        self._text = text
        try:
            self.registered = read_registrations(text)
        except ValueError as why:
            self.unreadable = f"{self.file}: {why}"
            log.error("the register of sources cannot be read; it stays as it was", why=str(why))
            return False
        self.unreadable = ""
        self._take_up()
        return True

    def _take_up(self) -> None:
        ours = owners()
        theirs = {source.topic: source.publisher() for source in self.registered.sources}
        self.publishers.clear()
        self.publishers.update(ours | theirs)
        self.topics[:] = list(self.publishers)
        log.info("sources", heard=[source.name for source in self.registered.sources])
        for name, why in self.registered.faults.items():
            log.error("a source is not heard: its registration is wrong", source=name, why=why)

    async def keep(self, health: Health | None = None) -> None:
        """Look every few seconds, for ever; what is wrong is told as the health of `sources`."""
        while True:
            if health is not None:
                self._tell(health)
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def _tell(self, health: Health) -> None:
        wrong = [f"{name}: {why}" for name, why in self.registered.faults.items()]
        if self.unreadable:
            wrong.insert(0, self.unreadable)
        if wrong:
            health.failed(PART, WrongRegistration(" | ".join(wrong)))
        else:
            health.succeeded(PART)
