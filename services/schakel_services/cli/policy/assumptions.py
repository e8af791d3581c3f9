"""What is assumed where a question leaves something open; the answer names each."""

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.codes import Role
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.model import Cell, Policy
from schakel_contracts.policy.objecting import OWN_SIDE
from schakel_contracts.policy.problem import PolicyError
from schakel_services.chain.model import Chain
from schakel_services.cli.policy.question import Question

ASSUMED = {
    "in_force": "dat de tabellen op dat moment gelden",
    "relation": "dat de ontvanger nu bij de persoon betrokken is",
    "recipient_party": "dat de ontvanger de partij is die in de bestanden genoemd wordt",
    "source_party": "dat de afzender de partij is die in de bestanden genoemd wordt",
    "host": "dat achter de sleutelfiguur geen organisatie staat",
    "addressed": "dat het bericht voor deze ontvanger bedoeld is",
    "own_party": "dat het om deze ontvanger zelf gaat",
    "about_role": "dat het bericht over een rol gaat die deze ontvanger mag kennen",
    "asserted": "dat een mens voor de melding instaat",
    "question": "dat de vraag zelf nu naar deze ontvanger mag",
    "agreements": "dat de overeenkomsten van beide partijen lopen",
    "veto": "dat de afzender het niet tegenhoudt",
    "adult": "dat de persoon achttien of ouder is",
    "birthday": "dat de persoon morgen een jaar ouder wordt",
    "scope": "dat de vertegenwoordiger over elk soort gegevens gaat, en dat al deed toen de toestemming gegeven werd",
}
"""Each thing that can be assumed, in Dutch: the facts that the question leaves open. In favour, but for ``host``."""


def assumed(question: Question, cell: Cell | None, policy: Policy, chain: Chain | None) -> tuple[str, ...]:
    """Return the codes of what was assumed for a ruling; where no row is open, only that the tables hold."""
    left_open = {"in_force": not _in_force(question, policy)}
    if cell is not None:
        left_open |= _of_the_way(question, cell, chain)
    return tuple(code for code in ASSUMED if left_open.get(code))


def _in_force(question: Question, policy: Policy) -> bool:
    try:
        policy.in_force(question.at.astimezone(AMSTERDAM).date())
    except PolicyError:
        return False
    return True


def _of_the_way(question: Question, cell: Cell, chain: Chain | None) -> dict[str, bool]:
    return {
        "relation": question.relation is None and cell.relation_required and not question.tells_relation,
        "recipient_party": bool(question.recipients_named()),
        "source_party": bool(question.sources_named()),
        "host": question.recipient is Role.KEY and question.host is None and chain is None,
        "addressed": cell.addressed is not None,
        "own_party": cell.own,
        "about_role": bool(cell.about_roles),
        "asserted": cell.row.asserted and question.asserted,
        "question": question.event == AnswerDue.short_type() and question.recipient not in OWN_SIDE,
        "agreements": chain is None,
        "veto": not question.withhold,
        "adult": not question.tells_age,
        "birthday": question.age is not None,
        "scope": question.represented_by is not None,
    }
