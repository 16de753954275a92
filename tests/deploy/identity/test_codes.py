"""A code is spent once, at once, by the client and for the address it was made for."""

import pytest

from deploy.identity import codes as module
from deploy.identity.codes import Asked, Codes, challenge_of

VERIFIER = "v" * 43
ASKED = Asked("console", "http://c/back", "state", "nonce", challenge_of(VERIFIER))


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_is_spent_once() -> None:
    codes = Codes()
    code = codes.give(ASKED, "auditor")
    assert codes.spend(code, "console", "http://c/back", VERIFIER) == (ASKED, "auditor")
    with pytest.raises(ValueError, match="spent"):
        codes.spend(code, "console", "http://c/back", VERIFIER)


@pytest.mark.parametrize(
    ("client", "uri", "verifier"),
    [
        ("other", "http://c/back", VERIFIER),
        ("console", "http://evil/back", VERIFIER),
        ("console", "http://c/back", "x" * 43),
        ("console", "http://c/back", ""),
        ("console", "http://c/back", "中"),
    ],
)
def test_whoever_guesses_wrong_has_spent_it(client: str, uri: str, verifier: str) -> None:
    codes = Codes()
    code = codes.give(ASKED, "auditor")
    with pytest.raises(ValueError):
        codes.spend(code, client, uri, verifier)
    with pytest.raises(ValueError):
        codes.spend(code, "console", "http://c/back", VERIFIER)


def test_an_old_code_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Codes()
    code = codes.give(ASKED, "auditor")
    monkeypatch.setattr(module.time, "monotonic", lambda: 10**9)
    with pytest.raises(ValueError, match="older"):
        codes.spend(code, "console", "http://c/back", VERIFIER)


def test_codes_that_nobody_spends_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CODES_MAX", 3)
    codes = Codes()
    first, *_ = [codes.give(ASKED, "auditor") for _ in range(5)]
    with pytest.raises(ValueError):
        codes.spend(first, "console", "http://c/back", VERIFIER)
