"""Our streams have the contract's names."""

from services.events import streams


def test_every_stream_is_named_as_the_contract_has_it() -> None:
    names = {
        streams.activity("tjtc", "video-1"): "tjtc/activity-video-1",
        streams.meeting("tjtc", "tc-1"): "tjtc/meeting-tc-1",
        streams.regulation("tjtc", "funds"): "tjtc/regulation-funds",
        streams.check("tjtc", "2022"): "tjtc/check-2022",
        streams.volunteer("tjtc", "p-wang01"): "tjtc/volunteer-p-wang01",
        streams.attestation("tjtc", "safety", "2022-06"): "tjtc/attestation-safety.2022-06",
        streams.incident("tjtc", "i-1"): "tjtc/incident-i-1",
        streams.plan_item("tjtc", "web"): "tjtc/plan-web",
        streams.issue("tjtc", "q-1"): "tjtc/issue-q-1",
    }
    assert list(names) == list(names.values())
    assert {name[len("tjtc/") :].partition("-")[0] for name in names} == streams.KINDS
