"""A token says who, for whom and until when, signed by a key that is made once and kept private."""

import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from deploy.identity.tokens import ALGORITHM, Issuer, signing_key


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / "signing-key.json").chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        signing_key(tmp_path)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> RSAKey:
    return signing_key(tmp_path_factory.mktemp("key"))


@pytest.fixture
def issuer(key: RSAKey) -> Issuer:
    return Issuer("http://identity.test", "guildhall", key)


def test_a_token_says_all_that_a_service_asks(issuer: Issuer) -> None:
    before = int(time.time())
    token = issuer.token("王梅", ["clerk", "chair"], ["tjtc"], "cli")
    decoded = jwt.decode(token, KeySet.import_key_set(issuer.public_keys()), algorithms=["RS256"])
    assert decoded.header["typ"] == "at+jwt" and decoded.header["alg"] == ALGORITHM
    claims = decoded.claims
    assert (claims["iss"], claims["aud"]) == ("http://identity.test", "guildhall")
    assert (claims["sub"], claims["client_id"]) == ("王梅", "cli")
    assert (claims["roles"], claims["orgs"]) == (["clerk", "chair"], ["tjtc"])
    assert before <= claims["iat"] <= time.time()
    assert claims["exp"] - claims["iat"] == issuer.lifetime_seconds


def test_a_token_lives_as_long_as_its_issuer_says_and_no_two_are_one(issuer: Issuer) -> None:
    issuer.lifetime_seconds = 7
    keys = KeySet.import_key_set(issuer.public_keys())
    claims = [
        jwt.decode(issuer.token("a", [], [], "c"), keys, algorithms=["RS256"]).claims
        for _ in range(2)
    ]
    assert {each["exp"] - each["iat"] for each in claims} == {7}
    assert claims[0]["jti"] != claims[1]["jti"]


def test_what_is_published_names_the_key_and_hides_it(issuer: Issuer, key: RSAKey) -> None:
    (published,) = issuer.public_keys()["keys"]
    assert published["kid"] == key.kid
    assert set(published) <= {"kty", "n", "e", "use", "alg", "kid"}


@pytest.mark.parametrize("text", ["", "{}", "nonsense"])
def test_a_key_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "signing-key.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises((ValueError, JoseError)):
        signing_key(tmp_path)
    assert file.read_text() == text, "it is the user's to mend"
