"""Who may ask what. Every route has one Access as a FastAPI dependency, every command one by its
roles; what has none is refused by a test (tests/attacks/test_who_may_what.py).

    @app.get("/v1/{org_id}/claims")
    async def claims(org_id: str, _: Annotated[Actor, of_union("clerk", "auditor")]) -> …
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi import Request as HttpRequest

from shared.contract.envelope import Actor
from shared.errors import NotPermitted
from shared.http.auth import TokenVerifier

Bearer = Annotated[str | None, Header(alias="Authorization", description="Bearer token (RFC 6750)")]

WATCHERS = ("operator", "auditor")
"""Who sees how the services stand; only an operator changes it."""


class About(Enum):
    """Which unions an answer is about, and so which unions the token must cover."""

    UNION = "the union in the address"
    EVERY_UNION = "all unions at once: only a token for all of them (`*`) will do"
    COVERED = "the unions that the token covers: the route leaves out the others"
    NO_UNION = "no union: what is the same for everybody"


@dataclass(frozen=True)
class Access:
    """Who may ask a route: the roles, of which an actor needs one, and the unions."""

    roles: tuple[str, ...]
    about: About

    async def admit(
        self, tokens: TokenVerifier, authorization: str | None, org_id: str | None = None
    ) -> Actor:
        """The actor, in the first of the roles it has; `org_id` is the union in the address.

        Raises Unauthenticated, NotPermitted `role-missing`, `union-not-yours`, NotYet.
        """
        actor = await tokens.actor(authorization, *self.roles)
        if self.about is About.UNION and not (org_id and actor.may_act_for(org_id)):
            raise NotPermitted(
                "union-not-yours",
                f"the token of {actor.subject} does not cover the union {org_id}",
            )
        if self.about is About.EVERY_UNION and not actor.for_every_union:
            raise NotPermitted(
                "union-not-yours",
                f"this is about all unions, the token of {actor.subject} covers some",
            )
        return actor

    async def __call__(self, http: HttpRequest, authorization: Bearer = None) -> Actor:
        """As a dependency of FastAPI. Raises as `admit`."""
        return await self.admit(
            http.app.state.tokens, authorization, http.path_params.get("org_id")
        )


def of_union(*roles: str) -> Any:
    """For those in one of `roles` whose token covers the union in the address."""
    return Depends(Access(roles, About.UNION))


def of_every_union(*roles: str) -> Any:
    """For those in one of `roles` whose token covers all unions: the answer is about all."""
    return Depends(Access(roles, About.EVERY_UNION))


def of_covered(*roles: str) -> Any:
    """For those in one of `roles`; the route answers about the unions they cover alone."""
    return Depends(Access(roles, About.COVERED))


def of_no_union(*roles: str) -> Any:
    """For those in one of `roles`, whatever their union."""
    return Depends(Access(roles, About.NO_UNION))


def anybody() -> None:
    """A route without a token: health, metrics without ids, keys and the contract itself."""
