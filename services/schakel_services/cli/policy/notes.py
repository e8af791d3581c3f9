"""What somebody who asks should know of the records that they gave, beside what the gate decides on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schakel_contracts.codes import ConsentEffect
from schakel_contracts.registry import ConsentRecord
from schakel_services.cli.policy.question import Question

PARTS = {"recipients": "ontvangers", "categories": "soorten gegevens", "purposes": "doelen"}
"""What a permission must name, in Dutch; of an objection, none of it means all of it."""


@dataclass(frozen=True)
class Note:
    """A permission that covers nothing, because it leaves out whom, what or what for."""

    record: UUID
    missing: tuple[str, ...]

    def line(self) -> dict[str, Any]:
        """Return it for a program."""
        return {"note": "consent_covers_nothing", "record": str(self.record), "missing": list(self.missing)}

    def text(self) -> str:
        """Return it in Dutch."""
        return f"toestemming {self.record} dekt niets, want zij noemt geen {' en geen '.join(self._names())}"

    def _names(self) -> Iterator[str]:
        return (PARTS[part] for part in self.missing)


def notes(question: Question) -> Iterator[Note]:
    """Yield a note on each permission that can't open anything as it is written."""
    for consent in question.all_of(ConsentRecord):
        missing = tuple(part for part in PARTS if not getattr(consent, part))
        if missing and consent.effect is ConsentEffect.PERMIT:
            yield Note(consent.id, missing)
