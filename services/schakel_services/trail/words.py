"""Say a trail in Dutch, for a privacy officer: who was told what, on which grounds, and who was not and why."""

from collections.abc import Iterator
from datetime import datetime

from schakel_contracts.codes import Outcome, ReceiptOutcome
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.event import short_type
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.texts import texts
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import Refusal
from schakel_services.trail.search import Trail

REFUSALS = {
    "rejected": "Geweigerd: het bericht voldoet niet.",
    "unlinked": "Niet gekoppeld: de persoon is alleen met een eigen nummer genoemd.",
    "malformed": "Geweigerd: het staat niet goed op het netwerk.",
}
MASKED = {"source": "de afzender", "type": "het soort gebeurtenis"}


def headline(trail: Trail) -> str:
    """Return one sentence that says which event it is."""
    first = trail.decisions[0]
    return f"Gebeurtenis {first.event_id}: {short_type(first.event_type)}, van {first.source} ({first.source_role})."


def paragraphs(trail: Trail, policy: Policy) -> Iterator[tuple[str, list[str]]]:
    """Yield a heading and sentences for every recipient that was considered, in the order in which it was decided."""
    for decision in trail.decisions:
        for verdict in decision.verdicts:
            receipt = trail.receipts.get(verdict.notification_id) if verdict.notification_id else None
            role = policy.roles[verdict.role].name
            heading = f"{verdict.recipient} ({role}): {texts().outcome[verdict.outcome]}"
            yield heading, list(_sentences(decision, verdict, receipt, policy))


def refusal_lines(refusal: Refusal) -> list[str]:
    """Return what is known of a record that was refused: where, when and by which rules."""
    head = f"{REFUSALS[refusal.kind]} {refusal.partner}, {refusal.connector}, {moment_words(refusal.at)}."
    return [head, *(f"{error.field}: {error.rule}" for error in refusal.errors)]


def _sentences(decision: Decision, verdict: Verdict, receipt: Receipt | None, policy: Policy) -> Iterator[str]:
    yield from _grounds(verdict, policy)
    yield from _content(verdict)
    for rule in verdict.rules:
        yield f"Regel {rule}: {texts().rule.get(rule, 'staat niet in dit beleid.')}"
    row = f", rij {verdict.row}" if verdict.row else ""
    yield f"Besloten op {moment_words(decision.decided_at)}, beleid {decision.policy_version}{row}."
    if verdict.outcome is not Outcome.DENY:
        yield f"Bericht {verdict.notification_id}, nummer {verdict.sequence}: {delivery_words(receipt)}"


def _grounds(verdict: Verdict, policy: Policy) -> Iterator[str]:
    if verdict.reason:
        yield texts().reason[verdict.reason]
    if verdict.remedy:
        yield f"Wat zou helpen: {texts().remedy[verdict.remedy]}"
    if verdict.purpose:
        yield f"Doel: {policy.purposes[verdict.purpose].name}."
    for code in verdict.basis:
        yield f"Grondslag {code}: {basis_words(code, policy)}"
    if verdict.consent_id:
        yield f"Toestemming: {verdict.consent_id}."
    if verdict.relation_id:
        yield f"Betrokkenheid: {verdict.relation_id}."


def _content(verdict: Verdict) -> Iterator[str]:
    if verdict.fields:
        yield f"Doorgegeven velden: {', '.join(verdict.fields)}."
    if verdict.stripped:
        yield f"Weggelaten velden: {', '.join(verdict.stripped)}."
    if verdict.masked:
        yield f"Afgeschermd: {', '.join(MASKED.get(name, name) for name in verdict.masked)}."


def basis_words(code: str, policy: Policy) -> str:
    """Return what a basis is, with its articles."""
    basis = policy.bases.get(code)
    return "staat niet in dit beleid." if basis is None else f"{basis.meaning} ({'; '.join(basis.articles)})."


def delivery_words(receipt: Receipt | None) -> str:
    """Return how one delivery ended."""
    if receipt is None:
        return "nog niet afgeleverd."
    tries = "1 poging" if receipt.attempts == 1 else f"{receipt.attempts} pogingen"
    when = moment_words(receipt.ended_at)
    why = f" {texts().reason[receipt.reason]}" if receipt.reason else ""
    if receipt.outcome is ReceiptOutcome.DELIVERED:
        return f"afgeleverd op {when}, na {tries}."
    if receipt.outcome is ReceiptOutcome.WITHHELD:
        return f"bij de tweede controle tegengehouden op {when}.{why}"
    return f"opgegeven op {when}, na {tries}.{why}"


def moment_words(moment: datetime) -> str:
    """Return a moment as people in the Netherlands read it, to the second."""
    return moment.astimezone(AMSTERDAM).strftime("%d-%m-%Y om %H:%M:%S")
