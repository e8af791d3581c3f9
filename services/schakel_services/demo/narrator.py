"""Tells the story while it happens, in Dutch: who is told what, on which grounds, and who is not and why."""

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_contracts.decision import Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.texts import texts
from schakel_services.chain.model import Chain
from schakel_services.demo.happened import Happened
from schakel_services.demo.words import words

MASKED = {"source": "afzender", "type": "soort bericht"}


class Narrator:
    """Writes on a console; a quiet one writes nothing."""

    def __init__(self, console: Console, chain: Chain) -> None:
        self.console = console
        self.names: Mapping[str, str] = {partner.id: partner.name for partner in chain.partner}
        self._bases = load_policy().bases

    def chapter(self, title: str, meaning: str) -> None:
        """Begin a chapter."""
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left")
        self.console.print(meaning, style="italic", markup=False)

    def say(self, line: str, style: str = "") -> None:
        """Tell something in between."""
        self.console.print(Padding(Text(line, style=style), (0, 0, 0, 2), expand=False))

    def sent(self, partner: str, what: str, result: str) -> None:
        """Tell that a partner sent a record, and what became of it at the door."""
        self.console.print()
        self.console.print(Text.assemble((self.names[partner], "bold cyan"), f" stuurt {what}: {result}"))

    def happened(self, event: Happened) -> None:
        """Tell of one event who heard of it and who did not; parties that it was never meant for are left out."""
        title = words().event.get(event.type, event.type)
        lines = [line for verdict in event.decision.verdicts for line in self._lines(event, verdict)]
        if not lines:
            self.say(f"{title}; niemand anders hoort dat", style="dim")
            return
        self.say(title, style="bold")
        for line in lines:
            self.console.print(Padding(line, (0, 0, 0, 4), expand=False))

    def _lines(self, event: Happened, verdict: Verdict) -> list[Text]:
        name = self.names.get(verdict.recipient, verdict.recipient)
        if verdict.recipient == event.decision.source and _is_about_a_denial(event, verdict):
            return self._sender(event, verdict, name)
        if verdict.outcome is Outcome.DENY:
            return [] if verdict.reason is Reason.NO_POLICY_ROW else [_not_told(name, verdict.reason, verdict)]
        if event.outcome(verdict) is not ReceiptOutcome.DELIVERED:
            receipt = event.receipts.get(verdict.notification_id) if verdict.notification_id else None
            return [_not_told(name, receipt.reason if receipt else None, verdict)]
        told = event.told(verdict.recipient)
        said = words().content(told, self.names) if told else "?"
        return [Text.assemble(("✓ ", "green"), (name, "bold"), f"  {said}  ", (self._grounds(verdict), "dim"))]

    def _sender(self, event: Happened, verdict: Verdict, name: str) -> list[Text]:
        told = event.arrived.get(verdict.notification_id) if verdict.notification_id else None
        if told is None:
            return []
        data = told["data"]
        about = self.names.get(data["recipient"], data["recipient"])
        remedy = texts().remedy[data["remedy"]]
        return [Text.assemble(("↩ ", "yellow"), (name, "bold"), f" hoort dat {about} dit niet kreeg. {remedy}")]

    def _grounds(self, verdict: Verdict) -> str:
        grounds = [self._bases[code].meaning for code in verdict.basis if code in self._bases]
        if verdict.masked:
            grounds.append("afgeschermd: " + " en ".join(MASKED.get(name, name) for name in verdict.masked))
        return f"[{'; '.join(grounds)}]"


def _is_about_a_denial(event: Happened, verdict: Verdict) -> bool:
    """Tell what the sender hears about others from what it hears of its own, such as a date that comes near."""
    told = event.arrived.get(verdict.notification_id) if verdict.notification_id else None
    return told is None or told["type"] == DeliveryNotCompleted.type


def _not_told(name: str, reason: Reason | None, verdict: Verdict) -> Text:
    why = texts().reason[reason] if reason else texts().outcome[verdict.outcome]
    return Text.assemble(("✗ ", "red"), (name, "bold"), f"  hoort niets. {why}")
