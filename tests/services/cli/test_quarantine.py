"""``schakel quarantine``: what was refused can be listed, seen by its own partner, and put back as it was."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from schakel_connectors.rejection import FieldError
from schakel_services.cli.testing.command import Said
from schakel_services.cli.testing.place import Place
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.intake.quarantine import KEPT_MAX, UNDECIPHERABLE, seal
from schakel_services.intake.step import A256GCM, ENCRYPTION, WITHHOLD
from schakel_services.runtime import topics
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.runtime.placement import partition_of

RAW = b'{"name": "Voorbeeld, Q."}'
NOW = datetime(2026, 3, 1, tzinfo=UTC)
UNLINKED = FieldError("subject", "unlinked")
LISTED = {"key", "connector", "outcome", "errors", "at", "size", "position"}
REPLAYED = {"key", "connector", "replayed", "reason", "position"}


class Cage:
    """One partner's quarantine."""

    def __init__(self, place: Place, partner: str) -> None:
        self.place = place
        self.partner = partner
        self.keys: PartnerKeys = Keyring(place.data / "keys").partner(partner)

    def keep(
        self,
        raw: bytes = RAW,
        error: FieldError = UNLINKED,
        connector: str = "fhir_care_plan",
        keys: PartnerKeys | None = None,
    ) -> str:
        """Keep a record as the intake does, and return its key."""
        position = f"{topics.raw(self.partner, connector)}/1/{uuid4().int % 10**12}"
        item = Incoming(connector, raw, NOW, position, withhold="UWV=disproportionate")
        result = Result("rejected", errors=(error,))
        key, value = seal(self.partner, keys or self.keys, position, item, result, NOW.isoformat())
        self.place.put(topics.quarantine(self.partner), [value], key=key, partition=partition_of(key, 2))
        return key

    def ask(self, *arguments: object) -> Said:
        """Ask the command."""
        return self.place.schakel("quarantine", *arguments, "--partner", self.partner, "--chain", self.place.chain)


@pytest.fixture
def cage(place: Place) -> Cage:
    """What the GGZ's intake refused."""
    return Cage(place, "ggz")


def test_list_tells_why_and_never_what(cage: Cage) -> None:
    """Key, connector, outcome, rule, time and size."""
    key = cage.keep()
    said, spoken = cage.ask("list", "--json"), cage.ask("list")
    found = next(line for line in said.lines() if line["key"] == key)
    assert (said.exit_code, set(found)) == (0, LISTED)
    assert (found["connector"], found["outcome"], found["size"]) == ("fhir_care_plan", "rejected", len(RAW))
    assert found["errors"] == [{"field": "subject", "rule": "unlinked"}]
    assert f"{key}  2026-03-01T00:00:00+00:00  fhir_care_plan  rejected  {len(RAW)} bytes" in spoken.out
    assert "Voorbeeld" not in said.out + said.err + spoken.out + spoken.err


def test_show_gives_the_record_byte_for_byte(cage: Cage) -> None:
    """To standard output alone, with a warning beside it."""
    raw = bytes(range(256))
    key = cage.keep(raw)
    said, line = cage.ask("show", key), cage.ask("show", key, "--json").line()
    assert (said.exit_code, said.raw) == (0, raw)
    assert said.err == "This is a record of ggz, in full. Keep it there.\n"
    assert base64.b64decode(line["raw_base64"]) == raw
    assert set(line) == LISTED | {"raw_base64"}


def test_replay_puts_one_back_as_it_was(cage: Cage) -> None:
    """Encrypted, in the partition that it came from, with the sender's veto."""
    key = cage.keep()
    cage.keep(b"another")
    said = cage.ask("replay", key, "--json")
    line = said.line()
    assert (said.exit_code, set(line), line["replayed"], line["reason"]) == (0, REPLAYED, True, None)
    topic, partition, offset = line["position"].split("/")
    (record,) = [one for one in cage.place.read(topic) if one.offset == int(offset)]
    assert (topic, partition, record.partition) == ("raw.ggz.fhir_care_plan", "1", 1)
    assert cage.keys.decrypt(record.value, topic) == RAW
    assert dict(record.headers) == {ENCRYPTION: A256GCM, WITHHOLD: b"UWV=disproportionate"}


def test_what_was_put_back_is_in_quarantine_no_more(cage: Cage) -> None:
    """So it is not told anew; and what is refused again is there once, under the key that it has then."""
    key, topic = cage.keep(), "raw.ggz.fhir_care_plan"
    assert cage.ask("replay", key).exit_code == 0
    before = len(cage.place.read(topic))
    listed = [line["key"] for line in cage.ask("list", "--json").lines()]
    assert key not in listed
    assert (cage.ask("replay", key).exit_code, cage.ask("show", key).exit_code) == (1, 1)
    again = cage.keep()
    said = cage.ask("replay", "--all", "--json")
    assert key not in {line["key"] for line in said.lines()}
    assert again in {line["key"] for line in said.lines()}
    assert len(cage.place.read(topic)) == before + len(said.lines())
    assert cage.ask("replay", "--all", "--json").lines() == []


def test_who_is_broken_off_in_between_loses_nothing(cage: Cage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is on its topic before it leaves the quarantine: at worst it is put back once more."""
    key = cage.keep()
    there = len(cage.place.read("raw.ggz.fhir_care_plan"))
    send = AIOKafkaProducer.send_and_wait

    async def broken_off(self: AIOKafkaProducer, topic: str, *rest: Any, **more: Any) -> Any:
        if topic == topics.quarantine("ggz"):
            raise TimeoutError
        return await send(self, topic, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(AIOKafkaProducer, "send_and_wait", broken_off)
        assert cage.ask("replay", key).exit_code == 1
    assert len(cage.place.read("raw.ggz.fhir_care_plan")) == there + 1
    assert key in {line["key"] for line in cage.ask("list", "--json").lines()}
    assert cage.ask("replay", key).exit_code == 0


def test_what_could_not_be_deciphered_is_put_back_undeciphered(cage: Cage) -> None:
    """The key may have been mended since."""
    sealed = cage.keys.encrypt(RAW, "raw.ggz.fhir_care_plan")
    line = cage.ask("replay", cage.keep(sealed, UNDECIPHERABLE), "--json").line()
    offset = int(line["position"].rpartition("/")[2])
    assert [one.value for one in cage.place.read("raw.ggz.fhir_care_plan") if one.offset == offset] == [sealed]


def test_what_cannot_be_put_back_is_said_and_stops_nobody(place: Place) -> None:
    """Too large, of a connector that is no longer used, or kept with another key: the others go."""
    cage = Cage(place, "uwv")
    keys = {
        cage.keep(b" " * (KEPT_MAX + 1), connector="suwiml"): "too_large_to_keep",
        cage.keep(connector="setu_assignment"): "connector_not_used",
        cage.keep(connector="suwiml", keys=Keyring(place.data / "keys").partner("ggz")): "kept_with_another_key",
        cage.keep(connector="suwiml"): None,
    }
    said = cage.ask("replay", "--all", "--json")
    assert said.exit_code == 1
    assert {line["key"]: line["reason"] for line in said.lines()} == keys
    assert "0 put back, 3 left." in cage.ask("replay", "--all").out
    assert len(cage.ask("list", "--json").lines()) == 3
    large = next(iter(keys))
    assert (cage.ask("show", large).exit_code, cage.ask("show", large).raw) == (1, b"")


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("show", "x" * 22), 1),
        (("replay", "x" * 22), 1),
        (("show", "too-short"), 2),
        (("replay",), 2),
        (("replay", "x" * 22, "--all"), 2),
        (("show",), 2),
    ],
)
def test_what_is_not_there_is_1_and_what_is_no_key_is_2(cage: Cage, arguments: tuple[str, ...], exit_code: int) -> None:
    """A key has 22 characters."""
    said = cage.ask(*arguments)
    assert (said.exit_code, said.raw) == (exit_code, b"")


def test_without_the_partners_keys_nothing_is_read(place: Place) -> None:
    """A partner of the chain whose keys are elsewhere; one that is not in the chain."""
    arguments = ("quarantine", "list", "--chain", place.chain)
    no_keys = place.schakel(*arguments, "--partner", "gemeente")
    assert (no_keys.exit_code, no_keys.out, len(no_keys.err.splitlines())) == (1, "", 1)
    assert "gemeente.json" in no_keys.err
    assert place.schakel(*arguments, "--partner", "nobody").exit_code == 2
