"""What a question on the command line means; what can't be understood is wrong usage, with field and rule."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import typer

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.event import PREFIX, short_type
from schakel_contracts.policy.civil_time import AMSTERDAM, instant
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.registry import ConsentRecord, Record, RequestRecord
from schakel_services.chain.load import ChainError, load_chain
from schakel_services.chain.model import Chain
from schakel_services.chain.policy import chain_policy
from schakel_services.cli.policy.answer import NobodyThere
from schakel_services.cli.policy.files import FileRefused, read_consent, read_record, read_request

YES_OR_NO = {"yes": True, "no": False}


class Given(NamedTuple):
    """The records that came from files."""

    consents: tuple[ConsentRecord, ...]
    requests: tuple[RequestRecord, ...]
    others: tuple[Record, ...]


def given(consents: Sequence[Path], requests: Sequence[Path], others: Sequence[Path]) -> Given:
    """Read every file; one that is no such record is wrong usage."""
    with understood():
        return Given(
            tuple(read_consent(path) for path in consents),
            tuple(read_request(path) for path in requests),
            tuple(read_record(path) for path in others),
        )


def event_type(text: str) -> str:
    """Return a type as the policy names it, from that or from its name on the wire."""
    short = short_type(text) if text.startswith(PREFIX) else text
    if short not in BY_SHORT_TYPE:
        raise typer.BadParameter("there is no such event; docs/reference/contracts.md lists all", param_hint="--event")
    return short


def moment(text: str) -> datetime:
    """Return an instant; without a zone it is Dutch time, and a day alone is its beginning."""
    try:
        return instant(datetime.fromisoformat(text))
    except ValueError:
        raise typer.BadParameter("no time in ISO 8601, such as 2026-11-24T10:00", param_hint="--at") from None


def yes_or_no(text: str) -> bool:
    """Return whether it says yes."""
    if text not in YES_OR_NO:
        raise typer.BadParameter("yes or no", param_hint="--relation")
    return YES_OR_NO[text]


def tables(chain_file: Path | None, at: datetime) -> tuple[Policy, Chain | None]:
    """Return the policy as it holds in a chain on a day, as its gate has it; without a chain Schakel's own, whole.

    Errors: ``PolicyError`` when the tables are not in force on that day.
    """
    if chain_file is None:
        return load_policy(), None
    with understood():
        chain = load_chain(chain_file)
    return chain_policy(chain, at.astimezone(AMSTERDAM).date()), chain


@contextmanager
def understood() -> Iterator[None]:
    """Turn what is wrong with a file or a question into wrong usage; the text names no value."""
    try:
        yield
    except (ChainError, FileRefused, NobodyThere) as error:
        raise typer.BadParameter(str(error)) from None
