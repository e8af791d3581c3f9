"""``schakel consent``: given at the counter, honoured at every gate, taken back, and proven."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from schakel_services.demo.persons import Dossier
from schakel_services.demo.records import chain_record
from schakel_services.demo.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")
CHAIN_RECORD = "chain_record"


def _schakel(stage: Stage, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "schakel_services.cli.main", "consent", *arguments]
    found = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": stage.hub.bootstrap,
        "SCHAKEL_INTAKE": stage.hub.addresses()["services"]["intake"],
    }
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False, env=found, input=given)


def _at(stage: Stage, *arguments: str) -> list[str]:
    chain = str(stage.data / "chain.toml")
    return [*arguments, "--chain", chain, "--data", str(stage.data), "--partner", "ggz-het-veen", "--bsn-file", "-"]


def _grant(stage: Stage, record: str, *more: str) -> list[str]:
    what = ["--recipient", "jobcoach-opstap", "--category", "support_level", "--purpose", "support_scaling"]
    return [*_at(stage, "grant"), "--record", record, *what, "--form", "digital", "--json", *more]


async def _risen(stage: Stage, dossier: Dossier, number: int) -> Any:
    ggz = stage.chain.by_id("ggz-het-veen")
    record = {
        "type": "support_level.changed",
        "record": f"niveau-{dossier.number}-{number}",
        "bsn": dossier.bsn,
        "direction": "up",
        "effective": stage.now().date().isoformat(),
        "asserted_by": "GGZ",
    }
    (found,) = await stage.post(ggz, CHAIN_RECORD, record, "meer begeleiding")
    return found


async def test_a_consent_is_given_honoured_taken_back_and_proven(stage: Stage, somebody: Callable[[], Dossier]) -> None:
    """The proof names T0, the last delivery before it, what was blocked after it, and who was told to stop."""
    dossier = somebody()
    for name in ("ggz-het-veen", "jobcoach-opstap", "mijn-keten-twente"):
        partner = stage.chain.by_id(name)
        answer = await stage.system(partner).post(CHAIN_RECORD, chain_record.relation(stage, partner, dossier, partner))
        await stage.settled(answer.events)
    given = _schakel(stage, *_grant(stage, "balie-1"), given=dossier.bsn)
    assert given.returncode == 0, given.stderr
    (granted,) = await stage.follow([UUID(json.loads(given.stdout)["events"][0])])
    consent_id = (granted.data("jobcoach-opstap") or {})["consent_id"]

    before = await _risen(stage, dossier, 1)
    assert before.told("jobcoach-opstap") is not None
    shown = json.loads(_schakel(stage, "show", consent_id, "--json").stdout)
    assert (shown["state"], shown["form"], shown["grantor"]) == ("active", "digital", "subject")
    assert dossier.bsn not in json.dumps(shown)
    assert json.loads(given.stdout) | {"events": []} == {
        "accepted": True,
        "events": [],
        "consent_id": consent_id,
        "state": "active",
    }
    early = _schakel(stage, "proof", consent_id, "--json")
    line = json.loads(early.stdout)
    assert (early.returncode, line["withdrawn"], line["delivered_before"], line["honoured"]) == (1, False, 1, None)

    taken_back = _schakel(stage, *_at(stage, "withdraw"), "--record", "balie-1", "--json", given=dossier.bsn)
    assert taken_back.returncode == 0, taken_back.stderr
    await stage.settled(UUID(event) for event in json.loads(taken_back.stdout)["events"])
    after = await _risen(stage, dossier, 2)
    assert after.told("jobcoach-opstap") is None
    proof = json.loads(_schakel(stage, "proof", consent_id, "--json").stdout)
    assert proof["withdrawn"]
    assert proof["t0"]
    assert (proof["delivered_before"], proof["delivered_after"], proof["honoured"]) == (1, 0, True)
    assert proof["blocked_after"]["at_gate"] == 1
    assert proof["last_delivery_before"] < proof["t0"]
    told = {stop["recipient"]: stop["outcome"] for stop in proof["stop_notices"]}
    assert told["jobcoach-opstap"] == "delivered"
    assert json.loads(_schakel(stage, "show", consent_id, "--json").stdout)["state"] == "withdrawn"


async def test_what_is_withdrawn_stays_withdrawn(stage: Stage, somebody: Callable[[], Dossier]) -> None:
    """A new permission takes a new consent; the refusal names field and rule, and never the person."""
    dossier = somebody()
    assert _schakel(stage, *_grant(stage, "balie-2"), given=dossier.bsn).returncode == 0
    taken_back = _schakel(stage, *_at(stage, "withdraw"), "--record", "balie-2", given=dossier.bsn)
    assert taken_back.returncode == 0
    assert taken_back.stdout.startswith("Vastgelegd; 1 gebeurtenis(sen). Toestemming ")
    assert taken_back.stdout.endswith(": ingetrokken.\n")
    twice = _schakel(stage, *_at(stage, "withdraw"), "--record", "balie-2", given=dossier.bsn)
    assert (twice.returncode, "Dit stond al zo vast." in twice.stdout) == (0, True)
    again = _schakel(stage, *_grant(stage, "balie-2"), given=dossier.bsn)
    assert again.returncode == 1
    assert "withdrawn_before" in again.stderr
    assert dossier.bsn not in again.stdout + again.stderr


async def test_what_does_not_come_about_is_no_success(stage: Stage, somebody: Callable[[], Dossier]) -> None:
    """An id that nobody knows, somebody else's consent, a mentor whom nobody appointed, a name that is misspelt."""
    dossier, other = somebody(), somebody()
    given = _schakel(stage, *_grant(stage, "balie-5"), given=dossier.bsn)
    consent_id = json.loads(given.stdout)["consent_id"]
    withdraw = [*_at(stage, "withdraw"), "--json", "--record", "balie-6", "--consent-id"]
    unknown = _schakel(stage, *withdraw, "00000000-0000-5000-8000-000000000000", given=dossier.bsn)
    assert (unknown.returncode, json.loads(unknown.stdout)["ok"]) == (1, False)
    strange = _schakel(stage, *withdraw, consent_id, given=other.bsn)
    assert (strange.returncode, json.loads(strange.stdout)["state"]) == (1, "active")
    mentor = _schakel(stage, *_grant(stage, "balie-7", "--grantor", "personal_mentor"), given=other.bsn)
    assert (mentor.returncode, json.loads(mentor.stdout)["state"]) == (1, "not_valid")
    misspelt = [one.replace("jobcoach-opstap", "jobcoach-opstapp") for one in _grant(stage, "balie-8")]
    assert _schakel(stage, *misspelt, given=other.bsn).returncode == 2


async def test_what_another_replaced_is_not_withdrawn_by_its_old_id(
    stage: Stage, somebody: Callable[[], Dossier]
) -> None:
    """At any partner: the command says what to withdraw instead, and the other one goes on."""
    dossier = somebody()
    old = json.loads(_schakel(stage, *_grant(stage, "balie-9"), given=dossier.bsn).stdout)["consent_id"]
    renewed = _schakel(stage, *_grant(stage, "balie-10", "--supersedes", "balie-9"), given=dossier.bsn)
    assert renewed.returncode == 0, renewed.stderr
    for partner in ("ggz-het-veen", "jobcoach-opstap"):
        desk = [partner if one == "ggz-het-veen" else one for one in _at(stage, "withdraw")]
        withdrawn = _schakel(stage, *desk, "--record", "balie-11", "--consent-id", old, given=dossier.bsn)
        assert (withdrawn.returncode, "trek in wat in de plaats kwam" in withdrawn.stderr) == (1, True), withdrawn
    for consent, state in ((old, "superseded"), (json.loads(renewed.stdout)["consent_id"], "active")):
        assert json.loads(_schakel(stage, "show", consent, "--json").stdout)["state"] == state


async def test_wrong_input_is_said_in_a_line(stage: Stage, somebody: Callable[[], Dossier]) -> None:
    """An impossible BSN, nobody named, an unknown consent, an intake that is away."""
    wrong = _schakel(stage, *_grant(stage, "balie-3"), given="123456789")
    assert (wrong.returncode, "bsn" in wrong.stderr, "123456789" in wrong.stderr) == (2, True, False)
    nobody = _schakel(stage, *[one for one in _grant(stage, "balie-3") if one not in {"--bsn-file", "-"}])
    assert nobody.returncode == 2
    unknown = _schakel(stage, "show", "00000000-0000-5000-8000-000000000000")
    assert unknown.returncode == 1
    away = _schakel(stage, *_grant(stage, "balie-3"), "--intake", "http://127.0.0.1:9", given=somebody().bsn)
    assert (away.returncode, "Traceback" in away.stderr) == (1, False)


async def test_coverage_counts_what_stands_and_what_is_missing(stage: Stage, somebody: Callable[[], Dossier]) -> None:
    """One line for each partner and kind of data, with numbers that grow by one."""
    dossier = somebody()

    def active() -> int:
        lines = _schakel(stage, "coverage", "--chain", str(stage.data / "chain.toml"), "--json").stdout.splitlines()
        rows = [json.loads(line) for line in lines]
        kinds = [r for r in rows if (r["recipient"], r["category"]) == ("jobcoach-opstap", "support_level")]
        return sum(int(row["active"]) for row in kinds)

    before = active()
    assert _schakel(stage, *_grant(stage, "balie-4"), given=dossier.bsn).returncode == 0
    assert active() == before + 1
