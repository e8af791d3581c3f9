"""A SuwiML answer about one person, as benefits and as the sender's involvement."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.benefit import BenefitStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import Subject, Translation
from schakel_connectors.suwiml.codes import DECISION, INCOME, kind_of_law
from schakel_connectors.suwiml.dates import FirstDay, LastDay, Moment
from schakel_connectors.suwiml.envelope import ASSISTANCE, INCOMES, INSURANCE, Message, message_of
from schakel_connectors.suwiml.standing import Application, Run, standing
from schakel_connectors.xml_fields import fields_of, local_name
from schakel_connectors.xml_reading import parse_xml
from schakel_contracts.codes import BenefitStatus
from schakel_contracts.identifiers import Bsn, is_bsn

CURRENT = (BenefitStatus.GRANTED, BenefitStatus.REQUESTED)
"""While a benefit stands so, the sender is involved with the person."""


FOUND_BY = MappingProxyType(
    {
        "Inkomstenverhouding": frozenset({INCOMES}),
        "AanvraagUitkering": frozenset({INSURANCE, ASSISTANCE}),
        "Uitkeringsverhouding": frozenset({INSURANCE, ASSISTANCE}),
    }
)
"""Which services answer with what is read of a person."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Law(_Read):
    """The social security act of a benefit."""

    code: str = Field(default="", alias="CdSzWet", max_length=5)


class Decision(_Read):
    """What was decided on an application."""

    code: str = Field(alias="CdBeslissingOpAanvraagUitkering", max_length=2)
    dated: FirstDay = Field(default=None, alias="DatDagtekeningBeslisOpAanvrUitk")


class BenefitApplication(_Read):
    """An application; UWV may give several decisions on it, a municipality gives one."""

    asked: FirstDay = Field(default=None, alias="DatAanvraagUitkering")
    law: Law = Field(default=Law(), alias="SzWet")
    decisions: tuple[Decision, ...] = Field(default=(), alias="BeslissingOpAanvraagUitkering")


class BenefitRelation(_Read):
    """A benefit that is or was received."""

    first: FirstDay = Field(default=None, alias="DatBUitkeringsverhouding")
    last: LastDay = Field(default=None, alias="DatEUitkeringsverhouding")
    law: Law = Field(default=Law(), alias="SzWet")


class IncomePeriod(_Read):
    """A period in which an income was of one sort."""

    first: FirstDay = Field(default=None, alias="DatBIkp")
    last: LastDay = Field(default=None, alias="DatEIkp")
    sort: str = Field(default="", alias="CdSrtIkv", max_length=2)


class IncomeRelation(_Read):
    """An income, from an employer or as a benefit."""

    last: LastDay = Field(default=None, alias="DatEIkv")
    periods: tuple[IncomePeriod, ...] = Field(default=(), alias="Inkomstenperiode")


class Client(_Read):
    """The person."""

    bsn: str = Field(alias="Burgerservicenr", max_length=9)
    incomes: tuple[IncomeRelation, ...] = Field(default=(), alias="Inkomstenverhouding")
    applications: tuple[BenefitApplication, ...] = Field(default=(), alias="AanvraagUitkering")
    benefits: tuple[BenefitRelation, ...] = Field(default=(), alias="Uitkeringsverhouding")


class Record(_Read):
    """An answer: which service gave it, when it was sent, and whom it is about."""

    service: str = Field(alias="Service")
    created: Moment | None = Field(default=None, alias="Created")
    client: Client = Field(alias="ClientSuwi")


def parse(raw: bytes) -> Record:
    """Read one answer, with or without a SOAP envelope."""
    message = message_of(parse_xml(raw))
    _check_service(message)
    client = fields_of(message.client, Client, "ClientSuwi")
    return Record.model_validate({"Service": message.service, "Created": message.created, "ClientSuwi": client})


def _check_service(message: Message) -> None:
    """Refuse what the service can't answer with: left unread, it would be lost without a word."""
    for child in message.client:
        if (name := local_name(child)) in FOUND_BY and message.service not in FOUND_BY[name]:
            raise rejected(f"ClientSuwi.{name}", "not_of_this_service")


def to_translations(record: Record) -> Iterator[Translation]:
    """Yield what the answer means for its person."""
    client = record.client
    if not is_bsn(client.bsn):
        raise rejected("ClientSuwi.Burgerservicenr", "bsn_invalid")
    benefits = standing(_runs(client), _applications(client))
    day = record.created.date() if record.created else _latest(client)
    if day:
        benefits = tuple(benefit.on(day) for benefit in benefits)
    yield Translation(
        record_key=f"{record.service}|{client.bsn}",
        subject=Subject(bsn=Bsn(client.bsn)),
        statements=(*_relation(benefits), *benefits),
        as_of=record.created,
    )


def _runs(client: Client) -> Iterator[Run]:
    for at, income in enumerate(client.incomes):
        path = f"ClientSuwi.Inkomstenverhouding.{at}"
        for period in income.periods:
            if period.sort in INCOME:
                last = min(filter(None, (period.last, income.last)), default=None)
                yield _run(Run(INCOME[period.sort], period.first, last), path)
    for at, benefit in enumerate(client.benefits):
        if benefit.law.code:
            kind = kind_of_law(benefit.law.code)
            path = f"ClientSuwi.Uitkeringsverhouding.{at}"
            yield _run(Run(kind, benefit.first, benefit.last), path)


def _run(run: Run, path: str) -> Run:
    if run.first and run.last and run.last < run.first:
        raise rejected(path, "end_before_start")
    return run


def _applications(client: Client) -> Iterator[Application]:
    for each in client.applications:
        if not each.law.code:
            continue
        last = max((made.dated or date.min for made in each.decisions), default=None)
        codes = {made.code for made in each.decisions if (made.dated or date.min) == last}
        yield Application(
            kind=kind_of_law(each.law.code),
            asked=each.asked,
            decided=None if last == date.min else last,
            status=_decided(codes) if codes else BenefitStatus.REQUESTED,
        )


def _decided(codes: AbstractSet[str]) -> BenefitStatus | None:
    """Of two decisions of one day nobody can tell which holds."""
    found = {DECISION.get(code) for code in codes}
    return found.pop() if len(found) == 1 else None


def _latest(client: Client) -> date | None:
    """Incomes are about the past, so the answer is no older than the last period it lists."""
    begun = (period.first for income in client.incomes for period in income.periods)
    return max(filter(None, begun), default=None)


def _relation(benefits: tuple[BenefitStated, ...]) -> Iterator[RelationStated]:
    """Wages alone involve nobody: the tax return of every worker passes by UWV."""
    current = [each for each in benefits if each.status in CURRENT]
    if current:
        firsts = [each.effective for each in current]
        lasts = [each.ends for each in current]
        yield RelationStated(
            slot="relation/sender",
            valid_from=None if None in firsts else min(filter(None, firsts)),
            valid_until=None if None in lasts else max(filter(None, lasts)),
        )
    elif benefits:
        lasts = [_last_day(each) for each in benefits]
        yield RelationStated(slot="relation/sender", valid_until=max(filter(None, lasts), default=None), ended=True)


def _last_day(over: BenefitStated) -> date | None:
    """Return the last day of a benefit that ended, and the day of a refusal."""
    ended = over.status is BenefitStatus.ENDED
    return over.effective - timedelta(days=1) if over.effective and ended else over.effective
