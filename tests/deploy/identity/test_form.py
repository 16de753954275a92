"""Forms: short, and of two columns."""

import pytest
from starlette.requests import Request

from deploy.identity.form import FORM_BYTES_MAX, TokenRefused, form_of


def request(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_a_form_keeps_its_blanks() -> None:
    assert await form_of(request(b"a=1&b=")) == {"a": "1", "b": ""}
    assert await form_of(request(b"")) == {}


@pytest.mark.parametrize("body", [b"\xff", b"no pairs", b"a=" + b"x" * FORM_BYTES_MAX])
async def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(TokenRefused, match="invalid_request"):
        await form_of(request(body))
