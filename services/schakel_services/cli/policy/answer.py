"""The answer to a question: what the gate would decide, and what was assumed where nothing was said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schakel_contracts.codes import Role
from schakel_contracts.policy.compiling import CONFIDENTIALITY
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.model import Cell, Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import BY_CONSENT
from schakel_services.chain.model import Chain
from schakel_services.cli.policy.assumptions import assumed
from schakel_services.cli.policy.notes import Note, notes
from schakel_services.cli.policy.question import Question


class NobodyThere(ValueError):
    """There are no two parties that the question can be about; ``option`` is where that is said."""

    def __init__(self, says: str, option: str) -> None:
        super().__init__(says)
        self.option = option


@dataclass(frozen=True)
class Answer:
    """What would be decided, on which articles, and what was assumed for it."""

    ruling: Ruling
    articles: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def answer(question: Question, policy: Policy, chain: Chain | None = None) -> Answer:
    """Return what the gate decides about this event and recipient, by the same engine on the same tables.

    ``policy`` is already that of the chain. Where files or chain leave several parties possible, the first counts for
    which anything may be sent, else the first. Errors: ``NobodyThere``.
    """
    open_ways = _for_the_purpose(question, policy)
    found = [_decided(question, source, recipient, open_ways) for source, recipient in _pairs(question, chain)]
    cell, ruling = next((one for one in found if one[1].allowed), found[0])
    articles = () if cell is None else _articles(cell, ruling, policy)
    return Answer(ruling, articles, assumed(question, cell, policy, chain), tuple(notes(question)))


def _for_the_purpose(question: Question, policy: Policy) -> Policy:
    """Return the policy, with nothing open where the way is not for the purpose: the row's, or the recipient's primary.

    A cell that is for it stays as it is: an objection to the row's own purpose counts against either. That no
    permission counts for another purpose, the question sees to.
    """
    cell = policy.cells.get((question.event, question.source, question.recipient))
    if question.purpose is None or (cell is not None and question.purpose in cell.purposes):
        return policy
    return replace(policy, cells={})


def _decided(question: Question, source: Addressee, recipient: Addressee, policy: Policy) -> tuple[Cell | None, Ruling]:
    """Return the ruling for two parties, and the cell from which it came."""
    cell = policy.cells.get((question.event, question.source, question.recipient))
    if cell is not None and cell.hosted is not None and recipient.host is not None:
        cell = cell.hosted.get(recipient.host, cell)
    person = PersonRegistry.from_records(question.records(source.id, recipient.id))
    return cell, decide(facts(question, cell, source, recipient), recipient, person, policy, question.at)


def facts(question: Question, cell: Cell | None, source: Addressee, recipient: Addressee) -> EventFacts:
    """Return the event as the policy sees it, meant for this recipient where a row asks that."""
    return EventFacts(
        type=question.event,
        source=source,
        withhold=question.withhold,
        asserted=question.asserted,
        addressed=(recipient.id,) if cell is not None and cell.addressed is not None else (),
        own_party=recipient.id if cell is not None and cell.own else None,
        about_role=min(cell.about_roles, key=list(Role).index) if cell is not None and cell.about_roles else None,
    )


def _pairs(question: Question, chain: Chain | None) -> Iterator[tuple[Addressee, Addressee]]:
    senders = _parties(question.source, question.sources_named(), chain, "sender")
    recipients = _recipients(question, chain)
    pairs = [(source, recipient) for recipient in recipients for source in senders if source.id != recipient.id]
    if not pairs and chain is None:
        raise NobodyThere("the files name one party as sender and as recipient", "--consent, --request, --record")
    if not pairs:
        roles = f"{question.source.value} and {question.recipient.value}"
        raise NobodyThere(f"this chain has no two parties {roles}", "--chain")
    yield from pairs


def _recipients(question: Question, chain: Chain | None) -> list[Addressee]:
    """Return who may be meant; of a key person's host a chain says which it is, and only those of the host count."""
    found = _parties(question.recipient, question.recipients_named(), chain, "recipient")
    if question.host is None:
        return found
    if chain is None:
        return [replace(one, host=question.host) for one in found]
    if hosted := [one for one in found if one.host is question.host]:
        return hosted
    raise NobodyThere(f"no key person in this chain is of a {question.host.value}", "--chain, --host")


def _parties(role: Role, named: tuple[str, ...], chain: Chain | None, side: str) -> list[Addressee]:
    """Return who may be meant: the chain's parties of this role, those named first; without a chain those named."""
    if chain is None:
        return [Addressee(party, role) for party in named or (f"{side}-{role.value.lower()}",)]
    there = {one.id: one for one in chain.partner if one.role is role}
    if not there:
        raise NobodyThere(f"nobody in this chain has the role {role.value}", "--chain")
    order = sorted(there, key=lambda party: (named.index(party) if party in named else len(named), party))
    return [there[party].addressee() for party in order]


def _articles(cell: Cell, ruling: Ruling, policy: Policy) -> tuple[str, ...]:
    """Return the articles of the basis that holds; for a denial those of every basis that the row knows."""
    if not ruling.allowed:
        return cell.articles
    held = [article for code in ruling.basis for article in policy.bases[code].articles]
    if CONFIDENTIALITY in cell.articles and policy.bases[ruling.basis[0]].kind in BY_CONSENT:
        held.append(CONFIDENTIALITY)
    return tuple(dict.fromkeys([*held, *cell.row.articles]))
