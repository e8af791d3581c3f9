"""Records that come over Kafka and as files: taken like any other, and kept for their sender when refused."""

import json

from schakel_contracts.envelope import POSITION
from schakel_services.intake.quarantine import open_sealed
from schakel_services.intake.step import A256GCM, ENCRYPTION, WITHHOLD
from schakel_services.intake.testing.stage import Stage, patient, plan, somebody
from schakel_services.runtime import topics
from schakel_services.runtime.keys import PartnerKeys
from schakel_services.runtime.testing.ground import until

SEALED = [(ENCRYPTION, A256GCM)]


def body(record: dict[str, object]) -> bytes:
    """Return a record as a partner's system writes it."""
    return json.dumps(record).encode()


async def test_records_of_the_raw_topic_are_taken_in_order(stage: Stage) -> None:
    """What was there before the start, and what comes; each event names the record that it was made from."""
    bsn = somebody()
    await stage.put(body(patient(bsn, "C-1")), body(plan("C-1")))
    async with stage.intake():
        await stage.plans(1)
        await stage.put(body(plan("C-1", status="on-hold")), body(plan("C-1", status="on-hold")))
        await stage.put(body(plan("C-1", status="completed")))
        await stage.plans(3)
    async with stage.intake():
        await stage.put(body(plan("C-1", status="active", id="plan-2")))
        events = await stage.plans(4)
    assert [json.loads(record.value)["status"] for record in events] == ["active", "paused", "ended", "active"]
    raw = topics.raw(stage.partner, "fhir_care_plan")
    positions = [dict(record.headers)[POSITION].decode().rsplit("/", 2) for record in events]
    assert {source for source, _, _ in positions} == {f"{raw}/0"}
    assert [int(offset) for _, offset, _ in positions] == sorted({int(offset) for _, offset, _ in positions})


async def test_an_encrypted_record_is_opened(stage: Stage) -> None:
    """With the partner's key, bound to the name of the topic; the veto goes on, and the partner's trace does not."""
    bsn = somebody()
    raw = topics.raw(stage.partner, "fhir_care_plan")
    sealed = stage.keys.encrypt(body(plan(bsn)), raw)
    said = [
        (WITHHOLD, b"UWV=disproportionate"),
        (WITHHOLD, b"DAY"),
        ("traceparent", f"00-{1:032x}-{2:016x}-01".encode()),
    ]
    async with stage.intake():
        await stage.put(sealed, headers=SEALED + said)
        (event,) = await stage.plans(1)
    headers = dict(event.headers)
    assert headers["ce_subject"].decode() == stage.pseudonym(bsn)
    assert sorted(headers["ce_withhold"].split()) == [b"DAY=disproportionate", b"UWV=disproportionate"]
    assert "ce_traceparent" not in headers


async def test_refused_records_are_kept_for_their_sender(stage: Stage) -> None:
    """Rejected, unlinked, sealed with another key: all as they were, readable with the partner's key alone."""
    other = PartnerKeys(bytes(32), "", "")
    raw = topics.raw(stage.partner, "fhir_care_plan")
    rejected, unlinked = body(plan(somebody(), status="Voorbeeld")), body(plan("C-404"))
    stolen = other.encrypt(body(plan(somebody())), raw)
    async with stage.intake():
        await stage.put(rejected, unlinked)
        await stage.put(stolen, headers=SEALED)
        await stage.put(body(plan(somebody())))
        await stage.plans(1)
        refusals = await stage.refusals(3)
    kept = {}
    for record in await stage.ground.read(topics.quarantine(stage.partner)):
        assert b"Voorbeeld" not in record.value
        found = open_sealed(stage.partner, stage.keys, record.key.decode(), record.value)
        kept[found.position] = found
    assert {found.raw for found in kept.values()} == {rejected, unlinked, stolen}
    assert {refusal.position for refusal in refusals} == set(kept)
    rules = {found.raw: [error.rule for error in found.errors] for found in kept.values()}
    assert (rules[unlinked], rules[stolen]) == (["unlinked"], ["undecipherable"])


async def test_a_file_is_taken_and_moved(stage: Stage) -> None:
    """Its event is on the log when it lies under ``accepted``; a refused one lies beside its problems."""
    bsn = somebody()
    inbox = stage.data / "inbox" / stage.partner / "fhir_care_plan"
    async with stage.intake():
        (inbox / "good.json").write_bytes(body(plan(bsn)))
        (inbox / "bad.json").write_bytes(b"no json")

        async def moved() -> bool:
            return (inbox / "accepted/good.json").exists() and (inbox / "rejected/bad.json").exists()

        await until(moved)
        assert len(await stage.plans()) == 1
    problem = json.loads((inbox / "rejected/bad.json.problem.json").read_text())
    assert problem["type"] == "urn:schakel:problem:rejected"
    assert len(await stage.refusals(1)) == 1
