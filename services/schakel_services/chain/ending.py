"""Agreements of a chain that ended or soon will: past its last day a partner is told nothing (A18)."""

from dataclasses import dataclass
from datetime import date, timedelta

from schakel_services.chain.load import line_of
from schakel_services.chain.model import Chain

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class EndingAgreement:
    """One agreement that needs somebody's attention."""

    line: int
    field: str
    rule: str
    """``agreement_ended`` or ``agreement_ends_soon``."""

    partner: str
    kind: str
    until: date


def ending_agreements(chain: Chain, text: str, today: date) -> list[EndingAgreement]:
    """Return the agreements of a chain file (and its ``text``) that ended before today, or end within 60 days."""
    found = []
    for index, partner in enumerate(chain.partner):
        for number, agreement in enumerate(partner.agreements):
            if agreement.until > today + SOON:
                continue
            at = ("partner", index, "agreements", number, "until")
            found.append(
                EndingAgreement(
                    line=line_of(text, at),
                    field=".".join(map(str, at)),
                    rule="agreement_ended" if agreement.until < today else "agreement_ends_soon",
                    partner=partner.id,
                    kind=agreement.kind,
                    until=agreement.until,
                )
            )
    return found
