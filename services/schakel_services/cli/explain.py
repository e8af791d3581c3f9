"""``schakel explain``: of one event, who was told what and on which grounds, and who was not and why."""

import re
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from schakel_services.cli.output import AsJson, console, print_json, refuse, refusing
from schakel_services.cli.reach import HubData, ask, reach

if TYPE_CHECKING:
    from schakel_contracts.receipt import Receipt
    from schakel_contracts.refusal import Refusal
    from schakel_services.runtime.cluster import Cluster
    from schakel_services.trail.search import Trail

POSITION = re.compile(r"[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,19}(/[0-9]{1,9})?")


def explain(
    event_id: Annotated[
        str, typer.Argument(help="An event's id, a notification's, or the position at which a refused record came in.")
    ],
    data: HubData = None,
    as_json: AsJson = False,
) -> None:
    """Explain, for each recipient, what was decided about an event and what became of it. In Dutch.

    Finds it in the topics ``audit`` and ``receipts``, which hold 14 days. Exit code 1 when nothing is known of it, and
    when it is not decided yet.
    """
    from schakel_services.trail.stream import TrailError

    identity = _identity(event_id)
    cluster = reach(data)
    with refusing(TrailError):
        found = ask(cluster, _find(cluster, identity, event_id))
    if found is None or isinstance(found, str):
        why = (
            f"nothing is known of {event_id} on {cluster.bootstrap}, neither as an event nor as a notification: the "
            "topics hold 14 days; of a consent tells `schakel consent show`"
            if found is None
            else f"{event_id} stands at {found}, and no decision about it is on record yet"
        )
        refuse(why, {"found": False, "id": event_id, "undecided_at": found})
    if as_json:
        print_json(_line(found, event_id))
    else:
        _show(found)


def _identity(text: str) -> UUID | None:
    """Return a UUID, or None for a position; anything else is wrong usage."""
    try:
        return UUID(text)
    except ValueError:
        if POSITION.fullmatch(text):
            return None
    raise typer.BadParameter("neither an id (a UUID) nor a position (topic/partition/offset)", param_hint="EVENT_ID")


async def _find(cluster: "Cluster", identity: UUID | None, text: str) -> "Trail | Refusal | str | None":
    """Return what was decided, why a record was refused, or where an event stands about which nothing is decided."""
    from schakel_services.trail.search import find_event, find_refusal, find_waiting

    if identity is None:
        return await find_refusal(cluster, text)
    if (trail := await find_event(cluster, identity)) is not None:
        return trail
    at = await find_waiting(cluster, identity)
    # The gate keeps an event that it could not read by its place.
    return at and (await find_refusal(cluster, f"{at}/0") or at)


def _line(found: "Trail | Refusal", asked: str) -> dict[str, Any]:
    from schakel_contracts.refusal import Refusal

    if isinstance(found, Refusal):
        return {"found": True, "id": asked, "found_by": "position", "refusal": found.model_dump(mode="json")}
    first = found.decisions[0]
    return {
        "found": True,
        "id": asked,
        "found_by": found.found_by,
        **first.model_dump(mode="json", exclude={"verdicts"}),
        "recipients": [
            {
                **verdict.model_dump(mode="json"),
                "decided_at": decision.decided_at.isoformat(),
                "policy_version": decision.policy_version,
                "delivery": _delivery(found.receipts.get(verdict.notification_id) if verdict.notification_id else None),
            }
            for decision in found.decisions
            for verdict in decision.verdicts
        ],
    }


def _delivery(receipt: "Receipt | None") -> dict[str, Any] | None:
    if receipt is None:
        return None
    kept = {"outcome", "reason", "rules", "consent_id", "attempts", "began_at", "ended_at"}
    return receipt.model_dump(mode="json", include=kept)


def _show(found: "Trail | Refusal") -> None:
    from schakel_contracts.policy.loading import load_policy
    from schakel_contracts.refusal import Refusal
    from schakel_services.trail.words import headline, paragraphs, refusal_lines

    if isinstance(found, Refusal):
        for line in refusal_lines(found):
            console.print(line, markup=False, soft_wrap=True)
        return
    console.print(headline(found), style="bold", markup=False, soft_wrap=True)
    told = list(paragraphs(found, load_policy()))
    for heading, sentences in told:
        console.print(f"\n{heading}", style="bold", markup=False, soft_wrap=True)
        for sentence in sentences:
            console.print(f"  {sentence}", markup=False, soft_wrap=True)
    if not told:
        console.print("Voor niemand was er iets te besluiten.")
