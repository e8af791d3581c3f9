"""``schakel access`` answers for one person, from everything that is on the log, and shows no number and no name."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from schakel_contracts.codes import (
    Category,
    ConsentForm,
    Outcome,
    Purpose,
    Reason,
    ReceiptOutcome,
    Remedy,
    Role,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.identifiers import Bsn, is_bsn
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord, Record, RelationRecord, registry_key
from schakel_services.cli.main import app
from schakel_services.cli.testing.command import Said, schakel
from schakel_services.cli.testing.place import Place
from schakel_services.runtime import topics
from schakel_services.runtime.keys import Keyring
from schakel_services.runtime.placement import partition_of

NUMBERS: Iterator[str] = (str(number) for number in count(999_991_000) if is_bsn(str(number)))
BROKEN = "999991001"
NOW = datetime.now(UTC)
TYPE = "nl.schakel.support_level.changed.v1"
COACH, DESK, CARE = "jobcoach-opstap", "uwv-twente", "ggz-het-veen"
KEYS = ["found", "subject", "partner", "told", "not_told", "consents", "relations", "requests", "restrictions", "kept"]
TOLD_KEYS = [
    *("event_id", "event", "category", "decided_at", "source", "recipient", "role", "purpose", "basis", "articles"),
    *("fields", "masked", "consent_id", "delivery"),
]
DENIED_KEYS = ["event", "recipient", "role", "reason", "rules", "remedy", "count", "last_at"]


class Person:
    """Somebody, as gate, deliverer and intake write about them: in the partition of their pseudonym."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.bsn = next(NUMBERS)
        self.subject = Keyring(place.data / "keys").chain().pseudonym(Bsn(self.bsn))
        self.consent, self.notification = uuid4(), uuid4()

    def decided(self, *verdicts: Verdict) -> None:
        """Write what was decided about an event of the care provider."""
        decision = Decision(
            event_id=uuid4(),
            event_type=TYPE,
            subject=self.subject,
            source=CARE,
            source_role=Role.GGZ,
            decided_at=NOW,
            policy_version="1",
            verdicts=verdicts,
        )
        self._put(topics.AUDIT, decision.model_dump_json(), self.subject, topics.DECISION_HEADERS)

    def permit(self, to: str = COACH, role: Role = Role.JOB, masked: tuple[str, ...] = ()) -> Verdict:
        """Return that somebody may know."""
        return Verdict(
            recipient=to,
            role=role,
            outcome=Outcome.REDUCED,
            purpose=Purpose.JOB_COACHING,
            rules=("R3",),
            basis=("C",),
            consent_id=self.consent,
            fields=("direction",),
            masked=masked,
            notification_id=self.notification,
            sequence=1,
        )

    def delivered(self, to: str = COACH, role: Role = Role.JOB, seen: str = TYPE) -> None:
        """Write that it arrived."""
        receipt = Receipt(
            notification_id=self.notification,
            notification_type=seen,
            position="events/0/0/0",
            subject=self.subject,
            recipient=to,
            role=role,
            outcome=ReceiptOutcome.DELIVERED,
            attempts=1,
            began_at=NOW,
            ended_at=NOW,
        )
        self._put(topics.RECEIPTS, receipt.model_dump_json(), self.subject)

    def given(self, to: str = COACH, **changes: Any) -> None:
        """Write a consent, and who is involved."""
        given: dict[str, Any] = {
            "id": self.consent,
            "purposes": (Purpose.JOB_COACHING,),
            "categories": (Category.SUPPORT_LEVEL,),
            "recipients": (Recipient(party=to),),
            "source": CARE,
            "form": ConsentForm.DIGITAL,
            "granted_at": NOW - timedelta(days=1),
            "collected_by": CARE,
        }
        self.record(ConsentRecord(**(given | changes)))
        self.record(RelationRecord(id=self.consent, party=to, role=Role.JOB, asserted_by=CARE))

    def record(self, record: Record) -> None:
        """Write a record of the registry."""
        self._put(topics.REGISTRY, record.model_dump_json(), registry_key(self.subject, record))

    def _put(self, topic: str, text: str, key: str, headers: Any = ()) -> None:
        self.place.put(topic, [text.encode()], headers, key=key, partition=partition_of(self.subject, 2))

    def access(self, *options: str) -> Said:
        """Ask the command, with the BSN in a file."""
        file = self.place.data / "person.bsn"
        file.write_text(f"{self.bsn}\n", "utf-8")
        said = self.place.schakel("access", "--bsn-file", file, *options)
        assert self.bsn not in said.out + said.err
        return said


def denial(reason: Reason = Reason.NO_CONSENT) -> Verdict:
    """Return that the desk may not know."""
    return Verdict(
        recipient=DESK, role=Role.UWV, outcome=Outcome.DENY, rules=("R9",), reason=reason, remedy=Remedy.ASK_CONSENT
    )


@pytest.fixture
def person(place: Place) -> Person:
    """Somebody of whom nothing is known yet."""
    return Person(place)


def test_a_person_is_answered_from_all_that_is_on_the_log(person: Person, place: Place) -> None:
    """Who was told and who was not, what stands, and how long it is kept; nothing of anybody else."""
    other = Person(place)
    for one in (other, person):
        one.decided(one.permit(), denial())
        one.decided(denial())
        one.delivered()
        one.given()
    said = person.access("--json")
    line = said.line()
    (told,), (denied,), (consent,), (relation,) = (line[k] for k in ("told", "not_told", "consents", "relations"))
    assert (said.exit_code, line["found"], line["subject"], line["partner"]) == (0, True, person.subject, None)
    assert (list(line), list(told), list(denied)) == (KEYS, TOLD_KEYS, DENIED_KEYS)
    assert (told["recipient"], told["source"], told["event"]) == (COACH, CARE, "support_level.changed")
    assert (told["fields"], told["delivery"]["outcome"]) == (["direction"], "delivered")
    assert (denied["recipient"], denied["reason"], denied["remedy"]) == (DESK, "no_consent", "ask_consent")
    assert denied["count"] == 2
    assert (consent["id"], consent["state"], relation["party"]) == (str(person.consent), "active", COACH)
    assert {"what": "told", "days": 14} in line["kept"]
    assert str(other.consent) not in said.out
    assert person.place.schakel("access", "--subject", person.subject, "--json").line() == line


def test_it_is_read_in_dutch(person: Person) -> None:
    """With the names that people have for kinds of data, purposes and roles."""
    person.decided(person.permit(), denial())
    person.given(withdrawn_at=NOW)
    said = person.access()
    assert said.out.startswith(f"Wat de keten over deze persoon heeft vastgelegd ({person.subject})\n")
    assert "  Wat: zwaarte van de begeleiding (support_level.changed), van ggz-het-veen.\n" in said.out
    assert "  Velden: direction (zwaarder of lichter, omhoog of omlaag).\n" in said.out
    assert "  Bezorging: nog niet bekend.\n" in said.out
    assert "uwv-twente (UWV): support_level.changed, 1 keer" in said.out
    assert f"  Toestemming {person.consent}: ingetrokken\n" in said.out
    assert "Verzoeken op grond van de wet die lopen\n  Niets.\n" in said.out
    assert "  aan wie iets is verteld: 14 dagen\n" in said.out
    assert "Klopt er iets niet, of is er bezwaar? Zeg het bij de partij die het meldde" in said.out


def test_a_partner_has_its_own_slice(person: Person) -> None:
    """A masked sender stands nowhere in what the recipient is shown; the sender sees whom it told."""
    person.decided(person.permit(DESK, Role.UWV, ("source", "type")), denial())
    person.delivered(DESK, Role.UWV, "nl.schakel.support_trajectory.changed.v1")
    person.given(DESK)
    for shown in (person.access("--partner", DESK, "--json"), person.access("--partner", DESK)):
        assert (shown.exit_code, "support_trajectory.changed" in shown.out) == (0, True)
        assert CARE not in shown.out + shown.err
        assert person.subject not in shown.out
    line = person.access("--partner", CARE, "--json").line()
    assert (list(line), line["partner"], line["subject"]) == (KEYS, CARE, None)
    assert [(one["recipient"], one["source"]) for one in line["told"]] == [(DESK, CARE)]
    assert [one["recipient"] for one in line["not_told"]] == [DESK]
    assert person.access("--partner", COACH).exit_code == 1


def test_of_a_stranger_nothing_is_known(person: Person) -> None:
    """Exit code 1, a clear sentence, and the same keys."""
    said = person.access("--json")
    assert (said.exit_code, list(said.line()), said.line()["found"]) == (1, KEYS, False)
    assert said.err.startswith("nothing is known of this person on 127.0.0.1:")
    assert "14 days" in said.err


@pytest.mark.parametrize("number", [BROKEN, "", "99999100", "x" * 200])
def test_what_is_no_bsn_is_wrong_usage(place: Place, tmp_path: Path, number: str) -> None:
    """It is not said."""
    file = tmp_path / "person"
    file.write_text(number, "utf-8")
    for options in ((), ("--json",)):
        said = place.schakel("access", "--bsn-file", file, *options)
        assert said.exit_code == 2
        assert not number or number not in said.out + said.err


def test_a_bsn_on_the_command_line_is_not_read_back(place: Place) -> None:
    """Wherever somebody puts it."""
    bsn = next(NUMBERS)
    calls = (
        ("--bsn-file", bsn),
        (bsn,),
        ("--subject", bsn),
        ("--bsn-file", "-", "--partner", bsn),
        ("--subject", "k1." + "a" * 43, bsn),
        ("--bsn", bsn),
        (f"--bsn={bsn}",),
    )
    for call in calls:
        for options in ((), ("--json",)):
            said = place.schakel("access", *call, *options)
            assert said.exit_code == 2, call
            assert bsn not in said.out + said.err, call


def test_a_bsn_is_read_from_standard_input(person: Person) -> None:
    """As other commands do."""
    person.given()
    arguments = ["access", "--bsn-file", "-", "--data", str(person.place.data), "--json"]
    done = CliRunner().invoke(app, arguments, input=person.bsn, env={"KAFKA_BOOTSTRAP_SERVERS": None})
    assert (done.exit_code, person.subject in done.stdout) == (0, True)


def test_one_of_the_two_says_whom_it_is_about(person: Person) -> None:
    """Neither and both are wrong usage, and a BSN needs the key of a chain."""
    both = person.access("--subject", person.subject)
    neither = person.place.schakel("access")
    file = person.place.data / "person.bsn"
    assert (both.exit_code, neither.exit_code) == (2, 2)
    assert schakel("access", "--bsn-file", file).exit_code == 2


def test_without_a_key_or_a_kafka_it_does_not_happen(person: Person, tmp_path: Path) -> None:
    """In one line that says which is missing."""
    file = person.place.data / "person.bsn"
    file.write_text(person.bsn, "utf-8")
    nowhere = {"KAFKA_BOOTSTRAP_SERVERS": None}
    keyless = schakel("access", "--bsn-file", file, "--data", tmp_path, environment=nowhere)
    away = schakel("access", "--subject", person.subject, environment={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    assert (keyless.exit_code, keyless.err) == (1, "chain.json: not there\n")
    assert (away.exit_code, away.err.startswith("Kafka on 127.0.0.1:1 does not answer")) == (1, True)


def test_a_record_that_breaks_its_contract_is_named_by_place(person: Person) -> None:
    """Not left out in silence."""
    partition = partition_of(person.subject, 2)
    person.place.put(topics.RECEIPTS, [b"{}"], key=person.subject, partition=partition)
    said = person.access()
    assert (said.exit_code, said.out) == (1, "")
    assert said.err.startswith(f"the record at receipts/{partition}/")
