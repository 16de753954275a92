"""Contracts are read from whatever form they were published in."""

from pathlib import Path

import orjson
import pytest

from deploy.asyncapi import asyncapi
from guildhall.cli.contract_files import current_schemas, schemas_in
from shared.contract.catalogue import CATALOGUE
from tests.shared.contract.frozen import SCHEMAS


def test_a_folder_of_schemas_and_an_asyncapi_document_are_the_same_contract(tmp_path: Path) -> None:
    (tmp_path / "asyncapi.json").write_bytes(orjson.dumps(asyncapi()))
    assert schemas_in(tmp_path / "asyncapi.json") == current_schemas()
    assert set(schemas_in(SCHEMAS)) == set(CATALOGUE)
    one = schemas_in(SCHEMAS / "GiftIssued.v1.json")
    assert [*one] == ["guildhall.benefits.GiftIssued.v1"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"asyncapi": "3.0.0"}'])
def test_what_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"x\.json|holds no"):
        schemas_in(tmp_path / "x.json")
