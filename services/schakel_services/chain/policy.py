"""The policy as one chain has it: the tables, tightened by the region's overlay, for the region's purposes."""

from datetime import date
from pathlib import Path

from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.overlay import AgreementChange, apply, read_overlay
from schakel_contracts.policy.problem import PolicyError
from schakel_services.chain.model import Chain, Partner


def chain_policy(chain: Chain, today: date) -> Policy:
    """Return the policy of a chain today; raises ``PolicyError`` when it is not in force, or the overlay widens it."""
    policy = load_policy().in_force(today)
    if chain.overlay is not None:
        policy = apply(policy, read_overlay(chain.overlay))
    return policy.limited_to(chain.purposes)


def tightened(chain: Chain, folder: Path) -> Chain:
    """Return the chain with the agreements that its overlay shortens; raises ``PolicyError``, also for a longer one."""
    partners = {partner.id: partner for partner in chain.partner}
    for file, change in read_overlay(folder).agreements:
        if change.partner not in partners:
            raise PolicyError(file, change.partner, "partner", "the chain has no such partner")
        partners[change.partner] = _shortened(partners[change.partner], file, change)
    return chain.model_copy(update={"overlay": folder, "partner": tuple(partners.values())})


def _shortened(partner: Partner, file: str, change: AgreementChange) -> Partner:
    if change.until > partner.agreed_until():
        raise PolicyError(file, partner.id, "until", f"later than the chain file, {partner.agreed_until()}")
    agreements = tuple(
        agreement.model_copy(update={"until": min(agreement.until, change.until)}) for agreement in partner.agreements
    )
    return partner.model_copy(update={"agreements": agreements})
