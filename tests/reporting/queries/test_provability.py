"""A figure is provable only if every source that could change it was found complete; an absence of
knowledge is never a proof."""

from typing import get_args

import asyncpg
import orjson
import pytest

from services.reporting.figures import BY_LIST, BY_NAME, RULES, TYPES_OF_FIGURE
from services.reporting.figures.definition import Counted
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import Publisher
from services.reporting.journal.record import Entry
from services.reporting.queries.figures import Value
from services.reporting.queries.provability import WORDS, source_checks, with_proof
from services.reporting.reconciliation.progress import Reason
from shared.contract.attributes import envelope_of_document
from shared.contract.catalogue import topic_of
from shared.contract.decoders import decode_event
from shared.testing.author import Author
from tests.examples.members import organisation_registered
from tests.reporting.comparisons import compared
from tests.reporting.records import ORG, Partition
from tests.shared.contract.frozen import NAMES, sample

GIFT, MEMBERS = BY_NAME["gift_birth"], BY_NAME["members_admitted"]
CANTEEN = Publisher(
    "/ext/canteen", frozenset({"guildhall.benefits.GiftIssued.v1"}), frozenset({ORG}), False
)


@pytest.fixture
async def union(ingest: Ingest) -> None:
    """The union is registered, another too, and nothing else is known."""
    author, partition = Author("members"), Partition(topic_of("members"))
    registered = [organisation_registered(org_id=org_id) for org_id in (ORG, "other-union")]
    raws = [partition.raw(author.write(each.stream_of(), each)) for each in registered]
    assert not (await ingest.apply(raws, partition.move(raws))).refused


@pytest.mark.usefixtures("union")
async def test_a_zero_of_a_union_that_nobody_has_is_not_proven(pool: asyncpg.Pool) -> None:
    """An id that is misspelt reads no union's year as empty."""
    await compared(pool)
    assert await proof(pool, "tjct") == {
        GIFT.name: ("日志中没有这个工会",),
        MEMBERS.name: ("日志中没有这个工会",),
    }


async def proof(pool: asyncpg.Pool, org_id: str = ORG) -> dict[str, tuple[str, ...]]:
    """What keeps a gift's and a member's figure from being proven, where nothing was counted."""
    values = {figure.name: Value(figure, 0, 0, 0, 0, 0) for figure in (GIFT, MEMBERS)}
    found = with_proof(values, await source_checks(pool, org_id))
    assert all(value.provable == (not value.unproven) for value in found.values())
    return {name: value.unproven for name, value in found.items()}


@pytest.mark.usefixtures("union")
async def test_what_was_never_compared_is_not_proven(pool: asyncpg.Pool) -> None:
    never = "尚未与来源的日志核对"
    own = f"/guildhall/reporting {never}"
    assert await proof(pool) == {
        GIFT.name: (f"reporting {never}", f"/guildhall/benefits {never}", own),
        MEMBERS.name: (f"reporting {never}", f"/guildhall/members {never}", own),
    }


@pytest.mark.usefixtures("union")
async def test_a_zero_is_proven_where_every_source_was_found_complete(pool: asyncpg.Pool) -> None:
    await compared(pool)
    assert await proof(pool) == {GIFT.name: (), MEMBERS.name: ()}


@pytest.mark.usefixtures("union")
@pytest.mark.parametrize(
    "reason",
    ["unreachable", "behind", "ahead", "differs", "not-compared", "lost-by-owner", "in-quarantine"],
)
async def test_a_source_that_is_not_complete_takes_its_own_figures_proof_and_no_others(
    pool: asyncpg.Pool, reason: Reason
) -> None:
    await compared(pool, benefits=reason)
    found = await proof(pool)
    assert found == {GIFT.name: (f"/guildhall/benefits {WORDS[reason]}",), MEMBERS.name: ()}


@pytest.mark.usefixtures("union")
@pytest.mark.parametrize("reason", ["differs", "ahead"])
async def test_what_was_forged_as_reporting_proves_nothing(
    pool: asyncpg.Pool, reason: Reason
) -> None:
    """An EventDisowned that nobody said takes a true event out of any figure."""
    await compared(pool, reporting=reason)
    said = (f"/guildhall/reporting {WORDS[reason]}",)
    assert await proof(pool) == {GIFT.name: said, MEMBERS.name: said}
    await compared(pool, reporting="behind")  # as it is with every finding
    assert await proof(pool) == {GIFT.name: (), MEMBERS.name: ()}


@pytest.mark.usefixtures("union")
@pytest.mark.parametrize("reason", ["ahead-of-owner", "journal-gaps", "sums-differ"])
async def test_a_journal_that_is_not_whole_proves_nothing(pool: asyncpg.Pool, reason: str) -> None:
    await compared(pool, journal=[reason])
    said = (f"reporting {WORDS[reason]}",)
    assert await proof(pool) == {GIFT.name: said, MEMBERS.name: said}


@pytest.mark.usefixtures("union")
async def test_a_comparison_of_long_ago_proves_nothing_of_now(pool: asyncpg.Pool) -> None:
    await compared(pool)
    await pool.execute(
        "UPDATE source_checks SET checked_at = checked_at - interval '1 hour'"
        " WHERE source = '/guildhall/members'"
    )
    assert await proof(pool) == {
        GIFT.name: (),
        MEMBERS.name: ("/guildhall/members 近期未与来源的日志核对",),
    }


@pytest.mark.usefixtures("union")
async def test_a_source_that_numbers_nothing_unproves_what_it_may_say_even_where_it_is_silent(
    pool: asyncpg.Pool,
) -> None:
    await compared(pool, outside={"guildhall.ext.canteen.v1": CANTEEN})
    said = ("/ext/canteen 来源不为其记录编号",)
    assert await proof(pool) == {GIFT.name: said, MEMBERS.name: ()}
    assert await proof(pool, "other-union") == {GIFT.name: (), MEMBERS.name: ()}
    await compared(pool)  # it is registered no more
    assert await proof(pool) == {GIFT.name: (), MEMBERS.name: ()}


@pytest.mark.usefixtures("union")
async def test_a_source_that_is_not_complete_for_no_reason_is_not_proven(
    pool: asyncpg.Pool,
) -> None:
    await compared(pool)
    await pool.execute(
        "UPDATE source_checks SET complete = false WHERE source = '/guildhall/members'"
    )
    said = ("/guildhall/members 尚未与来源的日志核对",)
    assert await proof(pool) == {GIFT.name: (), MEMBERS.name: said}


@pytest.mark.parametrize("name", NAMES)
def test_a_list_is_written_by_the_types_that_its_figures_name(name: str) -> None:
    envelope = envelope_of_document(orjson.dumps(sample(name)))
    event = decode_event(envelope.type, envelope.data)
    rule = RULES.get(type(event), lambda *_: ())
    for effect in rule(event, Entry(1, envelope, event, True)):
        if isinstance(effect, Counted):
            for figure in BY_LIST[effect.list]:
                assert envelope.type in TYPES_OF_FIGURE[figure.name]


@pytest.mark.usefixtures("union")
@pytest.mark.parametrize("reason", get_args(Reason))
async def test_reporting_s_own_log_must_be_compared_for_any_figure_to_be_proven(
    pool: asyncpg.Pool, reason: Reason
) -> None:
    """A forged EventDisowned takes an event out of any figure."""
    await compared(pool, reporting=reason)
    harmless = reason in {"behind", "in-quarantine", "lost-by-owner"}
    said = () if harmless else (f"/guildhall/reporting {WORDS[reason]}",)
    assert await proof(pool) == {GIFT.name: said, MEMBERS.name: said}
