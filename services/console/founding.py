"""A union is begun by `guildhall union new`, as a child process: the same as at a terminal."""

import tempfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from services.console.backend import Answered
from services.console.command_line import CommandLine, Stopped
from shared.errors import Invalid


class NotBegun(Exception):
    """The union was not registered, or its people were not enrolled: the problem says which.

    What was registered stays so; the same form sent again goes on where it was left.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = dict(problem)
        self.code = str(problem.get("code", "no-answer"))
        super().__init__(self.code)


class Founding(NamedTuple):
    """What is said of a union when it is begun: all but `parent`, which may be empty. `founded` is
    the day from which it is recorded, as ISO text. `now` is the time of a simulated clock, empty
    for a real one: the union is a simulated one then, and stays it."""

    org: str
    name: str
    kind: str
    parent: str
    founded: str
    now: str = ""


class Founder:
    """Begins unions before these services; `enrols`: its people, too, with the development
    provider. With another provider, that one names them."""

    def __init__(self, line: CommandLine, *, enrols: bool) -> None:
        self._line = line
        self.enrols = enrols

    async def begin(self, token: str, union: Founding) -> dict[str, Any]:
        """What was begun: `registered` now or before, `people` with their roles by name.

        Raises NotBegun, Answered where the token may not, NoAnswer.
        """
        # As one word each: what somebody typed is a value, and never an option of its own.
        said = ["union", "new", "--json", "--no-templates", f"--name={union.name}"]
        said += [f"--kind={union.kind}", f"--founded={union.founded}"]
        said += ["--simulated", f"--now={union.now}"] if union.now else []
        said += [f"--parent={union.parent}"] if union.parent else []
        with tempfile.TemporaryDirectory(prefix="guildhall-") as place:
            try:
                document = await self._line.run(token, [*said, "--", union.org], place)
            except Stopped:
                raise NotBegun({"code": "stopped"}) from None
        if "registered" in document:
            return document
        if document.get("status") == 401:
            raise Answered("members", 401, document)
        if document.get("status") == 400:
            raise Invalid("invalid-request", str(document.get("detail", "")))
        raise NotBegun(document)
