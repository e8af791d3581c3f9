"""The Patient of a FHIR record: everything that a partner keeps of somebody, of which only numbers are read."""

from typing import Any

from schakel_services.demo.persons import Dossier

BSN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"


def patient(dossier: Dossier, partner: str) -> dict[str, Any]:
    """Return the Patient resource of one partner."""
    number = dossier.own_number(partner)
    return {
        "resourceType": "Patient",
        "id": number,
        "identifier": [
            {"system": BSN_SYSTEM, "value": dossier.bsn},
            {"system": f"https://{partner}.example/clienten", "value": number},
        ],
        "name": [{"family": dossier.surname, "given": ["Sanne"], "text": f"Sanne {dossier.surname}"}],
        "telecom": [{"system": "phone", "value": f"06-99990{dossier.number:03d}"}],
        "birthDate": f"199{dossier.number}-03-17",
        "address": [{"text": f"Verzonnenstraat {dossier.number}, Esveld", "city": "Esveld"}],
    }


def by_bsn(bsn: str) -> dict[str, Any]:
    """Return the reference to a person by BSN."""
    return {"identifier": {"system": BSN_SYSTEM, "value": bsn}, "display": "Zie het dossier van de cliënt"}


def by_number(dossier: Dossier, partner: str) -> dict[str, Any]:
    """Return the reference to the Patient of the same partner."""
    return {"reference": f"Patient/{dossier.own_number(partner)}"}


def bundle(partner: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """Return the resources as one FHIR Bundle of a partner."""
    base = f"https://{partner}.example/fhir"
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }
