"""Who plays which part: the partners of a chain that the story needs, found by role."""

from dataclasses import dataclass, fields

from schakel_contracts.codes import Role
from schakel_services.chain.model import Chain, Partner

CARE_PLAN, CONSENT, BENEFIT, PLACEMENT = "fhir_care_plan", "fhir_consent", "suwiml", "setu_assignment"


class StoryNeeds(ValueError):
    """The chain lacks a partner that the story needs; says which."""


@dataclass(frozen=True)
class Cast:
    """One partner for each part."""

    ggz: Partner
    uwv: Partner
    inc: Partner
    day: Partner
    job: Partner
    emp: Partner

    @classmethod
    def of(cls, chain: Chain) -> "Cast":
        """Return the first partner that fits each part; raises ``StoryNeeds``."""
        return cls(
            ggz=_find(chain, Role.GGZ, CARE_PLAN, CONSENT),
            uwv=_find(chain, Role.UWV, BENEFIT),
            inc=_find(chain, Role.INC, BENEFIT),
            day=_find(chain, Role.DAY, CARE_PLAN),
            job=_find(chain, Role.JOB, CARE_PLAN, PLACEMENT),
            emp=_find(chain, Role.EMP),
        )

    def all(self) -> tuple[Partner, ...]:
        """Return everybody."""
        return tuple(getattr(self, field.name) for field in fields(self))


def _find(chain: Chain, role: Role, *connectors: str) -> Partner:
    for partner in chain.partner:
        if partner.role is role and partner.channel is not None and set(connectors) <= set(partner.connectors):
            return partner
    sends = f" that sends with {', '.join(connectors)}" if connectors else ""
    raise StoryNeeds(f"the story needs a partner in the role {role.value}{sends} and has a channel")
