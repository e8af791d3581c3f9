"""What a question on the command line means; what can't be understood is wrong usage, with option and rule."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from schakel_connectors.times import YEARS
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.event import PREFIX, short_type
from schakel_contracts.policy.civil_time import AMSTERDAM, instant
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.registry import ConsentRecord, Record, RequestRecord
from schakel_services.chain.model import Chain
from schakel_services.chain.policy import chain_policy
from schakel_services.cli.chain_file import usable_chain
from schakel_services.cli.output import WrongUsage
from schakel_services.cli.policy.answer import NobodyThere
from schakel_services.cli.policy.files import read_consent, read_record, read_request

YES_OR_NO = {"yes": True, "no": False}


class Given(NamedTuple):
    """The records that came from files."""

    consents: tuple[ConsentRecord, ...]
    requests: tuple[RequestRecord, ...]
    others: tuple[Record, ...]


def given(consents: Sequence[Path], requests: Sequence[Path], others: Sequence[Path]) -> Given:
    """Read every file; one that is no such record is wrong usage, and so are two records of a kind with one id."""
    found = Given(
        tuple(read_consent(path) for path in consents),
        tuple(read_request(path) for path in requests),
        tuple(read_record(path) for path in others),
    )
    sources = [("--consent", path) for path in consents]
    sources += [("--request", path) for path in requests]
    sources += [("--record", path) for path in others]
    _refuse_twins(sources, [*found.consents, *found.requests, *found.others])
    return found


def _refuse_twins(sources: Sequence[tuple[str, Path]], records: Sequence[Record]) -> None:
    """A registry has one record of an id: of two, nobody could say which one counts."""
    seen: dict[tuple[str, str], Path] = {}
    for (option, path), record in zip(sources, records, strict=True):
        key = (record.kind, str(record.id))
        if key in seen:
            says = f"a {record.kind} with the id of the one in {seen[key]}: a registry has one of an id"
            raise WrongUsage(says, option, "id_used_twice", file=path, fields=[("id", "id_used_twice")])
        seen[key] = path


def event_type(text: str) -> str:
    """Return a type as the policy names it, from that or from its name on the wire, which has its version."""
    short = short_type(text) if text.startswith(PREFIX) else text
    if short not in BY_SHORT_TYPE or text not in {short, BY_SHORT_TYPE[short].type}:
        raise WrongUsage("there is no such event; docs/reference/contracts.md lists all", "--event", "unknown_event")
    return short


def moment(text: str) -> datetime:
    """Return an instant; without a zone it is Dutch time, and a day alone is its beginning."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage("no time in ISO 8601, such as 2026-11-24T10:00", "--at", "no_time") from None
    if found.year not in YEARS:
        raise WrongUsage(f"a year from {YEARS[0]} to {YEARS[-1]}", "--at", "year_out_of_range")
    return instant(found)


def yes_or_no(text: str) -> bool:
    """Return whether it says yes."""
    if text not in YES_OR_NO:
        raise WrongUsage("yes or no", "--relation", "bad_value")
    return YES_OR_NO[text]


def tables(chain_file: Path | None, at: datetime) -> tuple[Policy, Chain | None]:
    """Return the policy as it holds in a chain on a day, as its gate has it; without a chain Schakel's own, whole.

    Errors: ``PolicyError`` when the tables of a chain are not in force on that day.
    """
    if chain_file is None:
        return load_policy(), None
    chain = usable_chain(chain_file)
    return chain_policy(chain, at.astimezone(AMSTERDAM).date()), chain


@contextmanager
def understood() -> Iterator[None]:
    """Turn a question about parties that are not there into wrong usage."""
    try:
        yield
    except NobodyThere as error:
        raise WrongUsage(str(error), error.option, "nobody_there") from None
