"""Consents, in FHIR R4: who may know what of whose data, and how it was asked."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from schakel_contracts.codes import Category, ConsentForm, FreelyGivenCheck, Purpose
from schakel_services.chain.model import Partner
from schakel_services.demo.persons import Dossier
from schakel_services.demo.records.person import by_bsn

SCHAKEL = "https://schakel.example"
EXTENSION = f"{SCHAKEL}/StructureDefinition"
ALL_CHECKS = tuple(FreelyGivenCheck)
REMARK = "Gegeven in het bijzijn van haar zus, na lang aarzelen over de gemeente."


@dataclass(frozen=True)
class Consent:
    """One consent of one person, kept at one partner."""

    id: str
    dossier: Dossier
    recipients: tuple[Partner, ...]
    categories: tuple[Category, ...]
    purposes: tuple[Purpose, ...]
    sources: tuple[Partner, ...]
    """Whose data it is about."""

    given: datetime
    form: ConsentForm = ConsentForm.DIGITAL
    checks: tuple[FreelyGivenCheck, ...] = ALL_CHECKS
    """The questions about free will that were answered yes (R12)."""

    withdrawn_at: datetime | None = None

    def withdrawn(self, at: datetime) -> "Consent":
        """Return the same consent, withdrawn."""
        return replace(self, withdrawn_at=at)

    def record(self) -> dict[str, Any]:
        """Return the Consent resource."""
        changed = self.withdrawn_at or self.given
        return {
            "resourceType": "Consent",
            "id": self.id,
            "meta": {"lastUpdated": changed.isoformat(timespec="milliseconds")},
            "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{REMARK}</div>'},
            "status": "active" if self.withdrawn_at is None else "inactive",
            "scope": {"coding": [_coding("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")]},
            "category": [{"coding": [_coding("http://loinc.org", "59284-0")]}],
            "patient": by_bsn(self.dossier.bsn),
            "dateTime": self.given.isoformat(timespec="seconds"),
            "performer": [by_bsn(self.dossier.bsn)],
            "organization": [_organisation(partner) for partner in self.sources],
            "sourceAttachment": {"contentType": "application/pdf", "title": f"Formulier {self.dossier.surname}"},
            "extension": self._extensions(),
            "provision": self._provision(),
        }

    def _extensions(self) -> list[dict[str, str]]:
        codes = [("consent-form", self.form.value), *(("freely-given", check.value) for check in self.checks)]
        return [
            *({"url": f"{EXTENSION}/{name}", "valueCode": code} for name, code in codes),
            {"url": f"{EXTENSION}/consent-text-version", "valueString": "2.1"},
        ]

    def _provision(self) -> dict[str, Any]:
        until = self.given.date() + timedelta(days=300)
        return {
            "type": "permit",
            "period": {"start": self.given.isoformat(timespec="seconds"), "end": until.isoformat()},
            "actor": [
                {
                    "role": {"coding": [_coding(f"{SCHAKEL}/CodeSystem/role", partner.role.value)]},
                    "reference": _organisation(partner),
                }
                for partner in self.recipients
            ],
            "purpose": [_coding(f"{SCHAKEL}/CodeSystem/purpose", purpose.value) for purpose in self.purposes],
            "class": [_coding(f"{SCHAKEL}/CodeSystem/category", category.value) for category in self.categories],
        }


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _organisation(partner: Partner) -> dict[str, Any]:
    return {"identifier": {"system": f"{SCHAKEL}/partner", "value": partner.id}, "display": partner.name}
