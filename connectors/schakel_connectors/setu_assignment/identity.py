"""Who a SETU identifier means: an organisation in a register, or a worker."""

import re
from collections.abc import Iterable
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from schakel_connectors.rejection import rejected
from schakel_connectors.statement import OrganisationRef, Subject
from schakel_contracts.identifiers import Bsn, is_bsn

REGISTERS = MappingProxyType({"kvk": r"\d{8}", "rsin": r"\d{9}", "oin": r"\d{20}"})
"""The registers of organisations that SETU knows, and the form of their numbers."""

BSN_NAME = re.compile(
    r"bsn|burger[\W_]*service|citizen[\W_]*service"
    r"|(?<![a-z])sofi(?![a-mo-z])"
    r"|(?<![\d.])2\.16\.840\.1\.113883\.2\.4\.6\.3(?![\d.])",
    re.IGNORECASE | re.ASCII,
)
"""What a partner may call a BSN, in whatever spelling; SETU has no name for it. Its OID and its FHIR system count too.

A BSN under any other name would be kept as a number of the partner's own, and never be checked.
"""


class Identifier(BaseModel):
    """A number and who issued it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    value: str = Field(min_length=1, max_length=100)
    agency: str = Field(default="", alias="schemeAgencyId", max_length=100)


class WorkerNumber(Identifier):
    """A number of a worker; a partner may name its kind, for SETU has no place for a BSN."""

    scheme: str = Field(default="", alias="schemeId", max_length=100)


def organisation(legal_id: Identifier | None) -> OrganisationRef | None:
    """Return the organisation, if the number has the form of its register (examples mask it)."""
    register = legal_id.agency.lower() if legal_id else ""
    if legal_id is None or register not in REGISTERS:
        return None
    matches = re.fullmatch(REGISTERS[register], legal_id.value, re.ASCII)
    return OrganisationRef(register, legal_id.value) if matches else None


def person(
    numbers: Iterable[WorkerNumber],
    supplier: OrganisationRef | None,
    customer: OrganisationRef | None,
) -> Subject:
    """Return the worker; a number that is called a BSN and isn't one is refused."""
    issuers = {"supplier": supplier, "customer": customer}
    bsns: set[Bsn] = set()
    own: list[str] = []
    for at, number in enumerate(numbers):
        if not (BSN_NAME.search(number.agency) or BSN_NAME.search(number.scheme)):
            own.append(scoped(number, issuers.get(number.agency.lower())))
        elif is_bsn(number.value):
            bsns.add(Bsn(number.value))
        else:
            raise rejected(f"assignedWorker.workerId.{at}.value", "bsn_invalid")
    if len(bsns) > 1:
        raise rejected("assignedWorker.workerId", "bsn_ambiguous")
    return Subject(bsn=next(iter(bsns), None), own_numbers=tuple(own))


def scoped(number: Identifier, issuer: OrganisationRef | None) -> str:
    """Return ``setu:supplier:kvk:12345678|A-17``: a number means nothing without its issuer.

    Where the message gives no register number of the issuer, it is ``setu:supplier|A-17``.
    """
    system = f"setu:{number.agency.lower()}"
    if issuer:
        system = f"{system}:{issuer.scheme}:{issuer.value}"
    return f"{system}|{number.value}"
