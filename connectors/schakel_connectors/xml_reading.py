"""XML from a partner, read as data and as nothing else.

A document type is refused before the parser sees it, so there is no entity to expand, no file and
no address to fetch. The bytes are decoded here, by the byte order mark or the declaration and from
a short list of encodings: what is checked is then exactly what is parsed, and no exotic encoding
hides a document type.
"""

import codecs
import re
from typing import TYPE_CHECKING

from lxml import etree

from schakel_connectors.rejection import rejected

if TYPE_CHECKING:
    from lxml.etree import _Element

SIZE_MAX = 1_048_576
"""No document is larger, in bytes."""

DEPTH_MAX = 64
"""No element lies deeper; the root is at depth 1."""

ELEMENTS_MAX = 50_000
"""No document has more elements."""

ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "iso8859-15", "cp1252", "ascii"})
"""The encodings that partners send, by Python's name for them."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", 3),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
    (b"<\x00?\x00", "utf-16-le", 0),
    (b"\x00<\x00?", "utf-16-be", 0),
)
_DECLARED = re.compile(
    rb"^<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']",
)
_DOCTYPE = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
"""A document type stands before the root, after nothing but comments and instructions; elsewhere it is text."""

_TOO_DEEP = etree.XPath("boolean(/*" + "/*" * DEPTH_MAX + ")")
_TOO_MANY = etree.XPath(f"count(//*) > {ELEMENTS_MAX}")


def parse_xml(raw: bytes) -> "_Element":
    """Return the root element, without comments and processing instructions, or refuse the bytes.

    Raises ``RecordRejected`` for the field ``record`` with the rule ``xml_malformed`` (not
    well-formed, or not in the encoding that it declares), ``xml_doctype``, ``xml_too_deep`` or
    ``xml_too_large`` (bytes or elements).
    """
    if len(raw) > SIZE_MAX:
        raise rejected("record", "xml_too_large")
    text = _decoded(raw)
    if _DOCTYPE.match(text):
        raise rejected("record", "xml_doctype")
    if "\x00" in text:
        raise rejected("record", "xml_malformed")
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise rejected("record", _rule(error)) from None
    except ValueError:
        raise rejected("record", "xml_malformed") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise rejected("record", "xml_doctype")
    if _TOO_DEEP(root):
        raise rejected("record", "xml_too_deep")
    if _TOO_MANY(root):
        raise rejected("record", "xml_too_large")
    return root


def _parser() -> etree.XMLParser:
    """Return a parser of its own for each document: partners and threads share no state.

    The encoding overrules the declaration, as the text was decoded already.
    """
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _decoded(raw: bytes) -> str:
    """Decode by byte order mark, else by the declaration, else as UTF-8 (XML 1.0, appendix F)."""
    encoding, skip = _encoding(raw)
    try:
        name = codecs.lookup(encoding).name
        if name not in ENCODINGS:
            raise rejected("record", "xml_malformed")
        return raw[skip:].decode(name).lstrip()
    except (UnicodeError, LookupError):
        raise rejected("record", "xml_malformed") from None


def _encoding(raw: bytes) -> tuple[str, int]:
    for mark, encoding, skip in _MARKS:
        if raw.startswith(mark):
            return encoding, skip
    declared = _DECLARED.match(raw.lstrip())
    return (declared[1].decode("ascii") if declared else "utf-8"), 0


def _rule(error: etree.XMLSyntaxError) -> str:
    """Libxml2 stops at a depth of its own (256), beyond the one that is allowed here."""
    deep = (error.msg or "").startswith("Excessive depth")
    return "xml_too_deep" if deep else "xml_malformed"
