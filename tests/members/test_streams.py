"""Our streams have the contract's names."""

from services.members import streams


def test_every_stream_is_named_as_the_contract_has_it() -> None:
    assert streams.organisation("tjtc") == "tjtc/organisation"
    assert streams.person("tjtc", "p-wang01") == "tjtc/person-p-wang01"
    assert frozenset({"organisation", "person"}) == streams.KINDS
