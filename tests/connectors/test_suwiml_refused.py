"""SuwiML answers that contradict themselves, or say what their service can't: refused by name, never half read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import schakel_connectors
from schakel_connectors.connector import load
from schakel_connectors.trial import RECEIVED_AT, try_record

SUWIML = load("suwiml")
SAMPLES = Path(schakel_connectors.__path__[0]) / "suwiml" / "samples"
SERVICES = "http://bkwi.nl/SuwiML/Diensten/"
INCOME = "<Inkomstenverhouding><Inkomstenperiode><DatBIkp>{first}</DatBIkp>{last}<CdSrtIkv>33</CdSrtIkv>"
INCOME += "</Inkomstenperiode></Inkomstenverhouding>"
BENEFIT = "<Uitkeringsverhouding><SzWet><CdSzWet>PW</CdSzWet></SzWet></Uitkeringsverhouding>"
APPLICATION = "<AanvraagUitkering><SzWet><CdSzWet>PW</CdSzWet></SzWet></AanvraagUitkering>"
CLIENT = "<ClientSuwi><Burgerservicenr>999900006</Burgerservicenr>{said}</ClientSuwi>"
NAMES = {
    "UWVDossierInkomstenGSD/v0200": "UWVPersoonsIkvInfoResponse",
    "Bijstandsregelingen/v0500": "BijstandsregelingenInfoResponse",
    "UWVDossierWerknemersverzekeringenGSD/v0200": "UWVPersoonsWvInfoResponse",
}
INCOMES, ASSISTANCE, INSURANCE = NAMES


def income(first: str = "20250101", last: str = "") -> str:
    """One period of a benefit."""
    return INCOME.format(first=first, last=f"<DatEIkp>{last}</DatEIkp>" if last else "")


def answer(said: str = "", *, service: str = INCOMES, name: str | None = None, beside: str = "") -> str:
    """One service's answer about a person."""
    name = name or NAMES[service]
    return f'<s:{name} xmlns:s="{SERVICES}{service}">{CLIENT.format(said=said)}{beside}</s:{name}>'


def enveloped(*bodies: str, created: str = "") -> str:
    """So many answers in one envelope."""
    header = f'<w:Security xmlns:w="urn:w"><w:Timestamp><w:Created>{created}</w:Created></w:Timestamp></w:Security>'
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<e:Header>{header if created else ''}</e:Header><e:Body>{''.join(bodies)}</e:Body></e:Envelope>"
    )


def refused(message: str) -> list[tuple[str, str]]:
    """Return why it is refused; nothing where it is not."""
    return [(each["field"], each["rule"]) for each in try_record(SUWIML, message.encode())["errors"]]


@pytest.mark.parametrize("name", ["NietsGevonden", "NietGerechtigd", "NietVanToepassing"])
def test_found_and_not_found_is_no_answer(name: str) -> None:
    """The schema lets a service choose; nobody can tell which of the two holds."""
    for beside in (f"<{name}/>", f'<f:{name} xmlns:f="http://bkwi.nl/SuwiML/FWI/v0205"/>'):
        assert refused(answer(income(), beside=beside)) == [("ClientSuwi", "answer_contradicts_itself")]


def test_a_warning_beside_a_person_is_an_answer() -> None:
    """The schema has a place for it."""
    assert refused(answer(income(), beside='<f:FWI xmlns:f="http://bkwi.nl/SuwiML/FWI/v0205"/>')) == []


def test_an_envelope_holds_one_answer() -> None:
    """A second one would be lost, and the person that it is about with it."""
    assert refused(enveloped(answer(income()))) == []
    assert refused(enveloped(answer(income()), answer(income()))) == [("record", "more_than_one_message")]


@pytest.mark.parametrize(
    ("service", "said", "field"),
    [
        (ASSISTANCE, income(), "Inkomstenverhouding"),
        (INSURANCE, income(), "Inkomstenverhouding"),
        (INCOMES, BENEFIT, "Uitkeringsverhouding"),
        (INCOMES, APPLICATION, "AanvraagUitkering"),
    ],
)
def test_a_service_says_what_it_knows(service: str, said: str, field: str) -> None:
    """Anything else is of another service, put under the wrong name."""
    assert refused(answer(said, service=service)) == [(f"ClientSuwi.{field}", "not_of_this_service")]


@pytest.mark.parametrize("service", NAMES)
@pytest.mark.parametrize("name", [*NAMES.values(), "FooResponse"])
def test_an_answer_bears_the_name_of_its_service(service: str, name: str) -> None:
    """A namespace of one with the name of another is neither."""
    expected = [] if name == NAMES[service] else [("record", "unsupported_type")]
    assert refused(answer(service=service, name=name)) == expected


def test_a_date_with_an_element_in_it_is_refused() -> None:
    """Half of it would be read."""
    field = "ClientSuwi.Inkomstenverhouding.Inkomstenperiode.DatBIkp"
    assert refused(answer(income("20250101<b/>0202"))) == [(field, "not_a_text")]


BEGIN = "ClientSuwi.Inkomstenverhouding.0.Inkomstenperiode.0.DatBIkp"


@pytest.mark.parametrize("first", ["20250015", "2025-00-15", "00000015"])
def test_a_day_of_no_month_is_no_date(first: str) -> None:
    """Zeros stand for what is not known, from the right."""
    assert refused(answer(income(first))) == [(BEGIN, "date_invalid")]


@pytest.mark.parametrize("first", ["99991231", "99991230", "88881231", "30000101", "18991231", "99990000"])
def test_a_benefit_that_begins_never_is_refused(first: str) -> None:
    """Such a day means "no end" where an end stands, and nothing where a begin does."""
    assert refused(answer(income(first))) == [(BEGIN, "date_out_of_range")]
    assert refused(answer(income(last=first))) == (
        [] if first > "8888" else [(BEGIN.replace("DatB", "DatE"), "date_out_of_range")]
    )


@pytest.mark.parametrize(
    "created", ["0", "1735689600", "1735689600.5", "2026-01-01", "20260101T000000Z", "2026-01-01 00:00:00"]
)
def test_a_number_is_no_moment(created: str) -> None:
    """Read as seconds since 1970 it would make the answer older, or newer, than all others."""
    assert refused(enveloped(answer(income()), created=created)) == [("Created", "date_invalid")]


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"])
def test_an_answer_is_sent_within_reason(created: str) -> None:
    """Trying it says what the intake does."""
    assert refused(enveloped(answer(income()), created=created)) == [("Created", "date_out_of_range")]


@pytest.mark.parametrize(
    "created", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567+01:00", "2026-01-01T00:00:00"]
)
def test_a_moment_as_xml_schema_has_it_is_read(created: str) -> None:
    """With parts of a second or without, and with a zone or without."""
    trial = try_record(SUWIML, enveloped(answer(income()), created=created).encode(), received_at=RECEIVED_AT)
    assert trial["outcome"] == "accepted"


def test_two_decisions_of_one_day_say_nothing() -> None:
    """Nobody can tell which holds; the same one twice, and an older one, can be told."""
    assert decided("01", "04") == decided("04", "01") == []
    assert decided("01", "01") == ["granted"]


def decided(*codes: str) -> list[str]:
    """Where a benefit stands by these decisions of one day, after one of the day before."""
    days = [("20251231", "04"), *(("20260101", code) for code in codes)]
    decisions = "".join(
        f"<BeslissingOpAanvraagUitkering><CdBeslissingOpAanvraagUitkering>{code}</CdBeslissingOpAanvraagUitkering>"
        f"<DatDagtekeningBeslisOpAanvrUitk>{day}</DatDagtekeningBeslisOpAanvrUitk></BeslissingOpAanvraagUitkering>"
        for day, code in days
    )
    said = f"<AanvraagUitkering><SzWet><CdSzWet>WW</CdSzWet></SzWet>{decisions}</AanvraagUitkering>"
    events = try_record(SUWIML, answer(said, service=INSURANCE).encode())["events"]
    return [event["status"] for event in events if "benefit_kind" in event]


@pytest.mark.parametrize(
    ("created", "status"),
    [("2026-01-01T00:30:00+14:00", "granted"), ("2025-12-31T23:30:00-12:00", "ended")],
)
def test_the_day_of_an_answer_is_that_of_its_moment(created: str, status: str) -> None:
    """Whatever zone it is written in: the last day of this benefit is the last of the year."""
    raw = enveloped(answer(income("20250101", "20251231")), created=created).encode()
    events = try_record(SUWIML, raw, received_at=datetime(2025, 12, 31, 12, tzinfo=UTC))["events"]
    assert [event["status"] for event in events if "benefit_kind" in event] == [status]
