"""Every event of ours has a name, and every field is written as what it is."""

from services.console.event_words import CODES, TITLES, said, title_of
from shared.contract.catalogue import CATALOGUE


def test_every_type_has_a_title_and_no_title_is_of_a_type_that_is_gone() -> None:
    assert set(TITLES) == {cls.__name__ for cls in CATALOGUE.values()}


def test_a_type_of_somebody_else_is_shown_by_its_own_name() -> None:
    assert title_of("guildhall.benefits.GiftIssued.v1") == "慰问品发放"
    assert title_of("org.example.MealServed.v1") == "MealServed"
    assert title_of("odd") == "odd"


def test_fields_are_written_as_what_they_are() -> None:
    data = {
        "org_id": "tjtc", "occurred_on": "2022-09-08", "person_id": "p-1", "amount_fen": 30000,
        "on_roster": False, "capacity": "staff", "documents": [{"kind": "x"}], "fund": None,
        "programme_id": "mid-autumn-2022", "quantity": 1,
    }  # fmt: skip
    found = {each.name: (each.title, each.kind) for each in said(data, "zh-CN")}
    assert found == {
        "person_id": ("人员编号", "person"),
        "amount_fen": ("金额", "money"),
        "on_roster": ("在册", "flag"),
        "capacity": ("身份", "code"),
        "documents": ("凭证", "list"),
        "programme_id": ("项目编号", "text"),
        "quantity": ("份数", "text"),
    }
    assert {each.title for each in said(data, "en")} >= {"amount", "person id"}
    assert CODES["staff"] == "职工"


def test_what_cannot_be_read_has_no_fields() -> None:
    assert said(None, "zh-CN") == []
