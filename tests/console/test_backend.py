"""How the services are asked, and what becomes of what they do not answer."""

import httpx
import pytest

from services.console.backend import Answered, Backend, NoAnswer


def backend(answer: httpx.Response | Exception) -> Backend:
    def said(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        answer.request = request
        return answer

    return Backend({"reporting": "http://reporting.test"}, httpx.MockTransport(said))


async def test_a_question_carries_the_persons_token_and_what_was_given() -> None:
    answer = httpx.Response(200, json={"a": 1})
    assert await backend(answer).get("Bearer t", "reporting", "/x", as_of=7, no=None) == {"a": 1}
    assert answer.request.headers["authorization"] == "Bearer t"
    assert str(answer.request.url) == "http://reporting.test/x?as_of=7"


async def test_a_refusal_keeps_its_code_and_facts() -> None:
    problem = {"code": "being-rebuilt", "progress": 0.4}
    with pytest.raises(Answered) as found:
        await backend(httpx.Response(503, json=problem)).get("t", "reporting", "/x")
    assert (found.value.code, found.value.problem["progress"]) == ("being-rebuilt", 0.4)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]"])
async def test_an_answer_of_somebody_else_is_a_problem_too(body: bytes) -> None:
    with pytest.raises(Answered, match="no-problem-document"):
        await backend(httpx.Response(502, content=body)).get("t", "reporting", "/x")


async def test_who_does_not_answer_is_named() -> None:
    with pytest.raises(NoAnswer, match="reporting"):
        await backend(httpx.ConnectTimeout("")).get("t", "reporting", "/x")


async def test_a_body_is_sent_as_json_with_its_headers() -> None:
    answer = httpx.Response(201)
    sent = backend(answer).post("t", "reporting", "/x", {"a": 1}, headers={"Idempotency-Key": "k"})
    assert await sent == {}
    assert (answer.request.content, answer.request.headers["idempotency-key"]) == (b'{"a":1}', "k")
