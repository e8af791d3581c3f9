"""How a consent stands now, as the gate reads it among all that is known of the person."""

from datetime import datetime

from schakel_contracts.codes import ConsentEffect
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.consents import Kept, Wanted, find_consent, registry_of

STATES = {
    "active": "geldt",
    "not_yet": "geldt nog niet",
    "expired": "verlopen",
    "withdrawn": "ingetrokken",
    "superseded": "vervangen door een andere",
    "not_valid": "geldt niet: wie haar gaf mocht dat niet alleen, of hierover niet",
}


async def look(cluster: Cluster, wanted: Wanted, now: datetime) -> tuple[Kept, str] | None:
    """Return a consent and how it stands; None when the registry has never held it."""
    kept = await find_consent(cluster, wanted)
    return None if kept is None else (kept, state_of(kept, await registry_of(cluster, kept), now))


def state_of(kept: Kept, person: PersonRegistry, now: datetime) -> str:
    """Say how a consent stands; what somebody took away does not count any more, whatever their clock says."""
    consent = kept.consent
    permits = consent.effect is ConsentEffect.PERMIT
    if consent.withdrawn_at is not None and (permits or consent.withdrawn_at <= now):
        return "withdrawn"
    if consent.superseded_at is not None and (permits or consent.superseded_at <= now):
        return "superseded"
    standing = person.consent(consent.id)
    if standing is None or now < standing.begin:
        return "not_yet"
    if now >= standing.end or (not standing.objection and standing.text_major < load_policy().consent_text_major):
        return "expired"
    # Whoever gave it may have a say in some of what it names: then it counts for that.
    without_say = not standing.objection and standing.categories <= standing.beyond
    return "not_valid" if standing.flaw is not None or without_say else "active"
