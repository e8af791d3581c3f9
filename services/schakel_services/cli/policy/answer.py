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
from schakel_services.cli.policy.question import Question

ASSUMED = {
    "relation": "dat de ontvanger nu bij de persoon betrokken is",
    "recipient_party": "dat de ontvanger de partij is die in de bestanden genoemd wordt",
    "source_party": "dat de afzender de partij is die in de bestanden genoemd wordt",
    "addressed": "dat het bericht voor deze ontvanger bedoeld is",
    "own_party": "dat het om deze ontvanger zelf gaat",
    "about_role": "dat het bericht over een rol gaat die deze ontvanger mag kennen",
    "asserted": "dat een mens voor de melding instaat",
    "agreements": "dat de overeenkomsten van beide partijen lopen",
    "veto": "dat de afzender het niet tegenhoudt",
    "adult": "dat de persoon achttien of ouder is",
    "birthday": "dat de persoon morgen een jaar ouder wordt",
    "scope": "dat de vertegenwoordiger over elk soort gegevens gaat, en dat al deed toen de toestemming gegeven werd",
}
"""Each thing that can be assumed, in Dutch: the facts that the question leaves open, always in favour."""


class NobodyThere(ValueError):
    """The chain has no party in a role that the question names."""


@dataclass(frozen=True)
class Answer:
    """What would be decided, on which articles, and what was assumed for it."""

    ruling: Ruling
    articles: tuple[str, ...]
    assumed: tuple[str, ...]


def answer(question: Question, policy: Policy, chain: Chain | None = None) -> Answer:
    """Return what the gate decides about this event and recipient, by the same engine on the same tables.

    ``policy`` is already that of the chain. Where files or chain leave several parties possible, the first counts for
    which anything may be sent, else the first. Errors: ``NobodyThere``.
    """
    limited = policy if question.purpose is None else policy.limited_to([question.purpose])
    found = [_decided(question, source, recipient, limited) for source, recipient in _pairs(question, chain)]
    cell, ruling = next((one for one in found if one[1].allowed), found[0])
    if cell is None:
        return Answer(ruling, (), ())
    return Answer(ruling, _articles(cell, ruling, limited), _assumed(question, cell, chain))


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
        addressed=(recipient.id,) if cell is not None and cell.addressed is not None else (),
        own_party=recipient.id if cell is not None and cell.own else None,
        about_role=min(cell.about_roles, key=list(Role).index) if cell is not None and cell.about_roles else None,
    )


def _pairs(question: Question, chain: Chain | None) -> Iterator[tuple[Addressee, Addressee]]:
    senders = _parties(question.source, question.sources_named(), chain, "sender")
    recipients = [
        replace(one, host=question.host) if question.host is not None else one
        for one in _parties(question.recipient, question.recipients_named(), chain, "recipient")
    ]
    pairs = [(source, recipient) for recipient in recipients for source in senders if source.id != recipient.id]
    if not pairs:
        raise NobodyThere(f"this chain has no two parties {question.source.value} and {question.recipient.value}")
    yield from pairs


def _parties(role: Role, named: tuple[str, ...], chain: Chain | None, side: str) -> list[Addressee]:
    """Return who may be meant: the chain's parties of this role, those named first; without a chain those named."""
    if chain is None:
        return [Addressee(party, role) for party in named or (f"{side}-{role.value.lower()}",)]
    there = {one.id: one for one in chain.partner if one.role is role}
    if not there:
        raise NobodyThere(f"nobody in this chain has the role {role.value}")
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


def _assumed(question: Question, cell: Cell, chain: Chain | None) -> tuple[str, ...]:
    left_open = {
        "relation": question.relation is None and cell.relation_required and not question.tells_relation,
        "recipient_party": bool(question.recipients_named()),
        "source_party": bool(question.sources_named()),
        "addressed": cell.addressed is not None,
        "own_party": cell.own,
        "about_role": bool(cell.about_roles),
        "asserted": cell.row.asserted,
        "agreements": chain is None,
        "veto": True,
        "adult": question.age is None,
        "birthday": question.age is not None,
        "scope": question.represented_by is not None,
    }
    return tuple(code for code, holds in left_open.items() if holds)
