"""Questions about a union's year over HTTP, with the names that clients rely on."""

from datetime import UTC, datetime

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from tests.reporting.api.conftest import Asker
from tests.reporting.comparisons import compared
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import AUTUMN, gift, joined, left, person, three_counts


def cakes() -> History:
    """Five cakes to four people, the last one known in 2023 only."""
    history = History()(
        *(gift("cake-1", "birthday", n, "2022-01-05") for n in (1, 2, 3)),
        gift("cake-2", "birthday", 1, "2022-02-05"),
    )
    return history(
        gift("cake-2", "birthday", 4, "2022-02-05"), at=datetime(2023, 1, 10, tzinfo=UTC)
    )


async def test_all_figures_at_once(asker: Asker, simulated: Ingest) -> None:
    await cakes().told(simulated)
    found = await asker.answer(f"{ORG}/figures", year=2022)
    assert {name: found[name] for name in ("org_id", "from", "to", "known_at")} == {
        "org_id": "tjtc",
        "from": "2022-01-01",
        "to": "2022-12-31",
        "known_at": 5,
    }
    assert [row["figure"] for row in found["figures"]] == [figure.name for figure in FIGURES]
    (row,) = [row for row in found["figures"] if row["figure"] == "birthday_cakes"]
    assert row == {
        "figure": "birthday_cakes",
        "title": "生日蛋糕",
        "unit": "名",
        "scale": 0,
        "measure": "persons",
        "stock": False,
        "report_line": 14,
        "value": 4,
        "lines": 5,
        "assumed": 0,
        "without_amount": 0,
        "provable": False,
        "note": "完整性不可证明(reporting 尚未与来源的日志核对、"
        "/guildhall/benefits 尚未与来源的日志核对、/guildhall/reporting 尚未与来源的日志核对)",
    }
    await compared(simulated.pool)
    found = await asker.answer(f"{ORG}/figures/birthday_cakes", year=2022)
    assert found["provable"] and "note" not in found


async def test_the_same_year_as_known_then(asker: Asker, simulated: Ingest) -> None:
    await cakes().told(simulated, [4])
    for as_of in ("4", "2022-12-15", "2022-12-15T12:00:00+08:00"):
        found = await asker.answer(
            f"{ORG}/figures", **{"from": "2022-01-01", "to": "2022-12-31"}, as_of=as_of
        )
        values = {row["figure"]: row["value"] for row in found["figures"]}
        assert (found["known_at"], values["birthday_cakes"]) == (4, 3)


async def test_a_figure_s_events_page_by_page(asker: Asker, simulated: Ingest) -> None:
    history = cakes()
    await history.told(simulated)
    path = f"{ORG}/figures/birthday_cakes"
    first = await asker.answer(path, year=2022, limit=3)
    assert (first["value"], len(first["events"]), len(first["repeats"])) == (4, 3, 1)
    assert set(first["events"][0]) >= {
        "event_id",
        "type",
        "occurred_on",
        "quantity",
        "amount_fen",
        "subject",
        "log_index",
        "source",
        "topic",
        "partition",
        "offset",
        "stream",
        "stream_version",
    }
    await history(gift("cake-3", "birthday", 9, "2022-03-05")).told(simulated)
    last = await asker.answer(path, year=2022, limit=3, cursor=first["next"])
    assert [event["subject"] for event in last["events"]] == [person(4)]
    assert (last["value"], last["known_at"], last["next"]) == (4, 5, None)


async def test_what_cannot_be_answered_is_refused_by_name(asker: Asker) -> None:
    for path, query, status, code in (
        ("figures/gift_births", {"year": 2022}, 404, "unknown-figure"),
        ("figures", {}, 422, "period-missing"),
        ("figures", {"from": "2022-02-01", "to": "2022-01-01"}, 422, "period-invalid"),
        ("figures", {"from": "0", "to": "1"}, 422, "invalid-request"),
        ("figures", {"year": 2022, "as_of": "soon"}, 422, "as-of-invalid"),
        ("figures/gift_birth", {"year": 2022, "cursor": "x"}, 422, "cursor-invalid"),
        ("figures/gift_birth", {"year": 2022, "limit": 5000}, 422, "invalid-request"),
        ("reconciliation/nothing", {}, 404, "unknown-programme"),
        ("report", {"year": 2022, "format": "gif"}, 422, "invalid-request"),
    ):
        answer = await asker.get(f"{ORG}/{path}", **query)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    near = (await asker.get(f"{ORG}/figures/gift_births", year=2022)).json()["near"]
    assert "gift_birth" in near


async def test_an_event_names_the_figures_it_touches(asker: Asker, simulated: Ingest) -> None:
    history = cakes()
    await history.told(simulated)
    event_id = history.envelopes[0].event_id
    found = await asker.answer(f"{ORG}/events/{event_id}")
    assert (found["event_id"], found["log_index"], found["known_at"]) == (str(event_id), 1, 5)
    assert [touch["figure"] for touch in found["figures"]] == [
        "birthday_cakes",
        "birthday_cakes_members",
        "birthday_cakes_workers",
        "birthday_cakes_amount",
    ]


async def test_a_programme_reconciled(asker: Asker, simulated: Ingest) -> None:
    await three_counts(everyone_a_member=False).told(simulated)
    found = await asker.answer(f"{ORG}/reconciliation/{AUTUMN}")
    assert found["roster"]["count"] == 11
    assert found["roster"]["complete"] is True
    assert (found["counts"]["both"], found["counts"]["recipient_only_non_members"]) == (9, 2)
    assert [each["category"] for each in found["people"]] == [
        "roster_only",
        "roster_only",
        "recipient_only",
        "recipient_only",
    ]
    one = await asker.answer(f"{ORG}/reconciliation/{AUTUMN}", category="recipient_only", limit=1)
    assert [each["person_id"] for each in one["people"]] == [person(18)]
    assert one["next"] == person(18)


async def test_the_three_counts_and_the_account(asker: Asker, simulated: Ingest) -> None:
    await three_counts(everyone_a_member=True).told(simulated)
    counts = (await asker.answer(f"{ORG}/rosters", year=2022))["counts"]
    assert [(c["about"], c["people"], c["agrees"]) for c in counts] == [
        ("spring_festival", 10, True),
        ("serious_illness", 9, True),
        ("mid_autumn", 12, True),
    ]
    account = await asker.answer(f"{ORG}/membership-account", year=2022)
    assert (account["opening"], account["transferred_in"], account["closing"]) == (10, 4, 12)
    assert (account["closes"], account["first_open_day"]) == (True, None)


async def test_an_account_that_does_not_close_names_its_day(
    asker: Asker, simulated: Ingest
) -> None:
    await History()(joined(1, "2021-01-01"), left(2, "2022-03-04")).told(simulated)
    account = await asker.answer(f"{ORG}/membership-account", year=2022)
    assert (account["closes"], account["first_open_day"]) == (False, "2022-03-04")


async def test_what_two_sources_tell_of_one_thing_is_listed(asker: Asker) -> None:
    told = await asker.answer(f"{ORG}/conflicts")
    assert (told["org_id"], told["conflicts"], told["all_listed"]) == (ORG, [], True)
