"""Services that answer what a test says, in place of HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from typer.testing import CliRunner

from guildhall.cli.__main__ import app
from shared.contract.contexts import PROCESSES
from shared.http.problems import problem

Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | dict[str, Any]

URLS = {name: f"http://{name}.test" for name in ("identity", *PROCESSES)}


class FakeServices:
    """Answers by `METHOD service/path`; keeps every request it was asked."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.answers: dict[str, Answer] = {}
        self.asked: list[httpx.Request] = []
        self.person = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        service = request.url.host.removesuffix(".test")
        if (service, request.url.path) == ("identity", "/token"):
            self.person = parse_qs(request.content.decode())["person"][0]
            return httpx.Response(200, json={"access_token": f"token-of-{self.person}"})
        self.asked.append(request)
        answer = self.answers.get(f"{request.method} {service}{request.url.path}")
        if answer is None:
            raise httpx.ConnectError("nobody listens there")
        if callable(answer):
            return answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def run(self, *arguments: str) -> Any:
        """Run `guildhall` with these arguments, in this directory's stack."""
        return CliRunner().invoke(app, [*arguments, "--data", str(self.data)])


def refused(status: int, code: str, title: str, detail: str, **more: Any) -> httpx.Response:
    """A problem document, made by the services' own code."""
    made = problem(status, code, title, detail, **more)
    return httpx.Response(status, content=bytes(made.body), headers=dict(made.headers))
