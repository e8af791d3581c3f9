"""What stands in the registry and on the log of consents, in Dutch, for a privacy officer."""

from datetime import datetime
from typing import Any

from schakel_contracts.codes import ConsentEffect
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.texts import texts
from schakel_contracts.registry import ConsentRecord
from schakel_services.cli.consent_state import STATES
from schakel_services.cli.output import console
from schakel_services.trail.judgement import BROKEN, Lacking

LACKING = {
    Lacking.LEFT_AFTER: "er is iets vertrokken na de intrekking",
    Lacking.NOT_TOLD_TO_STOP: "niet iedereen die bericht kreeg, hoort dat dit stopt",
    Lacking.STOP_NOTICE_FAILED: "een stopbericht is niet aangekomen",
    Lacking.NOT_WITHDRAWN: "deze toestemming is niet ingetrokken",
    Lacking.BEFORE_THE_LOG: "het logboek gaat niet terug tot de intrekking",
    Lacking.UNDER_WAY: "er is nog een bericht onderweg dat eerder werd toegestaan",
    Lacking.STOP_NOTICE_UNDER_WAY: "nog niet elk stopbericht is aangekomen",
}
ENDED = {
    "delivered": "bezorgd",
    "withheld": "tegengehouden",
    "failed": "opgegeven",
    "under_way": "onderweg",
}
COVERAGE = {
    "active": "geldt",
    "expiring": "loopt af",
    "expired": "verlopen",
    "withdrawn": "ingetrokken",
    "not_freely_given": "niet vrij",
    "by_representative": "door een ander",
    "objected": "bezwaar",
    "missing": "ontbreekt",
}


def tell_consent(consent: ConsentRecord, state: str) -> None:
    """Print one consent as it stands."""
    console.print(f"Toestemming {consent.id}: {STATES[state]}", style="bold", markup=False)
    _rows(
        {
            "soort": "bezwaar" if consent.effect is ConsentEffect.DENY else "toestemming",
            "ontvangers": ", ".join(one.party for one in consent.recipients) or "iedereen",
            "gegevens": ", ".join(one.value for one in consent.categories) or "alle",
            "doelen": ", ".join(one.value for one in consent.purposes) or "alle",
            "bron": consent.source or "elke bron in de keten",
            "gegeven door": " en ".join(one.value for one in (consent.grantor, consent.co_grantor) if one),
            "vorm": f"{consent.form.value}, tekst {consent.text_version or 'onbekend'}",
            "gegeven op": consent.granted_at or "onbekend",
            "tot": consent.valid_until or "hoogstens twaalf maanden",
            "vastgelegd bij": consent.collected_by or "onbekend",
        }
    )


def tell_proof(line: dict[str, Any]) -> None:
    """Print what ``judgement.as_json`` gives, and the judgement last."""
    read, blocked = line["read"], line["blocked_after"]
    console.print(f"Ingetrokken en vastgelegd: {_moment(line['t0'])}", style="bold", markup=False)
    since = "alles wat er ooit op stond" if read["since"] is None else f"vanaf {_moment(read['since'])}"
    _rows(
        {
            "gelezen": f"{since}, tot {_moment(read['until'])}",
            "bezorgd ervoor": line["delivered_before"],
            "laatste bezorging ervoor": _moment(line["last_delivery_before"]),
            "mogelijk toch aangekomen": line["possibly_arrived"],
            "nog onderweg": line["under_way"],
            "tegengehouden bij de poort": blocked["at_gate"],
            "tegengehouden vlak voor vertrek": blocked["at_delivery"],
            "vertrokken erna": line["delivered_after"],
        }
    )
    for stop in line["stop_notices"]:
        failed = stop["outcome"] in {"withheld", "failed"}
        _say(f"  stopbericht aan {stop['recipient']}: {ENDED[stop['outcome']]}", "bold red" if failed else None)
    for one in line["not_told_to_stop"]:
        why = "geen partij van de keten meer" if one["reason"] is None else texts().reason[one["reason"]].rstrip(".")
        _say(f"  GEEN stopbericht aan {one['recipient']}, die wel bericht kreeg: {why}", "bold red")
    if line["honoured"]:
        _say("Nagekomen.", "bold green")
        return
    found = [Lacking(one) for one in line["lacking"]]
    if line["honoured"] is None:
        _say(f"Niet vast te stellen: {_list(found)}.", "bold yellow")
        return
    _say(f"NIET nagekomen: {_list([one for one in found if one in BROKEN])}.", "bold red")
    if rest := [one for one in found if one not in BROKEN]:
        _say(f"En niet vast te stellen: {_list(rest)}.", "bold yellow")


def tell_coverage(rows: list[dict[str, Any]], persons: int) -> None:
    """Print how many consents there are, run out or are missing."""
    from rich.table import Table

    table = Table("organisatie", "gegevens", *COVERAGE.values())
    for row in rows:
        table.add_row(row["recipient"], row["category"], *(str(row[name]) for name in COVERAGE))
    console.print(table)
    console.print(f"{persons} personen.")


def _rows(rows: dict[str, Any]) -> None:
    for name, value in rows.items():
        console.print(f"  {name}: {value}", markup=False, soft_wrap=True)


def _say(sentence: str, style: str | None) -> None:
    console.print(sentence, style=style, markup=False, soft_wrap=True)


def _list(found: list[Lacking]) -> str:
    return "; ".join(LACKING[one] for one in found)


def _moment(text: str | None) -> str:
    """Return a moment as people read it, to the second; programs read ``--json``."""
    if text is None:
        return "-"
    return datetime.fromisoformat(text).astimezone(AMSTERDAM).strftime("%d-%m-%Y om %H:%M:%S")
