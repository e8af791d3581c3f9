"""The second look at a reminder: whether its question might still go to whom is reminded of it (R15)."""

from datetime import datetime

from schakel_contracts.codes import Reason
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.recheck import Recheck


def asked_no_longer(
    question: str, asker: Addressee | None, recipient: Addressee, person: PersonRegistry, policy: Policy, now: datetime
) -> Recheck | None:
    """Return why a reminder may not leave: its question might not go to this party now. None: it might.

    ``question`` is the type of what was asked; ``asker`` who asked it, None when that party has left the chain: then
    nobody waits for the answer. The reminder was addressed to the recipient, as its question was if that asks for it.
    """
    if asker is None:
        return Recheck(holds=False, reason=Reason.NO_POLICY_ROW, rules=("R1",))
    facts = EventFacts(question, asker, addressed=(recipient.id,))
    asked = decide(facts, recipient, person, policy, now)
    return None if asked.reason is None else Recheck(holds=False, reason=asked.reason, rules=asked.rules)
