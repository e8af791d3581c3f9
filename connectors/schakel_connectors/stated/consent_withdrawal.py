"""The statement that a person takes back a consent which another partner keeps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.registry import ConsentWithdrawalRecord


@dataclass(frozen=True, slots=True)
class ConsentWithdrawalStated:
    """A consent is withdrawn here, by its id in the registry, wherever it was given (AVG 7(3)).

    Whether that person has such a consent the gate knows: it tells who keeps it and whom it names, or the sender that
    there is none.
    """

    slot: str
    consent_id: UUID
    effective: datetime | None = None
    """None: when the record was received."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentWithdrawn:
        """Return withdrawn; whom the consent names is not known here."""
        del identity, memory, sender
        return ConsentWithdrawn(consent_id=self.consent_id, effective=self._since(received_at))

    def record(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> ConsentWithdrawalRecord:
        """Return since when it no longer holds."""
        del memory
        return ConsentWithdrawalRecord(
            id=identity,
            consent_id=self.consent_id,
            withdrawn_at=self._since(received_at),
            asserted_by=sender.party,
        )

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"

    def _since(self, received_at: datetime) -> datetime:
        """A clock that runs ahead at the partner must not postpone a withdrawal."""
        return min(self.effective or received_at, received_at)
