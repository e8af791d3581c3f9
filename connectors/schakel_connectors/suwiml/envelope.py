"""Which SuwiML message a document holds, with or without its SOAP envelope."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schakel_connectors.rejection import rejected
from schakel_connectors.xml_fields import local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

_SOAP = (
    "{http://schemas.xmlsoap.org/soap/envelope/}",
    "{http://www.w3.org/2003/05/soap-envelope}",
)
_SERVICE = re.compile(
    r"\{http://bkwi\.nl/SuwiML/Diensten/"
    r"(UWVDossierInkomsten|Bijstandsregelingen|UWVDossierWerknemersverzekeringen)"
    r"(?:GSD)?(?:DigitaleDiensten)?/v\d{4}\}"
)
_NO_PERSON = {
    "NietsGevonden": "nothing_found",
    "NietGerechtigd": "not_entitled",
    "NietVanToepassing": "not_applicable",
    "FWI": "service_error",
}
"""What an answer holds in place of a person, and the rule that it is refused by."""


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
    clients = [child for child in body if local_name(child) == "ClientSuwi"]
    if not clients:
        instead = {local_name(child) for child in body}
        rules = (rule for name, rule in _NO_PERSON.items() if name in instead)
        raise rejected("ClientSuwi", next(rules, "missing"))
    if len(clients) > 1:
        raise rejected("ClientSuwi", "repeated")
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
            return body[0], root.find(f"{namespace}Header")
    return root, None


def _created(header: "_Element | None") -> str | None:
    """Return ``wsu:Timestamp/wsu:Created``, the only moment that SuwiML gives a message."""
    if header is None:
        return None
    found = header.find("{*}Security/{*}Timestamp/{*}Created")
    return ((found.text or "").strip() or None) if found is not None else None
