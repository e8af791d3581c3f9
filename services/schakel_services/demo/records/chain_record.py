"""Rows of ``chain_record`` as the partners' systems write them: in the words of the chain itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from schakel_contracts.codes import ConsentForm, FreelyGivenCheck
from schakel_services.chain.load import NOT_ENTITLED
from schakel_services.chain.model import Partner
from schakel_services.demo.cast import CONSENT
from schakel_services.demo.persons import Dossier
from schakel_services.demo.records import consent as fhir

if TYPE_CHECKING:
    from schakel_services.demo.stage import Stage
    from schakel_services.demo.stories.script import Consent

CHAIN_RECORD = "chain_record"
TEXT = "1.0"


def named(stage: "Stage", partner: Partner, dossier: Dossier) -> dict[str, str]:
    """Return how a partner names somebody: by BSN where it may, else by the handle that only it has (R18, R19)."""
    if partner.role in NOT_ENTITLED:
        return {"client": stage.handle(partner, dossier)}
    return {"bsn": dossier.bsn}


def relation(stage: "Stage", speaker: Partner, dossier: Dossier, party: Partner) -> dict[str, Any]:
    """Return that somebody is involved, said by itself or by another."""
    return {
        "type": "case_relation.started",
        "record": f"betrokken-{party.id}-{dossier.number}",
        "party": party.id,
        "role": party.role.value,
        "valid_from": (stage.now() - timedelta(days=90)).date().isoformat(),
    } | named(stage, speaker, dossier)


@dataclass(frozen=True)
class Given:
    """A consent of the story, and when it was given."""

    consent: "Consent"
    at: datetime


def consent(stage: "Stage", found: Given, *, withdrawn: bool = False) -> tuple[str, dict[str, Any]]:
    """Return connector and record of a consent: a FHIR Consent where the partner has those, else a row."""
    given = found.consent
    partner, dossier = stage.chain.by_id(given.by), stage.dossiers[given.about - 1]
    if CONSENT in partner.connectors and given.grantor == "subject":
        return CONSENT, _resource(stage, found, dossier, withdrawn=withdrawn)
    row = {"record": given.name} | named(stage, partner, dossier)
    if withdrawn:
        return CHAIN_RECORD, {"type": "consent.withdrawn"} | row
    told: dict[str, Any] = {
        "type": "consent.granted",
        "grantor": given.grantor,
        "form": given.form.value,
        "text_version": TEXT,
        "granted_at": found.at.isoformat(timespec="seconds"),
        "recipients": list(given.recipients),
        "categories": [category.value for category in given.categories],
        "purposes": [purpose.value for purpose in given.purposes],
        "source": given.sources[0],
        "freely_given": [check.value for check in FreelyGivenCheck],
    }
    if given.co_grantor:
        told["co_grantor"] = given.co_grantor
    return CHAIN_RECORD, told | row


def _resource(stage: "Stage", found: Given, dossier: Dossier, *, withdrawn: bool) -> dict[str, Any]:
    given = found.consent
    made = fhir.Consent(
        id=given.name,
        dossier=dossier,
        recipients=tuple(stage.chain.by_id(name) for name in given.recipients),
        categories=given.categories,
        purposes=given.purposes,
        sources=tuple(stage.chain.by_id(name) for name in given.sources),
        given=found.at,
        form=ConsentForm(given.form),
    )
    return (made.withdrawn(stage.now()) if withdrawn else made).record()
