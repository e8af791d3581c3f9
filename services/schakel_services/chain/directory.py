"""Find the partner that a record means."""

from collections import defaultdict

from schakel_connectors.outside import Refer, outside
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import SELF, OrganisationRef, Party, Sender
from schakel_contracts.codes import Role
from schakel_contracts.identifiers import deterministic_id
from schakel_services.chain.model import Chain


class Directory:
    """All partners of a chain, by every identifier that they have."""

    def __init__(self, chain: Chain, refer: Refer = deterministic_id) -> None:
        """``refer`` makes the ids of things, and of organisations outside; the intake does so with the chain's key."""
        self._refer = refer
        self._found: dict[tuple[str, str], list[Party]] = defaultdict(list)
        for partner in chain.partner:
            party = Party(partner.id, partner.role)
            self._found["partner", partner.id].append(party)
            self._found["oin", partner.oin].append(party)
            for identifier in partner.identifiers:
                scheme, _, value = identifier.partition(":")
                self._found[scheme, value].append(party)

    def sender(self, partner: str, role: Role) -> Sender:
        """Return how one partner's records name parties."""
        own = Party(partner, role)

        def resolve(ref: OrganisationRef, wanted: Role | None) -> Party:
            if ref == SELF:
                return own
            return self.resolve(ref, wanted)

        return Sender(partner, role, resolve, self._refer)

    def resolve(self, ref: OrganisationRef, role: Role | None) -> Party:
        """Return the one partner that has this identifier, and this role when given.

        An organisation outside the chain comes back under a name that gives nothing away (``outside``): named, and
        told nothing. One with several desks of which the record does not say which is rejected: a guess could tell
        the wrong desk.
        """
        found = self._found.get((ref.scheme, ref.value), [])
        if role is not None:
            found = [party for party in found if party.role is role]
        if len(found) > 1:
            raise rejected("recipient", "names_several_partners")
        if found:
            return found[0]
        return outside(ref, role, self._refer)
