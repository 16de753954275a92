"""The OpenAPI documents in docs/contract/ are what the services serve, and none promises less."""

from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.shared.http import openapi_files
from tests.shared.http.openapi_files import DIRECTORY, broken, documents, main, text

FOUND = documents()


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_the_file_is_up_to_date(file: Path) -> None:
    assert file.read_bytes() == text(FOUND[file]), "run: make freeze"


def test_every_service_has_one_and_no_file_is_left_over() -> None:
    assert set(DIRECTORY.glob("openapi-*.json")) == set(FOUND)
    assert {file.stem for file in FOUND} == {
        f"openapi-{name}" for name in ("members", "benefits", "events", "reporting")
    }


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_it_is_openapi_3_1_and_each_of_its_schemas_is_one(file: Path) -> None:
    document = FOUND[file]
    assert document["openapi"].startswith("3.1.")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_a_document_that_promises_less_is_not_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(openapi_files, "DIRECTORY", tmp_path)
    assert main() == 0
    file = tmp_path / "openapi-events.json"
    published = orjson.loads(file.read_bytes())
    published["paths"]["/v1/{org_id}/hold-picnic"] = {"post": {"responses": {}}}
    file.write_bytes(text(published))
    other = tmp_path / "openapi-members.json"
    other.write_bytes(text({**FOUND[DIRECTORY / other.name], "paths": {}}))
    before = other.read_bytes()
    assert main() == 1
    said = "openapi-events.json: POST /v1/{org_id}/hold-picnic: the route is gone"
    assert said in capsys.readouterr().err
    assert orjson.loads(file.read_bytes()) == published and other.read_bytes() == before
    assert broken(documents()) == [said]
