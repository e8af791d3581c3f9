"""Answers about benefits, in SuwiML: of UWV on incomes, of a municipality on social assistance; with every amount."""

from datetime import date, datetime, timedelta
from xml.sax.saxutils import escape

from schakel_services.demo.persons import Dossier

WW, WGA = "33", "40"
"""Sorts of income that are a benefit of UWV: unemployment, partial disability."""

ENVELOPE = """\
<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header>
    <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
      <wsu:Timestamp xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
        <wsu:Created>{created}</wsu:Created>
      </wsu:Timestamp>
    </wsse:Security>
  </soap:Header>
  <soap:Body>
{body}
  </soap:Body>
</soap:Envelope>
"""

INCOME = """\
    <UWVPersoonsIkvInfoResponse xmlns="http://bkwi.nl/SuwiML/Diensten/UWVDossierInkomstenGSD/v0200">
      <ClientSuwi xmlns="">
        <Burgerservicenr>{bsn}</Burgerservicenr>
        <Inkomstenverhouding>
          <VolgnrIkv>1</VolgnrIkv>
          <DatBIkv>{first}</DatBIkv>{last_relation}
          <NaamAdministratieveEenheid>Voormalig Werkgever Verzonnen BV</NaamAdministratieveEenheid>
          <Inkomstenperiode>
            <DatBIkp>{first}</DatBIkp>
            <CdSrtIkv>{sort}</CdSrtIkv>
          </Inkomstenperiode>
          <Inkomstenopgave>
            <DatBIko>{first}</DatBIko>
            <BedrBrutoloonSv>
              <CdMunteenheid>EUR</CdMunteenheid>
              <WaardeBedr>{amount}</WaardeBedr>
            </BedrBrutoloonSv>
          </Inkomstenopgave>
        </Inkomstenverhouding>
      </ClientSuwi>
    </UWVPersoonsIkvInfoResponse>"""

ASSISTANCE = """\
    <bij:BijstandsregelingenInfoResponse xmlns:bij="http://bkwi.nl/SuwiML/Diensten/Bijstandsregelingen/v0500">
      <ClientSuwi>
        <Burgerservicenr>{bsn}</Burgerservicenr>
        <Voorletters>S</Voorletters>
        <SignificantDeelVanDeAchternaam>{surname}</SignificantDeelVanDeAchternaam>
        <Vordering>
          <IdentificatienrVordering>99990000{amount}</IdentificatienrVordering>
        </Vordering>
        <Uitkeringsverhouding>
          <DatBUitkeringsverhouding>{first}</DatBUitkeringsverhouding>
          <SzWet>
            <CdSzWet>PW</CdSzWet>
          </SzWet>
        </Uitkeringsverhouding>
      </ClientSuwi>
    </bij:BijstandsregelingenInfoResponse>"""


def uwv_income(dossier: Dossier, sort: str, sent: datetime, last: date | None = None) -> bytes:
    """Return an answer of UWV: a benefit that runs since half a year, or until ``last``."""
    first = sent.date() - timedelta(days=180)
    body = INCOME.format(
        bsn=dossier.bsn,
        first=_suwi(first),
        last_relation="" if last is None else f"\n          <DatEIkv>{_suwi(last)}</DatEIkv>",
        sort=sort,
        amount=118_733 + dossier.number,
    )
    return _enveloped(body, sent)


def social_assistance(dossier: Dossier, sent: datetime) -> bytes:
    """Return an answer of a municipality: social assistance that runs since four months."""
    body = ASSISTANCE.format(
        bsn=dossier.bsn,
        surname=escape(dossier.surname),
        first=_suwi(sent.date() - timedelta(days=120)),
        amount=4_471_190 + dossier.number,
    )
    return _enveloped(body, sent)


def _enveloped(body: str, sent: datetime) -> bytes:
    created = sent.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return ENVELOPE.format(created=created, body=body).encode()


def _suwi(day: date) -> str:
    return day.strftime("%Y%m%d")
