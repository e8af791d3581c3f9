"""The notice to the person when a party is told something by law for the first time (AVG 14, R16)."""

from collections.abc import Iterator, Sequence

from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.objecting import OWN_SIDE
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import goes_by_law
from schakel_contracts.subject_right import DisclosureFirstMade
from schakel_services.gate.memory import Memory

Permit = tuple[Addressee, Ruling]


def first_disclosures(
    subject: str, permits: Sequence[Permit], memory: Memory
) -> Iterator[tuple[str, DisclosureFirstMade]]:
    """Yield each disclosure by law that the person was not told of: the line to remember it by, and the notice.

    First: of this recipient, purpose and basis. The caller remembers the line once somebody could be told.
    """
    for recipient, ruling in permits:
        basis = ruling.basis[-1]
        if ruling.purpose is None or recipient.role in OWN_SIDE or not goes_by_law(basis):
            continue
        line = f"{recipient.id} {ruling.purpose.value} {basis}"
        if not memory.was_told(subject, line):
            yield (
                line,
                DisclosureFirstMade(
                    recipient=recipient.id, recipient_role=recipient.role, purpose=ruling.purpose, basis=basis
                ),
            )
