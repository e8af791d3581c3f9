"""What a row may show to a role that must not learn of care (R14), and what it may not be used for (R20)."""

from collections.abc import Iterator

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.benefit_certainty import BenefitEffectRequested
from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.case_meeting import CaseMeetingActionsAgreed
from schakel_contracts.codes import Category
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import Event
from schakel_contracts.indication import ShelteredWorkAdviceIssued
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.policy.naming import naming
from schakel_contracts.policy.tables_format import FlowRow, RoleRow
from schakel_contracts.policy.views import VIEWS
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.trial_placement import (
    TrialPlacementEndDue,
    TrialPlacementEnded,
    TrialPlacementExtended,
    TrialPlacementStarted,
)

Finding = tuple[str, str]
"""The rule that is broken, and how."""
PARTICIPATION = frozenset(
    {
        Category.ACTIVATION_STEP,
        Category.ATTENDANCE,
        Category.DAY_ACTIVITY,
        Category.PLAN_EVALUATION,
        Category.RETENTION,
        Category.RETURN_RIGHT,
        Category.TRAJECTORY,
    }
)
"""How somebody takes part: support, never enforcement, whoever says it."""
SAFELY_NAMED: frozenset[tuple[type[Event], str]] = frozenset(
    {
        # The recipient itself, in its own role.
        (AnswerDue, "answerer"),
        (BenefitEffectRequested, "desk"),
        (CaseMeetingActionsAgreed, "owner"),
        (CaseMeetingActionsAgreed, "owner_role"),
        (StatutoryRequestAnswered, "requester"),
        (StatutoryRequestReceived, "addressee"),
        # A place of work, to who may know it: see never.toml.
        (PlacementChanged, "employer"),
        (PlacementEnded, "employer"),
        (PlacementStarted, "employer"),
        (TrialPlacementEndDue, "employer"),
        (TrialPlacementEnded, "employer"),
        (TrialPlacementExtended, "employer"),
        (TrialPlacementStarted, "employer"),
        # A desk of INC or UWV names a desk like itself.
        (BenefitStatusChanged, "contact"),
        (ShelteredWorkAdviceIssued, "next_step_owner"),
        (StatutoryRequestReceived, "requester_role"),
        # Named by ``about_roles``, which such a row must have.
        (DeliveryNotCompleted, "recipient"),
        (DeliveryNotCompleted, "recipient_role"),
    }
)
"""Fields that name a party or a role and can't tell a masked recipient of care."""


def masking_findings(
    row: FlowRow, contract: type[Event], source: RoleRow, recipient: RoleRow, pair: str
) -> Iterator[Finding]:
    """Yield what a row shows of care to who must not see it, and care that it leaves without its purpose lock."""
    if recipient.masked:
        yield from _shown(row, contract, source, pair)
    of_care = contract.tells_of_care or source.care or contract.category in PARTICIPATION
    if of_care and row.prohibited_use != "enforcement":
        yield "R20", f"what comes from care, or tells of it, is never for enforcement: {pair}"


def _shown(row: FlowRow, contract: type[Event], source: RoleRow, pair: str) -> Iterator[Finding]:
    if source.name_reveals_care and "source" not in row.mask:
        yield "R14", f"the sender's name tells of care: {pair}"
    view = None if row.view is None else VIEWS.get((contract, row.view))
    seen = contract if view is None else view.contract
    if seen.tells_of_care:
        yield "R14", f"the event's name tells of care: {pair}"
    if contract is DeliveryNotCompleted and not row.about_roles:
        yield "R14", f"it would name parties that tell of care: {pair}"
    if view is None:
        names = naming(contract)
        for field in row.fields:
            if field in names.party | names.role and (contract, field) not in SAFELY_NAMED:
                yield "R14", f"it may name who tells of care: {field}, {pair}"
