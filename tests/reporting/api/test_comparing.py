"""Years side by side, and a union with all below it, over HTTP: the names that clients use."""

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from tests.examples.benefits import gift_issued
from tests.examples.members import organisation_registered
from tests.reporting.api.conftest import Asker
from tests.reporting.api.test_dividing import cakes
from tests.reporting.records import ORG
from tests.reporting.year import gift, person


async def test_years_side_by_side(asker: Asker, simulated: Ingest) -> None:
    await cakes()(gift("cake-9", "birthday", 1, "2021-05-05")).told(simulated)
    found = await asker.answer(f"{ORG}/years", last=2022, count=3, figure="birthday_cakes")
    assert [(each["year"], each["recorded"]) for each in found["years"]] == [
        (2020, False),
        (2021, True),
        (2022, True),
    ]
    (row,) = found["figures"]
    assert (row["values"], row["changes"]) == ([None, 1, 4], [None, None, 3])
    assert row["provable"] == [None, False, False] and "完整性不可证明" in row["notes"][2]
    every = await asker.answer(f"{ORG}/years", last=2022, count=2)
    assert [each["figure"] for each in every["figures"]] == [figure.name for figure in FIGURES]
    for count in (1, 6):
        assert (await asker.get(f"{ORG}/years", last=2022, count=count)).status_code == 422


async def test_a_union_with_all_below_it_as_far_as_the_token_goes(
    asker: Asker, simulated: Ingest
) -> None:
    below = "school"
    history = cakes()(
        organisation_registered(org_id=ORG, parent_org_id=None, simulated=True),
        organisation_registered(org_id=below, parent_org_id=ORG, simulated=True),
        gift_issued(
            org_id=below, programme_id="cake-1", person_id=person(1), occasion="birthday",
            occurred_on="2022-05-01",
        ),
    )  # fmt: skip
    await history.told(simulated)
    some = await asker.answer(f"{ORG}/subtree/birthday_cakes", year=2022)
    assert (some["value"], some["complete"], some["unions"]) == (4, False, 1)
    assert [item["org_id"] for item in some["items"]] == [ORG]
    orgs = (ORG, below)
    every = await asker.answer(f"{ORG}/subtree/birthday_cakes", orgs=orgs, year=2022)
    assert (every["value"], every["several"], every["complete"]) == (4, 1, True)
    assert [(item["org_id"], item["value"]) for item in every["items"]] == [(ORG, 4), (below, 1)]
    page = await asker.answer(f"{ORG}/subtree/birthday_cakes", orgs=orgs, year=2022, limit=1)
    rest = await asker.answer(
        f"{ORG}/subtree/birthday_cakes", orgs=orgs, year=2022, limit=1, cursor=page["next"]
    )
    assert [item["org_id"] for item in rest["items"]] == [below] and rest["next"] is None
    figures = await asker.answer(f"{ORG}/subtree", orgs=("*",), year=2022)
    assert [each["org_id"] for each in figures["unions"]] == [ORG, below]
    assert len(figures["figures"]) == len(FIGURES)
    assert (await asker.get(f"{below}/subtree", year=2022)).status_code == 403
