"""Our streams have the contract's names, and ranges hold exactly the streams they are of."""

from services.benefits import streams


def test_every_stream_is_named_as_the_contract_has_it() -> None:
    assert streams.programme("tjtc", "spring") == "tjtc/programme-spring"
    assert streams.gift("tjtc", "spring", "p-ann001") == "tjtc/gift-spring.p-ann001"
    assert streams.claim("tjtc", "c-1") == "tjtc/claim-c-1"
    assert streams.policy("tjtc", "care") == "tjtc/policy-care"
    assert streams.budget("tjtc", 2022) == "tjtc/budget-2022"
    assert streams.income("tjtc", "q1") == "tjtc/income-q1"
    assert streams.payment("tjtc", "2022-1") == "tjtc/payment-2022-1"
    assert streams.procurement("tjtc", "exam") == "tjtc/procurement-exam"


def test_a_range_holds_the_streams_of_its_thing_and_no_others() -> None:
    gifts = streams.gifts_of("tjtc", "spring")
    assert gifts.low <= streams.gift("tjtc", "spring", "p-ann001") < gifts.high
    assert not gifts.low <= streams.gift("tjtc", "spring-2", "p-ann001") < gifts.high
    covers = streams.insured_under("tjtc", "care")
    assert covers.low + "p-ann001" == "tjtc/insured-care.p-ann001"
    programmes = streams.programmes_of("tjtc")
    assert programmes.low <= streams.programme("tjtc", "0") < programmes.high
    assert not programmes.low <= streams.programme("tjtc-2", "0") < programmes.high
