"""Which party may know what, why, and how much: tables that people sign, and their engine.

Everything here is pure: no clock, no broker, no randomness. Time comes in as an argument.
"""

from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts, facts_of
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.minimise import minimise
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.problem import PolicyError
from schakel_contracts.policy.recheck import Recheck, still_holds
from schakel_contracts.policy.ruling import Ruling

__all__ = [
    "Addressee",
    "EventFacts",
    "PersonRegistry",
    "Policy",
    "PolicyError",
    "Recheck",
    "Ruling",
    "decide",
    "facts_of",
    "load_policy",
    "minimise",
    "still_holds",
]
