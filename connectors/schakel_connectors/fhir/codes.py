"""The names by which a FHIR record speaks to this hub: Schakel's own code systems, and the systems of identifiers."""

from typing import Annotated, Literal

from pydantic import Field

OWN = "https://schakel.example/"
"""How the name of every code system of this hub begins."""

OwnName = Annotated[str, Field(pattern=r"(?i)^\s*(https?:/*)?(www\.)?schakel\.example\b")]
"""A name that begins as the hub's own do, in whatever spelling: one that is not exactly one of them is a slip."""

SupportLevelSystem = Literal["https://schakel.example/CodeSystem/support-level"]
"""``0`` (no support) to ``4`` (daily), in ``CarePlan.category`` or ``CarePlan.meta.tag``."""

CategorySystem = Literal["https://schakel.example/CodeSystem/category"]
"""The codes of ``schakel_contracts.codes.Category``, in ``Consent.provision.class`` or ``.code``."""

PurposeSystem = Literal["https://schakel.example/CodeSystem/purpose"]
"""The codes of ``schakel_contracts.codes.Purpose``, in ``Consent.provision.purpose``."""

ActReasonSystem = Literal["http://terminology.hl7.org/CodeSystem/v3-ActReason", "http://hl7.org/fhir/v3/ActReason"]
"""HL7's purposes, under the name of today and that of before."""

ParticipationSystem = Literal[
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "http://hl7.org/fhir/v3/ParticipationType",
]
"""HL7's parts in an event, under the name of today and that of before."""

RoleSystem = Literal["https://schakel.example/CodeSystem/role"]
"""The codes of ``schakel_contracts.codes.Role``, in ``Consent.provision.actor.role``."""

ConsentExtension = Literal[
    "https://schakel.example/StructureDefinition/consent-form",
    "https://schakel.example/StructureDefinition/consent-text-version",
    "https://schakel.example/StructureDefinition/freely-given",
    "https://schakel.example/StructureDefinition/grantor",
]
"""What a Consent can't say in FHIR's own elements; each has a ``valueCode``, the text version a ``valueString``."""

BSN = frozenset({"http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"})
"""The systems under which a citizen service number is sent."""

ORGANISATION_SCHEMES = {
    "https://schakel.example/partner": "partner",
    "http://fhir.nl/fhir/NamingSystem/oin": "oin",
    "urn:nld:oin": "oin",
    "http://fhir.nl/fhir/NamingSystem/ura": "ura",
    "urn:oid:2.16.528.1.1007.3.3": "ura",
    "http://fhir.nl/fhir/NamingSystem/agb-z": "agb",
    "urn:oid:2.16.840.1.113883.2.4.6.1": "agb",
    "http://fhir.nl/fhir/NamingSystem/kvk": "kvk",
}
"""Identifier systems of organisations and what the hub calls them; of several, the first in this order is used."""
