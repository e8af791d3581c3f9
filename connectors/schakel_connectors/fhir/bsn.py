"""By which names a citizen service number is sent, and which numbers look like one that was given another name."""

from functools import lru_cache

from schakel_connectors.fhir.codes import BSN
from schakel_contracts.identifiers import is_bsn

_NAMES = frozenset({"fhir.nl/fhir/namingsystem/bsn", "2.16.840.1.113883.2.4.6.3"})
_BEGINNINGS = ("http://", "https://", "urn:oid:", "oid:")
_SPEAKS_OF_IT = ("bsn", "burgerservicenummer", "2.16.840.1.113883.2.4.6.3")


@lru_cache(maxsize=256)
def is_bsn_system(system: str) -> bool:
    """Say whether a system is that of the BSN, in whatever spelling: case, ``https``, a slash behind, a bare OID."""
    if system in BSN:
        return True
    name = system.strip().lower().rstrip("/")
    for begin in _BEGINNINGS:
        name = name.removeprefix(begin)
    return name.removeprefix("www.") in _NAMES


def is_misnamed_bsn(system: str, value: str) -> bool:
    """Say whether a number passes for a BSN, under a name that speaks of the BSN and is not one of its names."""
    return is_bsn(value.strip()) and any(word in system.lower() for word in _SPEAKS_OF_IT)
