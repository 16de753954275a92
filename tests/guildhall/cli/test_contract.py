"""`guildhall contract …`: types, schemas, and a check that is 0 only if all of a file holds."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from guildhall.cli import contract as module
from guildhall.cli.__main__ import app
from shared.contract.catalogue import CATALOGUE
from tests.guildhall.cli.test_conformance import data, structured


def check(file: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["contract", "check", str(file), *options])


def test_check_is_0_only_if_every_row_meets_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    good = json.dumps(structured())
    file.write_text(f"{good}\n")
    assert check(file).exit_code == 0

    file.write_text(f"{good}\n{json.dumps(structured(id='x'))}\n{good}\n")
    done = check(file)
    assert done.exit_code == 1
    assert "row 2: attribute-invalid" in done.stderr
    assert "3 rows checked, 1 refused" in done.stdout

    document = json.loads(check(file, "--json").stdout)
    assert document["checked"] == 3
    assert [violation["row"] for violation in document["violations"]] == [2]


def test_an_empty_file_proves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n")
    done = check(file)
    assert done.exit_code == 1
    assert "holds no record" in done.stderr


def test_a_json_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text("[1,")
    assert check(file).exit_code == 1


def test_the_schema_of_a_type_accepts_its_events() -> None:
    done = CliRunner().invoke(app, ["contract", "schema", "MemberLeft"])
    schema = json.loads(done.stdout)
    jsonschema.validate(structured(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(structured(data=data(reason="bored")), schema)
    assert CliRunner().invoke(app, ["contract", "schema", "Nothing"]).exit_code == 2


def test_types_are_listed_with_their_topics() -> None:
    done = CliRunner().invoke(app, ["contract", "list", "--context", "events", "--json"])
    types = json.loads(done.stdout)["types"]
    assert {row["topic"] for row in types} == {"guildhall.events.v1"}
    assert "guildhall.events.CongressHeld.v1" in {row["type"] for row in types}
    assert CliRunner().invoke(app, ["contract", "list", "--context", "x"]).exit_code == 2


def test_every_type_is_listed_once_with_its_meaning_in_one_line() -> None:
    done = CliRunner().invoke(app, ["contract", "list", "--json"])
    types = json.loads(done.stdout)["types"]
    assert [row["type"] for row in types] == list(CATALOGUE)
    assert all(row["meaning"] and "\n" not in row["meaning"] for row in types)


def test_a_type_is_known_by_its_full_name_too_and_another_is_wrong_usage() -> None:
    schemas = {
        CliRunner().invoke(app, ["contract", "schema", name]).stdout
        for name in ("MemberLeft", "guildhall.members.MemberLeft.v1")
    }
    assert len(schemas) == 1
    for name in ("", "memberleft", "会员", "guildhall.members.MemberLeft.v9"):
        done = CliRunner().invoke(app, ["contract", "schema", name])
        assert done.exit_code == 2, name
        assert "no event type" in done.stderr


def test_bare_data_is_checked_against_the_type_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "数据.jsonl"
    file.write_text(json.dumps(data()) + "\n" + json.dumps(data(reason="无聊")), encoding="utf-8")
    done = check(file, "--type", "MemberLeft")
    assert done.exit_code == 1
    assert "2 rows checked, 1 refused" in done.stdout
    assert check(file, "--type", "Nothing").exit_code == 2


def test_of_many_violations_some_are_said_and_all_are_in_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "VIOLATIONS_SHOWN", 2)
    file = tmp_path / "rows.jsonl"
    file.write_text("{\n" * 5)
    done = check(file)
    assert "and 3 more (--json lists all)" in done.stderr
    assert done.stderr.count("not-json") == 2
    assert len(json.loads(check(file, "--json").stdout)["violations"]) == 5


def published(folder: Path, **changed: Any) -> Path:
    """A contract of one type as it was published, in a folder."""
    schema = json.loads(CliRunner().invoke(app, ["contract", "schema", "MemberLeft"]).stdout)
    data = schema["properties"]["data"]
    data["properties"] |= changed
    (folder / "MemberLeft.v1.json").write_text(json.dumps(schema), encoding="utf-8")
    return folder


def diff(*places: Path) -> Any:
    return CliRunner().invoke(app, ["contract", "diff", *map(str, places), "--json"])


def test_a_contract_that_promises_less_is_refused_and_one_that_adds_is_not(tmp_path: Path) -> None:
    done = diff(published(tmp_path))
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["added"]) == len(CATALOGUE) - 1
    done = diff(published(tmp_path, colour={"type": "string"}))
    assert done.exit_code == 1
    (losses,) = json.loads(done.stdout)["breaking"].values()
    assert losses == [".data.colour: removed"]


def test_a_type_that_is_gone_is_a_loss_and_an_asyncapi_document_is_a_contract(
    tmp_path: Path,
) -> None:
    whole = tmp_path / "asyncapi.json"
    whole.write_text(CliRunner().invoke(app, ["contract", "asyncapi"]).stdout, encoding="utf-8")
    assert diff(whole).exit_code == 0
    (tmp_path / "one").mkdir()
    done = diff(whole, published(tmp_path / "one"))
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["breaking"]) == len(CATALOGUE) - 1


def test_what_holds_no_contract_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    assert diff(tmp_path).exit_code == 2
    (tmp_path / "x.json").write_text("{")
    assert diff(tmp_path / "x.json").exit_code == 2


def test_the_whole_contract_is_printed_as_asyncapi() -> None:
    done = CliRunner().invoke(app, ["contract", "asyncapi"])
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document["asyncapi"] == "3.0.0"
    assert set(document["components"]["messages"]) == {c.__name__ for c in CATALOGUE.values()}


def test_an_openapi_document_is_compared_with_another_and_a_route_that_is_gone_is_refused(
    tmp_path: Path,
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    routes = {"/v1/a": {"get": {"responses": {}}}, "/v1/b": {"get": {"responses": {}}}}
    old.write_text(json.dumps({"openapi": "3.1.0", "paths": routes}))
    more = {**routes, "/v1/c": routes["/v1/a"]}
    new.write_text(json.dumps({"openapi": "3.1.0", "paths": more}))

    def diff(*files: Path) -> Any:
        named = [str(file) for file in files]
        return CliRunner().invoke(app, ["contract", "diff", *named])

    assert "2 routes compared, 0 broken, 1 added" in diff(old, new).stdout
    back = diff(new, old)
    assert back.exit_code == 1 and "✗ GET /v1/c: the route is gone" in back.stderr
    assert diff(old).exit_code == 2, "guildhall imports no service: it needs the other document"
