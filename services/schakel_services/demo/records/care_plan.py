"""Care plans and episodes of care, in FHIR R4: with diagnosis, notes and goals, as real ones have."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from schakel_services.demo.persons import Dossier
from schakel_services.demo.records.person import bundle, by_bsn, by_number, patient

WEEKLY, DAILY = 1, 7
"""How often there is contact, a week."""

NARRATIVE = "Samen besproken hoe de week eruitziet en wat er na de vorige terugval anders moet."
DIAGNOSIS = "Depressieve stoornis, recidiverend"
GOAL = "Weer zonder paniek met de bus durven"
NOTE = "Slaapt slecht, middelengebruik besproken, moeder belt dagelijks."


@dataclass(frozen=True)
class Plan:
    """One version of a care plan."""

    dossier: Dossier
    partner: str
    changed: datetime
    contacts: int
    """A week."""

    status: str = "active"

    @property
    def start(self) -> date:
        """Return the first day of care."""
        return self.changed.date() - timedelta(days=40)

    @property
    def review(self) -> date:
        """Return the day on which the plan is looked at again."""
        return self.changed.date() + timedelta(days=90)


def care_plan(plan: Plan, subject: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the CarePlan resource, about a person by BSN unless told otherwise."""
    about = subject or by_bsn(plan.dossier.bsn)
    return {
        "resourceType": "CarePlan",
        "id": f"plan-{plan.dossier.own_number(plan.partner)}",
        "meta": {"lastUpdated": plan.changed.isoformat(timespec="milliseconds")},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{NARRATIVE}</div>'},
        "contained": [
            {
                "resourceType": "Goal",
                "id": "doel",
                "lifecycleStatus": "active",
                "description": {"text": GOAL},
                "subject": about,
                "target": [{"dueDate": plan.review.isoformat()}],
            },
            {"resourceType": "Condition", "id": "diagnose", "code": {"text": DIAGNOSIS}, "subject": about},
        ],
        "status": plan.status,
        "intent": "plan",
        "title": f"Herstelplan van {plan.dossier.surname}",
        "subject": about,
        "period": {"start": plan.start.isoformat()},
        "addresses": [{"reference": "#diagnose"}],
        "goal": [{"reference": "#doel"}],
        "activity": [
            {
                "detail": {
                    "code": {"text": "Cognitieve gedragstherapie"},
                    "status": "in-progress",
                    "scheduledTiming": {"repeat": {"frequency": plan.contacts, "period": 1, "periodUnit": "wk"}},
                    "description": "Wekelijks gesprek met de behandelaar op de polikliniek.",
                }
            }
        ],
        "note": [{"text": NOTE}],
    }


def file_with_plan(plan: Plan) -> dict[str, Any]:
    """Return a Bundle with person, episode and plan, as a partner sends it the first time."""
    about = by_number(plan.dossier, plan.partner)
    return bundle(
        plan.partner,
        patient(plan.dossier, plan.partner),
        _episode(plan.dossier, plan.partner, plan.start, plan.changed),
        care_plan(plan, about),
    )


def file_with_episode(dossier: Dossier, partner: str, changed: datetime) -> dict[str, Any]:
    """Return a Bundle with person and episode: that this partner is involved, and under which number."""
    begun = changed.date() - timedelta(days=60)
    return bundle(partner, patient(dossier, partner), _episode(dossier, partner, begun, changed))


def _episode(dossier: Dossier, partner: str, begun: date, changed: datetime) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"traject-{dossier.own_number(partner)}",
        "meta": {"lastUpdated": changed.isoformat(timespec="milliseconds")},
        "status": "active",
        "patient": by_number(dossier, partner),
        "period": {"start": begun.isoformat()},
        "diagnosis": [{"condition": {"display": DIAGNOSIS}}],
    }
