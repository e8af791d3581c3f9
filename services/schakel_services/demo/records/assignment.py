"""Assignments of a worker to a place of work, in SETU 2.0 JSON."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from schakel_contracts.codes import PlacementKind
from schakel_services.chain.model import Partner
from schakel_services.demo.persons import Dossier


@dataclass(frozen=True)
class Assignment:
    """One placement, as a job coach's system writes it."""

    dossier: Dossier
    supplier: Partner
    customer: Partner
    kind: PlacementKind
    start: date
    expected_end: date | None
    hours: int
    """A week."""

    def record(self) -> dict[str, Any]:
        """Return the Assignment message."""
        period = {"start": self.start.isoformat()}
        if self.expected_end:
            period["expectedEnd"] = self.expected_end.isoformat()
        return {
            "documentId": {"value": f"A-{41_000 + self.dossier.number}", "schemeAgencyId": "Supplier"},
            "supplier": {
                "legalId": _kvk(self.supplier),
                "personContacts": [{"name": {"formattedName": "Jobcoach Verzonneman"}, "roleCode": "Supervisor"}],
            },
            "customer": {"legalId": _kvk(self.customer)},
            "payRates": [{"rateType": "TimeInterval", "amount": {"value": 14.71, "currency": {"value": "EUR"}}}],
            "positionProfile": {
                "positionTitle": "Medewerker groenvoorziening",
                "positionPeriod": period,
                "workingPeriods": [
                    {"workDuration": _amount(self.hours, "Hours"), "baseDuration": _amount(1, "Weekly")}
                ],
                "positionOfferingTypes": {"value": self.kind.value},
                "positionTask": {"description": {"value": "Snoeien, in rustig tempo vanwege spanningsklachten"}},
            },
            "assignedWorker": {
                "workerId": [
                    {"value": self.dossier.bsn, "schemeAgencyId": "BSN"},
                    {"value": self.dossier.own_number(self.supplier.id), "schemeAgencyId": "Supplier"},
                ],
                "givenName": "Sanne",
                "familyName": self.dossier.surname,
            },
            "reasonOfChange": "Eerdere plek mislukt na conflict met de voorman",
        }


def _kvk(partner: Partner) -> dict[str, str]:
    found = (value for value in partner.identifiers if value.startswith("kvk:"))
    return {"value": next(found, "").removeprefix("kvk:"), "schemeAgencyId": "KvK"}


def _amount(value: int, unit: str) -> dict[str, Any]:
    return {"value": value, "unitCode": {"value": unit}}
