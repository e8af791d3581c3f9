"""From bytes to a record of exactly the declared elements, whether they came as JSON or as XML."""

from codecs import BOM_UTF8
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schakel_connectors.fhir.xml import fields_of_resource
from schakel_connectors.json_reading import json_of
from schakel_connectors.rejection import FieldError, RecordRejected, from_validation, rejected
from schakel_connectors.xml_reading import parse_xml

AnyRecord = TypeVar("AnyRecord", bound=BaseModel)

ERRORS_MAX = 20
"""A refusal names no more fields than this."""

FAULTS_MAX = 10_000
"""Above this they are not told apart any more: that would take longer than reading the record."""

_XML_STARTS = (b"<", b"\xff\xfe", b"\xfe\xff", b"\x00<")


def read(raw: bytes, record: type[AnyRecord]) -> AnyRecord:
    """Read a FHIR resource in JSON or XML, or raise ``RecordRejected`` in FHIR's own field names."""
    raw = without_mark(raw)
    try:
        fields = fields_of_resource(parse_xml(raw), record) if raw.startswith(_XML_STARTS) else json_of(raw)
        return record.model_validate(fields)
    except ValidationError as error:
        raise _explained(error) from None


def without_mark(raw: bytes) -> bytes:
    """Return the bytes without what may stand before a record: a byte order mark, white space."""
    return raw.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")


def _explained(error: ValidationError) -> RecordRejected:
    """Say what is wrong in the words of FHIR; pydantic's own words mean little to who sends the record."""
    if error.error_count() > FAULTS_MAX:
        return rejected("record", "too_many_errors")
    found = from_validation(error).errors[:ERRORS_MAX]
    return RecordRejected(*(_in_fhir_words(item) for item in found))


def _in_fhir_words(error: FieldError) -> FieldError:
    field, rule = error.field, error.rule
    if rule in {"union_tag_invalid", "union_tag_not_found"}:
        return FieldError("resourceType" if field == "record" else f"{field}.resourceType", "unsupported_type")
    if rule == "none_required":
        head, _, _ = field.rpartition(".modifierExtension")
        if head:
            return FieldError(f"{head}.modifierExtension", "modifier_extension_unknown")
        return FieldError(field, "implicit_rules_unknown")
    if rule in {"model_attributes_type", "dict_type"}:
        return FieldError(field, "not_an_object")
    return FieldError(field, "code_unknown" if rule == "literal_error" else rule)
