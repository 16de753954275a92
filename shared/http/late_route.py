"""Routes whose parameters are worked out when they are first asked.

FastAPI reads an endpoint's signature and builds a validator for each parameter as the route is
added: 60 ms for a context's hundred routes, at every start, of which most requests need three.
"""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import compile_path


class LateRoute(APIRoute):
    """An APIRoute that knows its address at once, and the rest when somebody asks for it: a request
    that matches, or who describes the routes."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in described.get("methods") or ["GET"]}
        self._described: dict[str, Any] | None = described

    def __getattr__(self, name: str) -> Any:
        """Called for what the route has not: it is not worked out yet, or is no attribute of it."""
        described, self._described = self.__dict__.get("_described"), None
        if described is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        super().__init__(self.path, self.endpoint, **described)
        return getattr(self, name)
