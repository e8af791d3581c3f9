"""Which SuwiML message a document holds, with or without its SOAP envelope."""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from schakel_connectors.rejection import rejected
from schakel_connectors.xml_fields import local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

_SOAP = (
    "{http://schemas.xmlsoap.org/soap/envelope/}",
    "{http://www.w3.org/2003/05/soap-envelope}",
)
INCOMES, ASSISTANCE, INSURANCE = "UWVDossierInkomsten", "Bijstandsregelingen", "UWVDossierWerknemersverzekeringen"
ANSWERS = MappingProxyType(
    {
        INCOMES: "UWVPersoonsIkvInfoResponse",
        ASSISTANCE: "BijstandsregelingenInfoResponse",
        INSURANCE: "UWVPersoonsWvInfoResponse",
    }
)
"""The services that are read, and what each calls its answer."""

_SERVICE = re.compile(
    rf"\{{http://bkwi\.nl/SuwiML/Diensten/({'|'.join(ANSWERS)})(?:GSD)?(?:DigitaleDiensten)?/v\d{{4}}\}}"
)
_NO_PERSON = {
    "NietsGevonden": "nothing_found",
    "NietGerechtigd": "not_entitled",
    "NietVanToepassing": "not_applicable",
    "FWI": "service_error",
}
"""What an answer holds in place of a person, and the rule that it is refused by."""

_WITH_A_PERSON = "FWI"
"""A warning, which may also stand beside one."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer about one person."""

    service: str
    """The service, without its version and variant."""

    client: "_Element"
    created: str | None
    """When it was sent, if the envelope says so."""


def message_of(root: "_Element") -> Message:
    """Return the message; refuse a request, another message, and an answer about nobody."""
    body, header = _opened(root)
    service = _SERVICE.match(str(body.tag))
    if not service:
        raise rejected("record", "unsupported_type")
    if not local_name(body).endswith("Response"):
        raise rejected("record", "request_not_response")
    if local_name(body) != ANSWERS[service[1]]:
        raise rejected("record", "unsupported_type")
    clients = [child for child in body if local_name(child) == "ClientSuwi"]
    beside = {local_name(child) for child in body}
    if not clients:
        rules = (rule for name, rule in _NO_PERSON.items() if name in beside)
        raise rejected("ClientSuwi", next(rules, "missing"))
    if len(clients) > 1:
        raise rejected("ClientSuwi", "repeated")
    if beside & (_NO_PERSON.keys() - {_WITH_A_PERSON}):
        raise rejected("ClientSuwi", "answer_contradicts_itself")
    return Message(service[1], clients[0], _created(header))


def _opened(root: "_Element") -> "tuple[_Element, _Element | None]":
    """Return what the SOAP body holds, and the header; or the document itself."""
    for namespace in _SOAP:
        if root.tag == f"{namespace}Envelope":
            body = root.find(f"{namespace}Body")
            if body is None or not len(body):
                raise rejected("record", "soap_body_missing")
            if body[0].tag == f"{namespace}Fault":
                raise rejected("record", "soap_fault")
            if len(body) > 1:
                raise rejected("record", "more_than_one_message")
            return body[0], root.find(f"{namespace}Header")
    return root, None


def _created(header: "_Element | None") -> str | None:
    """Return ``wsu:Timestamp/wsu:Created``, the only moment that SuwiML gives a message."""
    if header is None:
        return None
    found = header.find("{*}Security/{*}Timestamp/{*}Created")
    return ((found.text or "").strip() or None) if found is not None else None
