"""Turn checked rows into cells: what can be worked out before an event comes, is."""

from collections.abc import Mapping

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.policy.model import Attempt, Cell, CellKey
from schakel_contracts.policy.person import article_of
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import BY_CONSENT, BasisKind, BasisRow, FlowRow, RoleRow

CONSENT_RULES = ("R9", "R10", "R11")
KIND_RULES = {
    BasisKind.CONSENT: CONSENT_RULES,
    BasisKind.WRITTEN_CONSENT: ("R5", *CONSENT_RULES),
    BasisKind.CHECKED_CONSENT: (*CONSENT_RULES, "R12"),
    BasisKind.STATUTORY: ("R7",),
    BasisKind.ON_REQUEST: ("R6", "R7"),
    BasisKind.OWN: (),
}
LACKING = {
    BasisKind.WRITTEN_CONSENT: Reason.NOT_WRITTEN,
    BasisKind.CHECKED_CONSENT: Reason.NOT_FREELY_GIVEN,
}
FAILED_RULE = {
    Reason.NO_POLICY_ROW: "R1",
    Reason.NO_RELATION: "R3",
    Reason.CONSENT_WITHDRAWN: "R11",
    Reason.CONSENT_EXPIRED: "R10",
    Reason.OBJECTION: "R1",
    Reason.NOT_WRITTEN: "R5",
    Reason.NOT_FREELY_GIVEN: "R12",
    Reason.NO_REQUEST: "R6",
    Reason.SENDER_VETO: "R7",
    Reason.AGREEMENT_EXPIRED: "R1",
}
REMEDIES = {
    Reason.NO_POLICY_ROW: Remedy.NONE,
    Reason.NO_RELATION: Remedy.REGISTER_RELATION,
    Reason.NO_CONSENT: Remedy.ASK_CONSENT,
    # Who withdrew or objected has answered; asking again would be pressure.
    Reason.CONSENT_WITHDRAWN: Remedy.NONE,
    Reason.OBJECTION: Remedy.NONE,
    Reason.CONSENT_EXPIRED: Remedy.ASK_CONSENT,
    Reason.NOT_WRITTEN: Remedy.ASK_WRITTEN_CONSENT,
    Reason.NOT_FREELY_GIVEN: Remedy.COMPLETE_FREELY_GIVEN_CHECK,
    Reason.NO_REQUEST: Remedy.AWAIT_REQUEST,
    Reason.SENDER_VETO: Remedy.NONE,
    Reason.AGREEMENT_EXPIRED: Remedy.RENEW_AGREEMENT,
}
NO_ROW = Ruling(Outcome.DENY, rules=("R1",), reason=Reason.NO_POLICY_ROW, remedy=Remedy.NONE)
"""The default: what no row opens is closed."""
CONFIDENTIALITY = "art. 7:457 lid 1 BW"
ADDRESSEE_RULE = {"recipients": "R9", "sender": "R15"}


def compile_cells(
    rows: Mapping[str, FlowRow], roles: Mapping[Role, RoleRow], bases: Mapping[str, BasisRow]
) -> dict[CellKey, Cell]:
    """Return every open way, by event type (on the wire, and short) and the two roles."""
    cells: dict[CellKey, Cell] = {}
    for row in rows.values():
        wire_type = BY_SHORT_TYPE[row.event].type
        for source in row.source_roles:
            for recipient in row.recipient_roles:
                cell = _cell(row, roles[source], roles[recipient], bases)
                cells[row.event, source, recipient] = cell
                cells[wire_type, source, recipient] = cell
    return cells


def _cell(row: FlowRow, source: RoleRow, recipient: RoleRow, bases: Mapping[str, BasisRow]) -> Cell:
    contract = BY_SHORT_TYPE[row.event]
    used = [bases[code] for code in row.basis]
    stripped = tuple(name for name in contract.model_fields if name not in row.fields)
    return Cell(
        row=row,
        category=contract.category,
        purposes=_purposes(row.purpose, recipient.primary_purpose),
        attempts=tuple(_attempt(row, basis, source, stripped) for basis in used),
        addressed=row.addressed,
        own=row.own,
        about_roles=frozenset(row.about_roles),
        relation_required=row.relation_required,
        denials=_denials(row, used, source),
        not_meant=_denial(row, Reason.NO_POLICY_ROW, ADDRESSEE_RULE.get(row.addressed or "", "R1")),
        articles=_articles(row, used, source),
    )


def _purposes(purpose: Purpose, primary: Purpose) -> tuple[Purpose, ...]:
    return (purpose,) if purpose is primary else (purpose, primary)


def _attempt(row: FlowRow, basis: BasisRow, source: RoleRow, stripped: tuple[str, ...]) -> Attempt:
    return Attempt(
        kind=basis.kind,
        by_consent=basis.kind in BY_CONSENT,
        by_request=basis.kind is BasisKind.ON_REQUEST,
        lacking=LACKING.get(basis.kind),
        article=article_of(basis.code.partition(":")[2]),
        granted=Ruling(
            outcome=Outcome.REDUCED if stripped or row.mask else Outcome.PERMIT,
            row=row.id,
            purpose=row.purpose,
            rules=_met(row, basis, source),
            basis=(basis.code,),
            fields=row.fields,
            stripped=stripped,
            masked=row.mask,
            view=row.view,
            prohibited_use=row.prohibited_use,
            relation_required=row.relation_required,
        ),
    )


def _met(row: FlowRow, basis: BasisRow, source: RoleRow) -> tuple[str, ...]:
    rules = {"R1", *KIND_RULES[basis.kind], *basis.rules}
    if row.relation_required:
        rules.add("R3")
    if source.wgbo and basis.kind in BY_CONSENT:
        rules.add("R4")
    if row.addressed is not None:
        rules.add(ADDRESSEE_RULE[row.addressed])
    if row.mask:
        rules.add("R14")
    if row.prohibited_use is not None:
        rules.add("R20")
    return tuple(sorted(rules, key=lambda rule: int(rule[1:])))


def _denials(row: FlowRow, used: list[BasisRow], source: RoleRow) -> dict[Reason, Ruling]:
    written = any(basis.kind is BasisKind.WRITTEN_CONSENT for basis in used)
    own_rules = [rule for basis in used for rule in basis.rules]
    denials = {reason: _denial(row, reason, rule) for reason, rule in FAILED_RULE.items()}
    missing = "R4" if source.wgbo else "R5" if written else own_rules[0] if own_rules else "R9"
    denials[Reason.NO_CONSENT] = _denial(row, Reason.NO_CONSENT, missing, written=written)
    denials[Reason.CONSENT_EXPIRED] = _denial(row, Reason.CONSENT_EXPIRED, "R10", written=written)
    return denials


def _denial(row: FlowRow, reason: Reason, rule: str, *, written: bool = False) -> Ruling:
    remedy = REMEDIES[reason]
    if written and remedy is Remedy.ASK_CONSENT:
        remedy = Remedy.ASK_WRITTEN_CONSENT
    return Ruling(
        Outcome.DENY,
        row=row.id,
        purpose=row.purpose,
        rules=(rule,),
        reason=reason,
        remedy=remedy,
        relation_required=row.relation_required,
    )


def _articles(row: FlowRow, used: list[BasisRow], source: RoleRow) -> tuple[str, ...]:
    found = [article for basis in used for article in basis.articles]
    if source.wgbo and any(basis.kind in BY_CONSENT for basis in used):
        found.append(CONFIDENTIALITY)
    return tuple(dict.fromkeys([*found, *row.articles]))
