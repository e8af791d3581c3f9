"""What a row may never say, whoever signed it: one rule a check, answered with a sentence."""

from collections.abc import Iterator

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import ASSERTED
from schakel_contracts.policy.hurry import hurry_findings
from schakel_contracts.policy.masking import Finding, masking_findings
from schakel_contracts.policy.naming import naming
from schakel_contracts.policy.objecting import TOLD_TO_ALL
from schakel_contracts.policy.tables_format import (
    BY_CONSENT,
    BY_LAW,
    BasisKind,
    BasisRow,
    FlowRow,
    NeverRow,
    RoleRow,
)
from schakel_contracts.policy.views import VIEWS

Roles = dict[Role, RoleRow]
Bases = dict[str, BasisRow]
DESKS = frozenset({Role.INC, Role.WMO, Role.YTH, Role.DEB})
"""Domains of one municipality, which share on consent only, even with each other."""
BENEFIT = frozenset({Role.INC, Role.UWV})
ON_REQUEST_ALONE = frozenset({Category.ATTENDANCE, Category.HOUSING})
"""What a benefit desk hears only after it asked."""
ANSWERS_THE_COLLEGE = frozenset({Role.REI, Role.JOB})
"""Who informs the income desk when asked, and not of its own accord (art. 64 PW)."""
ABOUT_THE_EXCHANGE = TOLD_TO_ALL | {Category.ACCOUNTABILITY}
"""What says nothing of anybody's situation: basis A."""
EMERGENCY_TO = frozenset({Role.GGZ, Role.ADD, Role.SHL, Role.KEY})
EMERGENCY_ABOUT = frozenset({Category.CONTACT_PERSON, Category.SUPPORT_LEVEL, Category.RETENTION})


def findings(row: FlowRow, roles: Roles, bases: Bases, never: list[NeverRow]) -> Iterator[Finding]:
    """Yield everything that is wrong with one row."""
    contract = BY_SHORT_TYPE.get(row.event)
    if contract is None:
        yield "contract", f"there is no event {row.event}"
        return
    unknown = [code for code in row.basis if code not in bases]
    if unknown:
        yield "basis", f"unknown code {unknown[0]}"
        return
    yield from _contract_findings(row, contract)
    yield from hurry_findings(row, contract)
    used = [bases[code] for code in row.basis]
    for basis in used:
        if not basis.enabled:
            yield "basis", f"{basis.code} is not enabled"
    yield from _row_findings(row, contract, used, roles)
    for source in row.source_roles:
        for recipient in row.recipient_roles:
            pair = f"{source} to {recipient}"
            for basis in used:
                yield from _basis_findings(row, contract, basis, (source, recipient), roles)
                yield from _special_findings(contract, basis, (source, recipient))
            yield from masking_findings(row, contract, roles[source], roles[recipient], pair)
            yield from _never_findings(row, contract.category, (source, recipient), never)


def _contract_findings(row: FlowRow, contract: type[Event]) -> Iterator[Finding]:
    if row.view is None:
        known, required = set(contract.model_fields), contract
        if "type" in row.mask:
            yield "R14", "a masked type needs a view"
    else:
        view = VIEWS.get((contract, row.view))
        if view is None:
            yield "contract", f"there is no view {row.view} of {row.event}"
            return
        known, required = set(view.fills), view.contract
        if ("type" in row.mask) is (view.contract is contract):
            yield "R14", "a view under another name masks the type, one under the same name does not"
    for field in row.fields:
        if field not in known:
            yield "contract", f"there is no field {field}"
    for name, field_info in required.model_fields.items():
        if field_info.is_required() and name not in row.fields:
            yield "contract", f"the contract can't do without {name}"


def _row_findings(row: FlowRow, contract: type[Event], used: list[BasisRow], roles: Roles) -> Iterator[Finding]:
    """Yield what is wrong whatever the pair of roles: assertion, lists of parties, the order of the bases."""
    if row.asserted is not (contract in ASSERTED):
        yield "R21", "what a human must stand for says so, and nothing else does"
    others = [role for role in row.recipient_roles if not roles[role].own_side]
    if others and naming(contract).parties.intersection(row.fields):
        yield "R9", f"nobody sees who else is meant: {others[0]}"
    kinds = [basis.kind for basis in used]
    if BasisKind.EMERGENCY in kinds[:-1]:
        yield "R17", "an emergency is the last resort"
    if len(set(row.basis)) != len(row.basis):
        yield "basis", "twice the same"
    if contract.category is Category.CASE_MEETING:
        for role in others:
            if any(kind not in BY_CONSENT for kind in kinds):
                yield "R23", f"each participant on consent: {role}"
            if row.addressed is None and role is not Role.KEY:
                yield "R23", f"participants alone: {role}"


def _basis_findings(
    row: FlowRow, contract: type[Event], basis: BasisRow, pair: tuple[Role, Role], roles: Roles
) -> Iterator[Finding]:
    source, recipient = roles[pair[0]], roles[pair[1]]
    says = f"{pair[0]} to {pair[1]} on {basis.code}"
    about_the_exchange = contract.category in ABOUT_THE_EXCHANGE
    if source.wgbo and basis.kind in BY_LAW:
        yield "R4", f"a duty of the recipient does not lift confidentiality: {says}"
    if basis.kind in BY_LAW and pair[0] is not pair[1] and DESKS.issuperset(pair):
        yield "R8", f"two domains of one municipality share on consent only: {says}"
    if recipient.public_body and basis.kind in BY_CONSENT and not basis.public_body:
        yield "R12", f"a public body needs CX or C:WMO: {says}"
    if source.benefit_administration and not recipient.named_in_benefit_acts:
        if basis.kind in BY_CONSENT and basis.kind is not BasisKind.WRITTEN_CONSENT:
            yield "R5", f"the consent must be in writing: {says}"
        if basis.kind in BY_LAW:
            yield "R5", f"the Act does not name this recipient: {says}"
    if basis.kind is BasisKind.OWN and not (recipient.own_side or row.own or row.addressed or about_the_exchange):
        yield "R1", f"A is for own data or for what every party must know: {says}"
    if not row.relation_required and row.addressed is None:
        yield "R3", f"only what is addressed to a party goes without a relation: {says}"


def _special_findings(contract: type[Event], basis: BasisRow, pair: tuple[Role, Role]) -> Iterator[Finding]:
    """Yield what is wrong with a basis that few ways may have."""
    source, recipient = pair
    says = f"{source} to {recipient} on {basis.code}"
    if recipient in BENEFIT and contract.category in ON_REQUEST_ALONE and basis.kind is not BasisKind.ON_REQUEST:
        yield "R6", f"only after it asked: {says}"
    if recipient is Role.INC and source in ANSWERS_THE_COLLEGE and basis.kind is BasisKind.STATUTORY:
        yield "R6", f"the Act says when asked: {says}"
    if basis.kind is BasisKind.HOST and recipient is not Role.KEY:
        yield "R22", f"only a key person has a host: {says}"
    if basis.kind is BasisKind.EMERGENCY and (
        recipient not in EMERGENCY_TO or contract.category not in EMERGENCY_ABOUT
    ):
        yield "R17", f"not in an emergency: {says}"


def _never_findings(
    row: FlowRow, category: Category, pair: tuple[Role, Role], never: list[NeverRow]
) -> Iterator[Finding]:
    source, recipient = pair
    for cell in never:
        if (
            cell.category is not category
            or recipient not in cell.recipient_roles
            or (cell.source_roles and source not in cell.source_roles)
        ):
            continue
        closed = set(cell.fields or row.fields) - set(cell.except_fields)
        for field in row.fields:
            if field in closed:
                yield "never", f"{category} from {source} to {recipient}: {field}"


def role_findings(role: RoleRow) -> Iterator[Finding]:
    """Yield what is wrong with one role."""
    if not role.bsn_entitled and not role.own_side and not role.pairwise_handle:
        yield "R19", "who may not process the BSN gets a number of its own"
    if role.bsn_entitled and role.pairwise_handle:
        yield "R18", "who has a number of its own has no use for the BSN"
    if role.own_side and role.public_body:
        yield "R12", "a public body is not the person's own side"
