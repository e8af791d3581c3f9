"""Persons who do not exist, to try and to measure with."""

from schakel_contracts.identifiers import Bsn, is_bsn

BSN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"


def bsns(count: int) -> list[Bsn]:
    """Return numbers that pass the eleven test, first from the test range 9999…, then below it; none is issued."""
    found: list[Bsn] = []
    number = 999_999_999
    while len(found) < count:
        if is_bsn(text := str(number)):
            found.append(Bsn(text))
        number -= 1
    return found
