"""Which of Schakel's codes a SuwiML code means.

SuwiML's schemas say how a code looks, never what it means, and BKWI's code list is not public. The
income codes are those of the wage tax return, which is. The law codes are the laws' own
abbreviations, of which published answers show ``ABW``, ``WWB`` and ``PW``; of the decisions they
show ``01`` (granted) and ``04`` (refused).
"""

from types import MappingProxyType

from schakel_contracts.codes import BenefitKind, BenefitStatus

INCOME = MappingProxyType(
    {
        "31": BenefitKind.ZW,
        "32": BenefitKind.WAO,
        "33": BenefitKind.WW,
        "34": BenefitKind.IOAW,
        "35": BenefitKind.WW,
        "36": BenefitKind.OTHER,
        "37": BenefitKind.WAJONG,
        "38": BenefitKind.OTHER,
        "39": BenefitKind.WIA_IVA,
        "40": BenefitKind.WIA_WGA,
        "42": BenefitKind.BBZ,
        "43": BenefitKind.PARTICIPATION_ACT,
        "44": BenefitKind.OTHER,
        "45": BenefitKind.IOAZ,
        "46": BenefitKind.SUPPLEMENTARY_BENEFITS_ACT,
        "50": BenefitKind.OTHER,
        "51": BenefitKind.OTHER,
        "52": BenefitKind.IOW,
    }
)
"""``CdSrtIkv``. What is not listed, such as wages (11 to 17) and pensions, is left alone."""

LAW = MappingProxyType(
    {
        "PW": BenefitKind.PARTICIPATION_ACT,
        "WWB": BenefitKind.PARTICIPATION_ACT,
        "ABW": BenefitKind.PARTICIPATION_ACT,
        "AWB": BenefitKind.PARTICIPATION_ACT,
        "IOAW": BenefitKind.IOAW,
        "IOAZ": BenefitKind.IOAZ,
        "BBZ": BenefitKind.BBZ,
        "IOW": BenefitKind.IOW,
        "WW": BenefitKind.WW,
        "NWW": BenefitKind.WW,
        "ZW": BenefitKind.ZW,
        "WAO": BenefitKind.WAO,
        "WGA": BenefitKind.WIA_WGA,
        "IVA": BenefitKind.WIA_IVA,
        "WAJ": BenefitKind.WAJONG,
        "WAJNG": BenefitKind.WAJONG,
        "TW": BenefitKind.SUPPLEMENTARY_BENEFITS_ACT,
    }
)
"""``CdSzWet``. An act counts as the one that replaced it; ``AWB`` is a published slip."""

DECISION = MappingProxyType({"01": BenefitStatus.GRANTED, "04": BenefitStatus.REJECTED})
"""``CdBeslissingOpAanvraagUitkering``. Of any other decision nothing is said."""


def kind_of_law(code: str) -> BenefitKind:
    """Return the kind; of a law that isn't listed, such as ``WIA``, it is ``other``."""
    return LAW.get(code.upper(), BenefitKind.OTHER)
