"""An operator enrols the people of a union, such as when it is founded, and asks who they are.

The operator proves it by a token of this very provider, for every union. People are added and kept
in `people.json`; one that is there is never given other roles or unions by this.
"""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deploy.identity.form import TokenRefused, body_of
from deploy.identity.registrations import EVERY_UNION, People, Person, keep_people
from deploy.identity.tokens import Issuer
from shared.contract.values import OrgId

PEOPLE_MAX = 1000
"""How many the provider knows at most: it is for development and trial."""
PEOPLE_BYTES_MAX = 100_000
Role = Annotated[str, Field(pattern=r"^(clerk|approver|chair|cashier|auditor)$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]{1,60}$")]


class Enrolled(BaseModel):
    """The people of one union, by name, with their roles in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    org_id: OrgId
    people: dict[Name, list[Role]] = Field(min_length=1, max_length=50)


async def operator(http: Request) -> None:
    """Whoever enrols people, as a dependency of FastAPI. Raises TokenRefused."""
    issuer: Issuer = http.app.state.issuer
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    claims = issuer.claims(token) if scheme.lower() == "bearer" else {}
    if "operator" not in claims.get("roles", ()) or list(EVERY_UNION) != claims.get("orgs"):
        raise TokenRefused("invalid_client", "an operator of every union enrols people")


def add_enrolment(app: FastAPI, issuer: Issuer, people: People, directory: Path) -> None:
    """The route. `people` is changed in place, and written to the provider's directory."""
    app.state.issuer = issuer
    enrolled_of = TypeAdapter(Enrolled)

    @app.post("/people", dependencies=[Depends(operator)], status_code=201)
    async def enrol(http: Request) -> JSONResponse:
        try:
            asked = enrolled_of.validate_json(await body_of(http, PEOPLE_BYTES_MAX))
        except ValueError as why:
            raise TokenRefused("invalid_request", f"not people of a union: {why}") from why
        new = {
            name: Person(roles=tuple(dict.fromkeys(roles)), orgs=(asked.org_id,))
            for name, roles in asked.people.items()
        }
        taken = sorted(name for name in new if people.get(name, new[name]) != new[name])
        if taken:
            raise TokenRefused("invalid_request", f"others are known by {', '.join(taken)}")
        if len(people.keys() | new.keys()) > PEOPLE_MAX:
            raise TokenRefused("invalid_request", f"at most {PEOPLE_MAX} people")
        keep_people(directory, {**people, **new})
        people.update(new)
        return JSONResponse({"people": _said(new)}, 201)

    @app.get("/unions/{org_id}/people", dependencies=[Depends(operator)])
    async def of_union(org_id: str) -> JSONResponse:
        """Who is enrolled for this union: roles by name, as whoever signs in sees them."""
        own = {name: each for name, each in people.items() if org_id in each.orgs}
        return JSONResponse({"people": _said(own)})


def _said(people: People) -> dict[str, Any]:
    return {name: person.model_dump() for name, person in people.items()}
