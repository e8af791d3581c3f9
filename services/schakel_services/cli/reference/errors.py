"""What a refusal says: problems, rules, reasons and remedies."""

from schakel_contracts.codes import Reason, Remedy
from schakel_contracts.policy.texts import texts
from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.cli.reference.spoken import chain_rules, problems, record_rules
from schakel_services.intake.http import TITLES

MEANING = {
    "bsn_ambiguous": "The record names more than one BSN for one person.",
    "bsn_invalid": "The BSN fails the eleven test.",
    "code_unknown": "A code that this field can't have.",
    "connector_failed": "A mistake in the connector, not in the record; it is logged.",
    "date_invalid": "Not a date, or not of the form that the standard asks.",
    "delete_unsupported": "A Bundle entry asks to delete; tell of an end instead.",
    "duplicate_record": "The same record stands twice in one Bundle.",
    "end_before_start": "The end lies before the start.",
    "grantor_missing": "Somebody else than the person consented, and the record does not say in which capacity.",
    "id_missing": "The record has no key of its own, so a new version could not be recognised.",
    "identifier_invalid": "The number of an organisation is not of the form of its register.",
    "implicit_rules_unknown": "The record asks to be read by rules that are unknown here.",
    "json_invalid": "Not well-formed JSON.",
    "missing": "A field that must be there is not.",
    "modifier_extension_unknown": "An extension that may change the meaning is unknown.",
    "names_several_partners": "The organisation has several desks in this chain, and the record does not say which.",
    "nested_bundle": "A Bundle inside a Bundle.",
    "not_a_patient": "The record is about somebody or something else than a patient.",
    "not_fhir": "Not a resource as FHIR has it.",
    "not_an_object": "A value stands where an object must be.",
    "not_printable": "A key with control characters or of too great a length.",
    "not_representable": "What the consent says can't be kept without keeping more, or less, than it says.",
    "nothing_left": "The exceptions take away all that the consent permits.",
    "number_belongs_to_another_person": "The partner's own number is linked to somebody else already.",
    "numbers_of_different_persons": "The record names numbers of different persons.",
    "organisation_unidentified": "An organisation without a number of a known register.",
    "recipient_unidentified": "A recipient without a number of a known register.",
    "reference_ambiguous": "A reference points at more than one resource in the record.",
    "reference_unresolved": "A reference points at a resource that is not in the record.",
    "repeated": "A field stands twice where it may stand once.",
    "request_not_response": "The message is a question; only answers are read.",
    "soap_body_missing": "A SOAP envelope without a body.",
    "soap_fault": "A SOAP fault instead of an answer.",
    "support_level_ambiguous": "More than one level of support in one plan.",
    "support_level_unknown": "A level of support that is not in Schakel's code system.",
    "text_version_invalid": "The version of the consent text is not of the form 1, 1.2 or 1.2.3.",
    "too_deep": "Nested too deeply.",
    "too_large": "Larger than the connector's largest record.",
    "too_many_rules": "More rules within rules than a consent may hold.",
    "too_many_parts": "The consent falls apart into more permissions than one record can hold.",
    "undecipherable": "Encrypted, but not with this partner's data key for this topic.",
    "unknown_role": "The record is withheld from a role that there is none of; nobody would be kept from it.",
    "unlinked": "The person is named only by the partner's own number, which no earlier record linked to a BSN.",
    "unsupported_type": "Not the kind of record that this connector reads.",
    "withdrawn_before": "A consent that was withdrawn comes back under the same key; a new consent needs a new key.",
    "xml_doctype": "XML with a document type, which is never read.",
    "xml_malformed": "Not well-formed XML.",
    "xml_too_deep": "XML nested too deeply.",
    "xml_too_large": "XML with too many elements.",
    "{name}_missing": "The consent does not say for which purpose, which kind of data or whom.",
}
"""What each rule means. A rule that the code names and nobody explains here, or the other way round, fails a test."""


def errors() -> str:
    """Return the page about refusals."""
    sentences = texts()
    rules = record_rules()
    return page(
        "Refusals",
        "An error names a field and a rule, never a value.",
        "## Answers of the intake",
        "`application/problem+json` (RFC 9457). `type` is `urn:schakel:problem:<kind>`. With 422 there is a list "
        "`errors` of `field` and `rule`.",
        table(("status", "kind", "title"), [(status, code(kind), TITLES[kind]) for status, kind in problems()]),
        "## Rules that a record can break",
        "Beside these, the kinds of error of pydantic: `string_too_long`, `enum`, `int_parsing` and so on. A "
        "connector's README tells more of its own.",
        table(
            ("rule", "what it means", "named by"),
            [(code(rule), MEANING.get(rule, ""), codes(sorted(rules[rule]))) for rule in sorted(rules)],
        ),
        "## Rules that a chain file can break",
        "Beside the kinds of error of pydantic, such as `missing` and `extra_forbidden`.",
        table(("rule",), [(code(rule),) for rule in chain_rules()]),
        "## Reasons of a decision",
        "Why a recipient was not told, as a decision, a receipt and `delivery.not_completed` name it.",
        table(("reason", "in Dutch"), [(code(r.value), sentences.reason[r]) for r in Reason]),
        "## Remedies",
        "What would help.",
        table(("remedy", "in Dutch"), [(code(r.value), sentences.remedy[r]) for r in Remedy]),
        "## Rules of the policy",
        "As a decision names them.",
        table(("rule", "in Dutch"), [(code(name), text) for name, text in sentences.rule.items()]),
    )
