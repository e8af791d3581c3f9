"""The codes of a provision: what is the hub's, what is HL7's, what is foreign, and what is a slip.

A code that a rule permits by is dropped where the hub doesn't have it: that permits less. Of a rule that restricts the
same would restrict less, so there what is foreign is kept as that: something else than the hub can tell.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, TypeVar, get_args

from schakel_connectors.fhir.codes import (
    ActReasonSystem,
    CategorySystem,
    ParticipationSystem,
    PurposeSystem,
    RoleSystem,
)
from schakel_connectors.rejection import rejected
from schakel_contracts.codes import Category, Purpose, Role

CARE = frozenset({"TREAT", "CAREMGT"})
"""HL7's purposes that mean care coordination here."""

CARE_IN_PART = frozenset({"COC", "ETREAT", "BTG", "ERTREAT", "HOPERAT", "PATADMIN"})
"""What lies within these or holds them: permits nothing here, and whoever refuses it refuses care coordination."""

ANY_PURPOSE = "PurposeOfUse"
"""HL7's whole list: whoever refuses it refuses every purpose."""

NONE_OF_OURS = frozenset(
    """
    HMARKT HPAYMT HRESCH CLINTRCH CLINTRL CLINTRCHNPC CLINTRCHPC PRECLINTRCH BIORCH DSRCH HRESCHNPC POARCH TRANSRCH
    CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG REMITADV PUBHLTH DISASTER THREAT TRAIN DONAT FRAUD GOV
    HACCRED HCOMPL HDECD HLEGAL HOUTCOMS HQUALIMP HSYSADMIN LABELING METAMGT MEMADMIN MILCDM PATSFTY PERFMSR RECORDMGT
    SYSDEV
    """.split()  # noqa: SIM905 - easier to hold against HL7's list
)
"""HL7's purposes for which nothing is ever shared here: research, payment, marketing, management, training."""

OPTED_OUT = frozenset({"OPTOUT", "OPTOUTE"})
PRIVACY = "patient-privacy"
"""The only scope that is about sharing; a living will, treatment or research is none of the hub's business."""

RECIPIENTS = frozenset({"PRCP", "IRCP"})
"""Primary recipient and recipient of information, in HL7's codes of participation."""

CUSTODIAN = "CST"

SCOPE_SYSTEMS = ("http://terminology.hl7.org/CodeSystem/consentscope",)
POLICY_SYSTEMS = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/v3/ActCode")

_CATEGORY, _PURPOSE, _ROLE = get_args(CategorySystem), get_args(PurposeSystem), get_args(RoleSystem)
_REASON, _PARTICIPATION = get_args(ActReasonSystem), get_args(ParticipationSystem)
_HL7_PURPOSES = CARE | CARE_IN_PART | {ANY_PURPOSE}

Known = TypeVar("Known")


class Coded(NamedTuple):
    """What codings come to: those that the hub knows, and whether there is anything else that could mean something."""

    known: frozenset[Any]
    narrower: frozenset[Any] = frozenset()
    """What is touched only in part, or only as part of more: it counts where the rule restricts."""

    foreign: bool = False
    """Something of which it can't be told here what it covers."""


def purposes(codings: Iterable[Any], at: str) -> Coded:
    """Read purposes; raises ``purpose_unknown`` or ``system_unknown``."""
    known: set[Purpose] = set()
    narrower: set[Purpose] = set()
    foreign = False
    for coding in codings:
        system, code = coding.get("system"), coding.get("code")
        if system in _PURPOSE:
            known.add(_own(Purpose, code, at, "purpose_unknown"))
        elif system in _REASON:
            if code in CARE:
                known.add(Purpose.CARE_COORDINATION)
            elif code in CARE_IN_PART:
                narrower.add(Purpose.CARE_COORDINATION)
            elif code == ANY_PURPOSE:
                narrower.update(Purpose)
            elif code not in NONE_OF_OURS:
                foreign = True
        else:
            _no_slip(coding, {*Purpose, *_HL7_PURPOSES}, at)
            foreign = True
    return Coded(frozenset(known), frozenset(narrower), foreign)


def categories(codings: Iterable[Any], at: str) -> Coded:
    """Read categories; raises ``category_unknown`` or ``system_unknown``."""
    known: set[Category] = set()
    foreign = False
    for coding in codings:
        if coding.get("system") in _CATEGORY:
            known.add(_own(Category, coding.get("code"), at, "category_unknown"))
        else:
            _no_slip(coding, set(Category), at)
            foreign = True
    return Coded(frozenset(known), foreign=foreign)


def part(codings: Iterable[Any], at: str) -> tuple[str, Role | None]:
    """Read which part an actor plays in the rule, and its role in the hub if it is named.

    Raises ``role_unknown``, ``system_unknown``, or ``repeated`` for two roles: one actor is in one.
    """
    found, role = "other", None
    for coding in codings:
        system, code = coding.get("system"), coding.get("code")
        if system in _ROLE:
            named = _own(Role, code, at, "role_unknown")
            if role not in {None, named}:
                raise rejected(at, "repeated")
            found, role = "recipient", named
        elif system not in _PARTICIPATION:
            _no_slip(coding, {*Role, *RECIPIENTS, CUSTODIAN}, at)
        elif code in RECIPIENTS:
            found = "recipient"
        elif code == CUSTODIAN:
            found = "custodian"
    return found, role


def says(codings: Iterable[Any], codes: Iterable[str], systems: Iterable[str], at: str) -> bool:
    """Say whether one of HL7's codes is among these; under another name, or none, it raises ``system_unknown``."""
    named = [coding for coding in codings if coding.get("code") in codes]
    if any(coding.get("system") not in systems for coding in named):
        raise rejected(at, "system_unknown")
    return bool(named)


def _no_slip(coding: Any, codes: AbstractSet[str], at: str) -> None:
    """What is kept of a foreign coding is nothing, so a name that is left is one like the hub's own."""
    if coding.get("system") is not None or coding.get("code") in codes:
        raise rejected(at, "system_unknown")


def _own(codes: type[Known], code: Any, at: str, rule: str) -> Known:
    try:
        return codes(code)  # type: ignore[call-arg]
    except ValueError:
        raise rejected(at, rule) from None
