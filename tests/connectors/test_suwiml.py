"""SuwiML: which benefits a person has, told once, and never an amount, a ground or a household."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pydantic_core import PydanticCustomError

import schakel_connectors
from schakel_connectors.connector import load
from schakel_connectors.interpret import Remembered, interpret
from schakel_connectors.rejection import RecordRejected
from schakel_connectors.stated.benefit import BenefitStated
from schakel_connectors.statement import Party, Sender
from schakel_connectors.suwiml.codes import INCOME, kind_of_law
from schakel_connectors.suwiml.dates import first_day, last_day
from schakel_connectors.suwiml.mapping import parse
from schakel_connectors.suwiml.standing import Application, Run, standing
from schakel_contracts.codes import BenefitKind, BenefitStatus, Role
from schakel_contracts.event import Event

SAMPLES = Path(schakel_connectors.__path__[0]) / "suwiml" / "samples"
ACCEPTED = sorted(SAMPLES.glob("accepted_*.xml"))
CONNECTOR = load("suwiml")
UWV = Sender("uwv", Role.UWV, lambda _, role: Party("uwv", role or Role.UWV))
WW, PW = BenefitKind.WW, BenefitKind.PARTICIPATION_ACT
NOVEMBER = datetime(2026, 11, 24, 3, tzinfo=UTC)


class Partner:
    """A partner that sends, and an intake that remembers."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Remembered] = {}

    def sends(self, raw: bytes, at: datetime = NOVEMBER) -> list[Event]:
        """Return the events of one record."""
        found = []
        for translation in CONNECTOR.translate(raw):
            key = translation.record_key

            def recall(slot: str, key: str = key) -> Remembered | None:
                return self.kept.get((key, slot))

            for change in interpret(translation, UWV, "suwiml", recall, at):
                self.kept[key, change.slot] = change.remembered
                found += [change.event] if change.event else []
        return found


def income(*periods: tuple[str, str, str], created: str = "") -> bytes:
    """An answer with one income of so many periods: sort, first and last day."""
    listed = "".join(
        f"<Inkomstenperiode><DatBIkp>{first}</DatBIkp><DatEIkp>{last}</DatEIkp>"
        f"<CdSrtIkv>{sort}</CdSrtIkv></Inkomstenperiode>"
        for sort, first, last in periods
    )
    return in_envelope(
        '<s:R xmlns:s="http://bkwi.nl/SuwiML/Diensten/UWVDossierInkomstenGSD/v0200">'
        "<ClientSuwi><Burgerservicenr>999910024</Burgerservicenr>"
        f"<Inkomstenverhouding>{listed}</Inkomstenverhouding></ClientSuwi></s:R>".replace(
            "s:R", "s:UWVPersoonsIkvInfoResponse"
        ),
        created,
    )


def in_envelope(body: str, created: str) -> bytes:
    """The answer in a SOAP envelope with a time stamp, if there is one."""
    if not created:
        return body.encode()
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header><w:Security '
        f'xmlns:w="urn:w"><w:Timestamp><w:Created>{created}</w:Created></w:Timestamp></w:Security>'
        f"</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


def told(events: list[Event]) -> list[tuple[Any, ...]]:
    """What was said of benefits."""
    return [
        (said["benefit_kind"], said["status"], said["effective"])
        for event in events
        if event.short_type() == "benefit_status.changed" and (said := event.model_dump(mode="json"))
    ]


@pytest.mark.parametrize("sample", ACCEPTED, ids=lambda path: path.stem)
def test_a_nightly_answer_that_is_the_same_says_nothing(sample: Path) -> None:
    """Partners send everything every night; a year later nothing of it is news either."""
    partner = Partner()
    partner.sends(sample.read_bytes())

    assert partner.sends(sample.read_bytes(), NOVEMBER + timedelta(days=400)) == []


def test_a_new_period_of_the_same_benefit_says_nothing() -> None:
    """UWV starts a new income period every year; the benefit simply runs on."""
    partner = Partner()
    first = partner.sends(income(("33", "20260101", "20260630")), datetime(2026, 3, 1, tzinfo=UTC))
    second = partner.sends(
        income(("33", "20260101", "20260630"), ("33", "20260701", "99991230")),
        datetime(2026, 6, 1, tzinfo=UTC),
    )

    assert (told(first), second) == ([("ww", "granted", "2026-01-01")], [])


def test_a_known_last_day_is_told_when_it_has_passed() -> None:
    """Until and on that day the benefit is granted."""
    partner = Partner()
    granted = partner.sends(income(("33", "20260101", "99991231"), created="2026-10-01T02:00:00Z"))
    announced = partner.sends(
        income(("33", "20260101", "20261130"), created="2026-11-30T02:00:00Z"),
        datetime(2026, 11, 30, tzinfo=UTC),
    )
    ended = partner.sends(
        income(("33", "20260101", "20261130"), created="2026-12-01T02:00:00Z"),
        datetime(2026, 12, 1, tzinfo=UTC),
    )

    assert told(granted) == [("ww", "granted", "2026-01-01")]
    assert announced == []
    assert told(ended) == [("ww", "ended", "2026-12-01")]
    assert [event.short_type() for event in ended] == [
        "case_relation.ended",
        "benefit_status.changed",
    ]


@pytest.mark.parametrize(("received", "status"), [("2026-11-30", "granted"), ("2026-12-01", "ended")])
def test_without_a_time_stamp_the_day_of_receipt_decides(received: str, status: str) -> None:
    """Most answers come without an envelope."""
    events = Partner().sends(
        income(("33", "20260101", "20261130")), datetime.fromisoformat(f"{received}T00:00:00+00:00")
    )

    assert [said[1] for said in told(events)] == [status]


def test_an_extended_grant_that_was_told_as_ended_is_told_again() -> None:
    """The partner corrects an end that had passed."""
    partner = Partner()
    ended = partner.sends(income(("33", "20260101", "20261031")))
    granted = partner.sends(income(("33", "20260101", "20261231")))

    assert [said[1] for said in told(ended + granted)] == ["ended", "granted"]


def test_an_older_answer_that_comes_later_changes_nothing() -> None:
    """The time stamp of the envelope orders the answers."""
    partner = Partner()
    partner.sends(income(("33", "20260101", "20260930"), created="2026-11-01T02:00:00Z"))

    assert partner.sends(income(("33", "20260101", ""), created="2026-09-01T02:00:00Z")) == []


def test_history_is_no_news() -> None:
    """A benefit that ended over a year before it was first seen is not told, nor is the sender."""
    assert Partner().sends(income(("33", "20190101", "20200131"), ("15", "20260101", ""))) == []


def test_one_benefit_after_another_gives_one_status_each() -> None:
    """Partially able to work, then lastingly not."""
    events = Partner().sends(income(("40", "20200101", "20260630"), ("39", "20260701", "")))

    assert told(events) == [
        ("wia_iva", "granted", "2026-07-01"),
        ("wia_wga", "ended", "2026-07-01"),
    ]


@pytest.mark.parametrize("code", ["11", "13", "15", "17", "18", "22", "24", "56", "62", "85", "00"])
def test_wages_and_pensions_are_left_alone(code: str) -> None:
    """Nobody is told of them, and they involve nobody."""
    assert CONNECTOR.translate(income((code, "20260101", "")))[0].statements == ()


def test_what_is_not_declared_is_not_read() -> None:
    """Names, partners, employers, amounts, claims and measures have no place in a record."""
    for sample in ACCEPTED:
        read = repr(parse(sample.read_bytes()))
        for secret in (
            "Testpersoon",
            "Proefpartner",
            "De Oven",
            "98765",
            "7654",
            "9999000000",
            "19850000",
        ):
            assert secret not in read
        if "assistance_granted" in sample.stem:
            assert "999910061" not in read


def elements(sample: Path) -> list[etree._Element]:
    """Every element of a freshly read sample, in document order."""
    return list(etree.parse(sample).iter("{*}*"))


@pytest.mark.parametrize("sample", ACCEPTED, ids=lambda path: path.stem)
def test_an_incomplete_answer_is_read_or_refused(sample: Path) -> None:
    """Leave out each element in turn, or its content: there is no third outcome."""
    for at in range(1, len(elements(sample))):
        for keep_it in (True, False):
            element = elements(sample)[at]
            root = element.getroottree()
            parent = element.getparent()
            if keep_it or parent is None:
                element.clear()
            else:
                parent.remove(element)
            with suppress(RecordRejected):
                Partner().sends(etree.tostring(root))


def run(first: str, last: str = "", kind: BenefitKind = WW) -> Run:
    """A benefit that was received."""
    return Run(kind, date.fromisoformat(first), date.fromisoformat(last) if last else None)


def asked(day: str, status: BenefitStatus | None = BenefitStatus.REQUESTED, decided: str = "") -> Application:
    """An application for one."""
    on = date.fromisoformat(decided) if decided else None
    return Application(WW, date.fromisoformat(day), on, status)


def stands(status: BenefitStatus, effective: str, ends: str = "") -> tuple[BenefitStated, ...]:
    """What is expected."""
    last = date.fromisoformat(ends) if ends else None
    return (BenefitStated(WW, status, date.fromisoformat(effective), last),)


GRANTED, REJECTED, REQUESTED = (
    BenefitStatus.GRANTED,
    BenefitStatus.REJECTED,
    BenefitStatus.REQUESTED,
)


@pytest.mark.parametrize(
    ("runs", "applications", "expected"),
    [
        ([run("2024-01-01")], [], stands(GRANTED, "2024-01-01")),
        (
            [run("2024-07-01", "2024-12-31"), run("2024-01-01", "2024-06-30")],
            [],
            stands(GRANTED, "2024-01-01", "2024-12-31"),
        ),
        (
            [run("2024-01-01", "2024-06-29"), run("2024-07-01", "2024-12-31")],
            [],
            stands(GRANTED, "2024-07-01", "2024-12-31"),
        ),
        (
            [run("2024-01-01"), run("2024-03-01", "2024-03-31")],
            [],
            stands(GRANTED, "2024-01-01"),
        ),
        ([], [asked("2024-01-05")], stands(REQUESTED, "2024-01-05")),
        ([], [asked("2024-01-05", GRANTED, "2024-02-01")], stands(GRANTED, "2024-02-01")),
        (
            [run("2024-01-05", "2024-02-28")],
            [asked("2024-01-05", GRANTED, "2024-03-01")],
            stands(GRANTED, "2024-01-05", "2024-02-28"),
        ),
        (
            [run("2024-01-05", "2024-02-28")],
            [asked("2024-06-01", REJECTED, "2024-07-01"), asked("2024-08-01")],
            stands(REQUESTED, "2024-08-01"),
        ),
        ([run("2024-01-05")], [asked("2024-06-01")], stands(GRANTED, "2024-01-05")),
        ([], [asked("2024-01-05", GRANTED, "2024-02-01"), asked("2024-06-01", None)], ()),
    ],
    ids=[
        "it runs",
        "periods that touch are one",
        "after a gap the last one counts",
        "a period within another changes nothing",
        "asked for",
        "granted, and not yet received",
        "granted for a time that has passed",
        "asked for again",
        "what runs outweighs what is asked",
        "a decision of unknown meaning says nothing",
    ],
)
def test_where_a_benefit_stands(
    runs: list[Run], applications: list[Application], expected: tuple[BenefitStated, ...]
) -> None:
    """One answer for a kind, whatever its history and the order in which it is listed."""
    assert standing(runs, applications) == expected
    assert standing(reversed(runs), reversed(applications)) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("20240229", "2024-02-29", "2024-02-29"),
        ("20240200", "2024-02-01", "2024-02-29"),
        ("20240000", "2024-01-01", "2024-12-31"),
        ("2024-06-10", "2024-06-10", "2024-06-10"),
        ("00000000", None, None),
        ("00000512", None, None),
    ],
)
def test_dates_with_unknown_parts(text: str, first: str | None, last: str | None) -> None:
    """A first day is the earliest that a date can mean, and a last day the latest."""
    assert (str(first_day(text)), str(last_day(text))) == (str(first), str(last))


@pytest.mark.parametrize("text", ["88881231", "99991230", "99991231"])
def test_a_day_of_no_end_is_none_as_a_last_day(text: str) -> None:
    """And no day at all as a first one."""
    assert last_day(text) is None
    with pytest.raises(PydanticCustomError, match="not in a year"):
        first_day(text)


@pytest.mark.parametrize("text", ["20230229", "20231301", "20240013", "2023", "", "2023-0610", "١٢٣٤٥٦٧٨"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """With the field and the rule, and without the value."""
    benefit = income(("33", "20260101", "")).replace(b"20260101", text.encode() or b"x")

    with pytest.raises(RecordRejected, match=r"DatBIkp: date_invalid$"):
        CONNECTOR.translate(benefit)


def test_codes_mean_what_the_tax_return_says() -> None:
    """The codes from 31 to 52 are benefits; of a law that isn't listed the kind is another one."""
    expected = {
        "31": "zw",
        "33": "ww",
        "37": "wajong",
        "43": "participation_act",
        "46": "supplementary_benefits_act",
    }

    assert {code: INCOME[code].value for code in expected} == expected
    assert {int(code) for code in INCOME} <= set(range(31, 53))
    assert [kind_of_law(code) for code in ("pw", "WWB", "ABW", "WIA", "AOW")] == [
        *[PW] * 3,
        *[BenefitKind.OTHER] * 2,
    ]


def test_a_variant_of_the_service_is_the_same_source() -> None:
    """A new version, or the variant for digital services, does not tell everything again."""
    partner = Partner()
    partner.sends(income(("33", "20260101", "")))
    newer = income(("33", "20260101", "")).replace(
        b"UWVDossierInkomstenGSD/v0200", b"UWVDossierInkomstenGSDDigitaleDiensten/v0300"
    )

    assert partner.sends(newer) == []
