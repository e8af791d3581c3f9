"""The last page of the story: a table of who heard how much, and whether every promise was kept."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from schakel_contracts.codes import Outcome, Reason
from schakel_services.demo.stage import Stage
from schakel_services.demo.tally import Tally


def show(console: Console, stage: Stage, found: Tally, seconds: float) -> None:
    """Print the summary."""
    console.print()
    console.rule("[bold]Wat het samen was", align="left")
    console.print(_partners(stage))
    console.print(
        f"{found.records_in} berichten aangeboden, {found.rejected} geweigerd, {found.unchanged} zonder nieuws; "
        f"{found.published} gebeurtenissen gepubliceerd."
    )
    decisions = found.decisions
    console.print(
        f"{decisions[Outcome.PERMIT]} maal doorgegeven, {decisions[Outcome.REDUCED]} maal gedeeltelijk, "
        f"{decisions[Outcome.DENY]} maal niet. {found.delivered} bezorgd, {found.withheld} op het laatst "
        f"tegengehouden, {found.after_withdrawal} vertrokken na een intrekking."
    )
    expectations = stage.expectations
    for sentence in expectations.failed:
        console.print(f"✗ Niet waargemaakt: {sentence}", style="bold red", markup=False)
    style = "bold red" if expectations.failed else "bold green"
    promises = expectations.met + len(expectations.failed)
    console.print(f"{expectations.met} van {promises} beloften waargemaakt, in {seconds:.0f} seconden.", style=style)


def _partners(stage: Stage) -> Table:
    heard = Counter(received.partner for received in stage.everything_received())
    not_told: dict[str, Counter[Reason]] = {}
    for decisions in stage.witness.decisions.values():
        for verdict in (verdict for decision in decisions for verdict in decision.verdicts):
            if verdict.reason is not None and verdict.reason is not Reason.NO_POLICY_ROW:
                not_told.setdefault(verdict.recipient, Counter())[verdict.reason] += 1
    table = Table("organisatie", "rol", "hoe", "gehoord", "niet gehoord, en waarom")
    for partner in stage.chain.partner:
        reasons = not_told.get(partner.id, Counter())
        why = ", ".join(f"{count}x {REASONS.get(reason, reason.value)}" for reason, count in reasons.most_common())
        way = {"webhook": "HTTP", "folder": "map"}[partner.channel.kind] if partner.channel else "-"
        table.add_row(partner.name, partner.role.value, way, str(heard[partner.id]), why or "-")
    return table


REASONS = {
    Reason.NO_CONSENT: "geen toestemming",
    Reason.CONSENT_WITHDRAWN: "ingetrokken",
    Reason.NOT_WRITTEN: "niet schriftelijk",
    Reason.NOT_FREELY_GIVEN: "niet aantoonbaar vrij",
    Reason.NO_REQUEST: "alleen op verzoek",
    Reason.NO_RELATION: "niet betrokken",
    Reason.NOT_ASSERTED: "geen mens staat ervoor in",
    Reason.NOT_VALID_FOR_AGE: "niet geldig voor de leeftijd",
    Reason.OUT_OF_SCOPE: "valt buiten de vertegenwoordiging",
    Reason.RIGHT_EXERCISED: "bezwaar loopt",
    Reason.LEFT_THE_CHAIN: "niet meer in de keten",
}
"""Reasons in two words, for a table; the sentences stand with the policy."""
