"""Turn checked rows into cells: what can be worked out before an event comes, is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.policy.citation import citation
from schakel_contracts.policy.ends import RIGHT_UPHELD, Lack
from schakel_contracts.policy.grantor import BEYOND_SCOPE, LACKS_OWN_WORD, LACKS_REPRESENTATIVE
from schakel_contracts.policy.hosting import Stack, demanding, stricter
from schakel_contracts.policy.model import Attempt, Cell, CellKey
from schakel_contracts.policy.pauses import EMERGENCY_CATEGORIES, EMERGENCY_ROLES
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import BY_CONSENT, BY_LAW, BasisKind, BasisRow, FlowRow, RoleRow

CONSENT_RULES = ("R9", "R10", "R11")
KIND_RULES = {
    BasisKind.CONSENT: CONSENT_RULES,
    BasisKind.WRITTEN_CONSENT: ("R5", *CONSENT_RULES),
    BasisKind.CHECKED_CONSENT: (*CONSENT_RULES, "R12"),
    BasisKind.STATUTORY: ("R7",),
    BasisKind.ON_REQUEST: ("R6", "R7"),
    BasisKind.OWN: (),
    BasisKind.HOST: ("R7", "R22"),
    BasisKind.EMERGENCY: ("R17",),
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
    Reason.RIGHT_EXERCISED: "R27",
    Reason.LEFT_THE_CHAIN: "R28",
    Reason.NOT_ASSERTED: "R21",
    Reason.NOT_VALID_FOR_AGE: "R13",
    Reason.OUT_OF_SCOPE: "R13",
}
"""The rule that each denial by the engine names."""
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
    Reason.RIGHT_EXERCISED: Remedy.AWAIT_ANSWER,
    Reason.LEFT_THE_CHAIN: Remedy.NONE,
    Reason.NOT_ASSERTED: Remedy.NAME_WHO_ASSERTS,
    Reason.NOT_VALID_FOR_AGE: Remedy.ASK_REPRESENTATIVE,
    Reason.OUT_OF_SCOPE: Remedy.ASK_THE_PERSON,
    Reason.TOO_LATE: Remedy.CONTACT_RECIPIENT,
    Reason.NOT_IN_CHAIN: Remedy.CONTACT_RECIPIENT,
}
FLAWS = (LACKS_REPRESENTATIVE, LACKS_OWN_WORD, BEYOND_SCOPE, RIGHT_UPHELD)
"""Denials with a remedy of their own: what would help depends on whose word is missing."""
NO_ROW = Ruling(Outcome.DENY, rules=("R1",), reason=Reason.NO_POLICY_ROW, remedy=Remedy.NONE)
"""The default: what no row opens is closed."""
CONFIDENTIALITY = "art. 7:457 lid 1 BW"
ADDRESSEE_RULE = {"recipients": "R9", "sender": "R15"}


def compile_cells(
    rows: Mapping[str, FlowRow], roles: Mapping[Role, RoleRow], bases: Mapping[str, BasisRow]
) -> dict[CellKey, Cell]:
    """Return every open way, by event type (on the wire, and short) and the two roles."""
    compiler = _Compiler(roles, bases)
    cells = {
        (row.event, source, recipient): compiler.cell(row, source, recipient)
        for row in rows.values()
        for source in row.source_roles
        for recipient in row.recipient_roles
    }
    for key in [key for key in cells if key[2] is Role.KEY]:
        behind: dict[Role, Cell] = {
            host: cells[*key[:2], host] for host in Role if host is not Role.KEY and (*key[:2], host) in cells
        }
        # Whose organisation sent it knows it anyway: its key person has what the own row gives.
        behind.setdefault(key[1], cells[key])
        cells[key] = compiler.for_hosts(cells[key], key[1], behind)
    return cells | {(BY_SHORT_TYPE[key[0]].type, *key[1:]): cell for key, cell in cells.items()}


class _Compiler:
    """Makes cells, each once: of a source, only whether it has medical confidentiality makes a difference."""

    def __init__(self, roles: Mapping[Role, RoleRow], bases: Mapping[str, BasisRow]) -> None:
        self._roles = roles
        self._bases = bases
        self._cells: dict[tuple[str, bool, Role], Cell] = {}
        self._denials: dict[tuple[str, bool], dict[Lack, Ruling]] = {}
        self._hosted: dict[tuple[str, str, bool, Role], Cell | None] = {}

    def cell(self, row: FlowRow, source: Role, recipient: Role) -> Cell:
        """Return the cell of a row for two roles."""
        sender = self._roles[source]
        key = (row.id, sender.wgbo, recipient)
        if key not in self._cells:
            self._cells[key] = self._make(row, sender, recipient)
        return self._cells[key]

    def for_hosts(self, cell: Cell, source: Role, behind: Mapping[Role, Cell]) -> Cell:
        """Return a key person's cell with that of each host, whose own cell is in ``behind`` (R22)."""
        sender = self._roles[source]
        hosted: dict[Role, Cell] = {}
        for host, own in behind.items():
            key = (cell.row.id, own.row.id, sender.wgbo, host)
            if key not in self._hosted:
                self._hosted[key] = self._make_hosted(cell, host, own, sender)
            if (found := self._hosted[key]) is not None:
                hosted[host] = found
        return replace(cell, hosted=hosted)

    def _make(self, row: FlowRow, source: RoleRow, recipient: Role) -> Cell:
        category = BY_SHORT_TYPE[row.event].category
        used = [self._bases[code] for code in row.basis]
        if (row.id, source.wgbo) not in self._denials:
            self._denials[row.id, source.wgbo] = _denials(row, used, source)
        return Cell(
            row=row,
            category=category,
            purposes=_purposes(row.purpose, self._roles[recipient].primary_purpose),
            attempts=tuple(_attempts(row, [(basis,) for basis in used], source, recipient)),
            addressed=row.addressed,
            own=row.own,
            about_roles=frozenset(row.about_roles),
            relation_required=row.relation_required,
            asserted=row.asserted,
            outlives=row.addressed is not None and category is Category.ACCOUNTABILITY,
            owed=row.addressed == "recipients" and not row.relation_required and category is Category.ACCOUNTABILITY,
            denials=self._denials[row.id, source.wgbo],
            not_meant=_denial(row, Reason.NO_POLICY_ROW, ADDRESSEE_RULE.get(row.addressed or "", "R1")),
            unhosted=_denial(row, Reason.NO_POLICY_ROW, "R22"),
            articles=_articles(row, used, source),
        )

    def _make_hosted(self, cell: Cell, host: Role, behind: Cell, source: RoleRow) -> Cell | None:
        row = stricter(cell.row, behind.row)
        if row is None or not row.fields:
            return None
        stacks = demanding(row, behind.row, self._bases)
        used = [basis for stack in stacks for basis in stack]
        by_law = [self._bases[code] for code in behind.row.basis if self._bases[code].kind is BasisKind.STATUTORY]
        lawful = by_law if any(basis.kind is BasisKind.HOST for basis in used) else []
        return replace(
            cell,
            row=row,
            attempts=tuple(_attempts(row, stacks, source, host, by_law)),
            about_roles=frozenset(row.about_roles),
            relation_required=row.relation_required,
            asserted=row.asserted,
            denials=_denials(row, used, source),
            articles=tuple(dict.fromkeys([*cell.articles, *(a for basis in [*used, *lawful] for a in basis.articles)])),
        )


def _purposes(purpose: Purpose, primary: Purpose) -> tuple[Purpose, ...]:
    return (purpose,) if purpose is primary else (purpose, primary)


def _attempts(
    row: FlowRow, stacks: list[Stack], source: RoleRow, acting: Role, by_law: list[BasisRow] | None = None
) -> Iterator[Attempt]:
    """Yield what may be tried for a row, in its order.

    ``acting`` is the role behind the recipient: the emergency procedure is for few (R17). ``by_law`` are the statutory
    bases of a host: without them its basis never holds (R22).
    """
    contract = BY_SHORT_TYPE[row.event]
    stripped = tuple(name for name in contract.model_fields if name not in row.fields)
    through_host = by_law is not None
    for stack in stacks:
        basis = stack[0]
        if basis.kind is BasisKind.HOST:
            for behind in by_law or ():
                yield _attempt(row, (basis, behind), source, stripped, through_host=True)
        elif basis.kind is not BasisKind.EMERGENCY or (
            acting in EMERGENCY_ROLES and contract.category in EMERGENCY_CATEGORIES
        ):
            yield _attempt(row, stack, source, stripped, through_host=through_host)


def _attempt(row: FlowRow, stack: Stack, source: RoleRow, stripped: tuple[str, ...], *, through_host: bool) -> Attempt:
    basis = stack[0]
    return Attempt(
        kind=basis.kind,
        by_consent=basis.kind in BY_CONSENT,
        by_law=basis.kind in BY_LAW or basis.kind is BasisKind.HOST,
        by_request=basis.kind is BasisKind.ON_REQUEST,
        by_emergency=basis.kind is BasisKind.EMERGENCY,
        own=basis.kind is BasisKind.OWN,
        lacking=frozenset(LACKING[each.kind] for each in stack if each.kind in LACKING),
        article=citation(basis.code.partition(":")[2]),
        granted=Ruling(
            outcome=Outcome.REDUCED if stripped or row.mask else Outcome.PERMIT,
            row=row.id,
            purpose=row.purpose,
            rules=_met(row, stack, source, through_host=through_host),
            basis=tuple(each.code for each in stack),
            fields=row.fields,
            stripped=stripped,
            masked=row.mask,
            view=row.view,
            prohibited_use=row.prohibited_use,
            relation_required=row.relation_required,
        ),
    )


def _met(row: FlowRow, stack: Stack, source: RoleRow, *, through_host: bool) -> tuple[str, ...]:
    basis = stack[0]
    rules = {"R1"}.union(*(KIND_RULES[each.kind] for each in stack), *(each.rules for each in stack))
    if through_host:
        rules.add("R22")
    if row.asserted:
        rules.add("R21")
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


def _denials(row: FlowRow, used: list[BasisRow], source: RoleRow) -> dict[Lack, Ruling]:
    written = any(basis.kind is BasisKind.WRITTEN_CONSENT for basis in used)
    own_rules = [rule for basis in used for rule in basis.rules]
    denials: dict[Lack, Ruling] = {reason: _denial(row, reason, rule) for reason, rule in FAILED_RULE.items()}
    for flaw in FLAWS:
        denials[flaw] = denials[flaw[0]]._replace(remedy=flaw[1])
    missing = "R4" if source.wgbo else "R5" if written else own_rules[0] if own_rules else "R9"
    denials[Reason.NO_CONSENT] = _denial(row, Reason.NO_CONSENT, missing)
    if written:
        for reason in (Reason.NO_CONSENT, Reason.CONSENT_EXPIRED):
            denials[reason] = denials[reason]._replace(remedy=Remedy.ASK_WRITTEN_CONSENT)
    return denials


def _denial(row: FlowRow, reason: Reason, rule: str) -> Ruling:
    return Ruling(
        Outcome.DENY,
        row=row.id,
        purpose=row.purpose,
        rules=(rule,),
        reason=reason,
        remedy=REMEDIES[reason],
        relation_required=row.relation_required,
    )


def _articles(row: FlowRow, used: list[BasisRow], source: RoleRow) -> tuple[str, ...]:
    found = [article for basis in used for article in basis.articles]
    if source.wgbo and any(basis.kind in BY_CONSENT for basis in used):
        found.append(CONFIDENTIALITY)
    return tuple(dict.fromkeys([*found, *row.articles]))
