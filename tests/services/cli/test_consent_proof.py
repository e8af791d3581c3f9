"""``schakel consent proof`` on a log: when the withdrawal was, what period was read, and what that can prove."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from schakel_contracts.codes import Category, ConsentForm, Grantor, Outcome, Purpose, ReceiptOutcome, Role
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn, Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.envelope import Envelope
from schakel_contracts.event import Event
from schakel_contracts.identifiers import Pseudonym
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord
from schakel_services.cli.testing.command import Said
from schakel_services.cli.testing.place import Place
from schakel_services.runtime import topics

COACH, KEEPER = "jobcoach-opstap", "ggz-het-veen"
RECIPIENTS = (Recipient(party=COACH, role=Role.JOB),)
SOURCE = "urn:nld:oin:00000099000000001000:systeem:{}"


class Life:
    """One consent, as intake, gate and deliverer write it down in partition 0."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.person = Pseudonym(f"k1.{uuid4().hex}")
        self.consent = uuid4()

    def registry(self, **changes: Any) -> None:
        """Write a version of the record."""
        given: dict[str, Any] = {
            "id": self.consent,
            "purposes": (Purpose.JOB_COACHING,),
            "categories": (Category.SUPPORT_LEVEL,),
            "recipients": RECIPIENTS,
            "form": ConsentForm.DIGITAL,
            "granted_at": datetime.now(UTC) - timedelta(days=1),
            "collected_by": KEEPER,
        }
        record = ConsentRecord(**(given | changes))
        key = f"{self.person}/consent/{self.consent}"
        self.place.put(topics.REGISTRY, [record.model_dump_json().encode()], key=key)

    def withdrawn(self, recipients: tuple[Recipient, ...] = RECIPIENTS, at: str = KEEPER) -> UUID:
        """Write that it was withdrawn, and return which event said so."""
        event = ConsentWithdrawn(consent_id=self.consent, effective=datetime.now(UTC), recipients=recipients)
        return self._event(event, at)

    def granted(self) -> None:
        """Write that it was given."""
        self._event(
            ConsentGranted(
                consent_id=self.consent,
                purposes=(Purpose.JOB_COACHING,),
                categories=(Category.SUPPORT_LEVEL,),
                recipients=RECIPIENTS,
                grantor=Grantor.SUBJECT,
                form=ConsentForm.DIGITAL,
            ),
            KEEPER,
        )

    def _event(self, event: Event, source: str) -> UUID:
        identity = uuid4()
        time = datetime.now(UTC).isoformat()
        envelope = Envelope(str(identity), SOURCE.format(source), event.type, self.person, time)
        headers = envelope.to_headers("http.test/0/1/0")
        self.place.put(topics.EVENTS, [event.model_dump_json().encode()], headers, key=self.person)
        return identity

    def told(self, event: UUID, under: UUID | None = None, to: str = COACH) -> None:
        """Write that somebody was told of an event, and that it arrived."""
        notification, now = uuid4(), datetime.now(UTC)
        verdict = Verdict(
            recipient=to,
            role=Role.JOB,
            outcome=Outcome.PERMIT,
            rules=(),
            consent_id=under,
            notification_id=notification,
        )
        decision = Decision(
            event_id=event,
            event_type="x",
            subject=self.person,
            source=KEEPER,
            source_role=Role.GGZ,
            decided_at=now,
            policy_version="1",
            verdicts=(verdict,),
        )
        self.place.put(topics.AUDIT, [decision.model_dump_json().encode()], topics.DECISION_HEADERS, key=self.person)
        receipt = Receipt(
            notification_id=notification,
            notification_type="x",
            position="events/0/0/0",
            subject=self.person,
            recipient=to,
            role=Role.JOB,
            outcome=ReceiptOutcome.DELIVERED,
            consent_id=under,
            attempts=1,
            began_at=now,
            ended_at=now,
        )
        self.place.put(topics.RECEIPTS, [receipt.model_dump_json().encode()], key=self.person)

    def proof(self, *options: str) -> Said:
        """Ask the command."""
        return self.place.schakel("consent", "proof", self.consent, *options)


@pytest.fixture
def life(place: Place) -> Life:
    """A consent that is on no record yet."""
    return Life(place)


def test_a_consent_that_was_not_withdrawn_is_not_said_to_be_honoured(life: Life) -> None:
    """Nothing was proven."""
    life.registry()
    said, spoken = life.proof("--json"), life.proof()
    line = said.line()
    assert (said.exit_code, line["withdrawn"], line["honoured"]) == (1, False, None)
    assert (spoken.exit_code, "Nagekomen" in spoken.out) == (1, False)
    assert "Niet vast te stellen: deze toestemming is niet ingetrokken." in spoken.out


def test_a_withdrawal_is_proven_with_the_period_that_was_read(life: Life) -> None:
    """Who was told is told to stop."""
    life.registry()
    life.told(uuid4(), life.consent)
    stop = life.withdrawn()
    life.registry(withdrawn_at=datetime.now(UTC))
    life.told(stop)
    said, spoken = life.proof("--json"), life.proof()
    line = said.line()
    assert (said.exit_code, line["honoured"], line["delivered_before"], line["lacking"]) == (0, True, 1, [])
    assert line["read"]["until"] > line["t0"]
    assert "  gelezen: alles wat er ooit op stond, tot " in spoken.out
    assert f"  stopbericht aan {COACH}: bezorgd" in spoken.out
    assert spoken.out.endswith("Nagekomen.\n")


def test_a_rewrite_does_not_move_the_withdrawal(life: Life) -> None:
    """Compaction leaves the last version of the record; the event says when it was."""
    stop = life.withdrawn()
    life.told(uuid4(), life.consent)
    life.registry(withdrawn_at=datetime.now(UTC))
    life.told(stop)
    line = life.proof("--json").line()
    assert (line["delivered_before"], line["delivered_after"], line["honoured"]) == (0, 1, False)


def test_who_is_left_out_of_a_consent_does_not_end_it(life: Life) -> None:
    """They hear that they must stop; the withdrawal is the one that ends it for all, since it last stood."""
    life.registry()
    life.withdrawn((Recipient(party="somebody-else"),))
    life.withdrawn()
    life.granted()
    life.told(uuid4(), life.consent)
    stop = life.withdrawn()
    life.registry(withdrawn_at=datetime.now(UTC))
    life.told(stop)
    line = life.proof("--json").line()
    assert (line["delivered_before"], line["delivered_after"]) == (1, 0)


def test_who_was_told_and_left_the_chain_is_named(life: Life) -> None:
    """They get no stop-notice, and somebody must call them."""
    life.registry()
    life.told(uuid4(), life.consent, to="werkgever-weg")
    stop = life.withdrawn()
    life.registry(withdrawn_at=datetime.now(UTC))
    life.told(stop)
    said, spoken = life.proof("--json"), life.proof()
    assert (said.exit_code, said.line()["honoured"]) == (1, False)
    assert said.line()["not_told_to_stop"] == [{"recipient": "werkgever-weg", "reason": None}]
    assert "GEEN stopbericht aan werkgever-weg, die wel bericht kreeg: geen partij van de keten meer" in spoken.out
    assert "NIET nagekomen: niet iedereen die bericht kreeg, hoort dat dit stopt." in spoken.out


def test_a_log_that_no_longer_holds_the_withdrawal_proves_nothing(life: Life) -> None:
    """As after fourteen days; last in this file, since it takes away what others wrote."""
    life.registry()
    stop = life.withdrawn()
    life.registry(withdrawn_at=datetime.now(UTC))
    asyncio.run(_remove(life.place))
    life.told(stop)
    said, spoken = life.proof("--json"), life.proof()
    line = said.line()
    assert (said.exit_code, line["honoured"], line["lacking"]) == (1, None, ["before_the_log"])
    assert line["read"]["since"] > line["t0"]
    assert "  gelezen: vanaf " in spoken.out
    assert "Niet vast te stellen: het logboek gaat niet terug tot de intrekking." in spoken.out


async def _remove(place: Place) -> None:
    """Take away all that is on three topics, as their retention does."""
    admin = place.cluster.admin()
    await admin.start()
    try:
        names = (topics.EVENTS, topics.AUDIT, topics.RECEIPTS)
        await admin.delete_records({TopicPartition(name, 0): RecordsToDelete(before_offset=-1) for name in names})
    finally:
        await admin.close()
