"""XML from outside is data: it opens no file, calls nobody, and takes neither time nor memory."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.xml_reading import DEPTH_MAX, ELEMENTS_MAX, SIZE_MAX, parse_xml

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

ATTACKS = {
    "billion laughs": (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>', "xml_doctype"),
    "entity in an attribute": ('<!DOCTYPE a [<!ENTITY e "x">]><a b="&e;"/>', "xml_doctype"),
    "external entity": (
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
        "xml_doctype",
    ),
    "parameter entity": (
        '<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/hostname">%e;]><a/>',
        "xml_doctype",
    ),
    "external document type": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "xml_doctype"),
    "unknown entity": ("<a>&e;</a>", "xml_malformed"),
    "one level too deep": ("<a>" * (DEPTH_MAX + 1) + "</a>" * (DEPTH_MAX + 1), "xml_too_deep"),
    "far too deep": ("<a>" * 100_000 + "</a>" * 100_000, "xml_too_deep"),
    "too many elements": (f"<a>{'<b/>' * ELEMENTS_MAX}</a>", "xml_too_large"),
    "ten megabytes": (f"<a>{'x' * 10_000_000}</a>", "xml_too_large"),
    "a name of half a megabyte": (f"<{'a' * 500_000}/>", "xml_malformed"),
    "a null character": ("<a>b\x00c</a>", "xml_malformed"),
    "a null character behind it": ("<a/>\x00", "xml_malformed"),
    "a reference to null": ("<a>&#0;</a>", "xml_malformed"),
    "two roots": ("<a/><a/>", "xml_malformed"),
    "two declarations": ('<?xml version="1.0"?><?xml version="1.0"?><a/>', "xml_malformed"),
    "nothing": ("", "xml_malformed"),
    "another format": ('{"a": 1}', "xml_malformed"),
    "an encoding that it is not in": (
        '<?xml version="1.0" encoding="UTF-16"?><a/>',
        "xml_malformed",
    ),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><a/>', "xml_malformed"),
    "an encoding that is no text": ('<?xml version="1.0" encoding="zlib"?><a/>', "xml_malformed"),
    "a document type in UTF-7": (
        '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a SYSTEM +ACI-b+ACIAPg-<a/>',
        "xml_malformed",
    ),
}


@pytest.mark.parametrize(("document", "rule"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_at_once(document: str, rule: str) -> None:
    """Each is refused by its own rule, in less than a second, and nothing of it is quoted."""
    started = time.perf_counter()

    with pytest.raises(RecordRejected) as refused:
        parse_xml(document.encode())

    assert refused.value.errors == (FieldError("record", rule),)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1"])
def test_no_encoding_hides_a_document_type(encoding: str) -> None:
    """What is checked is what is parsed."""
    document = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'

    with pytest.raises(RecordRejected, match="xml_doctype"):
        parse_xml(document.format(encoding.removesuffix("-sig")).encode(encoding))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
        ("Windows-1252", "cp1252"),
        ("ISO-8859-15", "iso-8859-15"),
    ],
)
def test_partners_encodings_are_read(declared: str, encoding: str) -> None:
    """A name with an accent and a currency sign arrive as they were meant."""
    document = f'<?xml version="1.0" encoding="{declared}"?><a>é €</a>'

    assert parse_xml(document.encode(encoding)).text == "é €"


def test_bytes_of_another_encoding_are_refused() -> None:
    """They would be read as other letters."""
    with pytest.raises(RecordRejected, match="xml_malformed"):
        parse_xml('<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"))


def test_what_is_allowed_is_read() -> None:
    """The limits themselves are inside, and so are comments, CDATA and character references."""
    nested = parse_xml(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX)
    wide = parse_xml(b"<a>" + b"<b/>" * (ELEMENTS_MAX - 1) + b"</a>")
    mixed = parse_xml(b"\n<?xml version='1.0'?><a>1<!-- 2 -->3<?p 4?><![CDATA[<5>]]>&#54;&amp;</a>")

    assert (len(nested), len(wide), mixed.text) == (1, ELEMENTS_MAX - 1, "13<5>6&")


def test_nothing_is_included(tmp_path: Path) -> None:
    """An XInclude is an element like any other."""
    secret = tmp_path / "secret"
    secret.write_text("not to be read", "utf-8")
    document = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}" parse="text"/></a>'

    assert list(parse_xml(document.encode()).itertext()) == []


def test_a_document_as_large_as_allowed_is_quick() -> None:
    """A megabyte of attributes, or of namespaces, is still a matter of milliseconds."""
    attributes = " ".join(f'a{n}="x"' for n in range(80_000))
    namespaces = " ".join(f'xmlns:a{n}="x"' for n in range(60_000))
    started = time.perf_counter()

    for content in (attributes, namespaces):
        document = f"<a {content}/>".encode()
        assert len(document) < SIZE_MAX
        parse_xml(document)

    assert time.perf_counter() - started < 2


@given(st.binary(max_size=200) | st.text("<>/=&;!?[]-\"' ax\n", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """There is no third outcome."""
    with suppress(RecordRejected):
        parse_xml(raw)


@pytest.mark.parametrize(
    "document",
    [
        "<!-- <!DOCTYPE a> --><a/>",
        "<a><!-- <!DOCTYPE a> --></a>",
        "<a/><!-- <!DOCTYPE a> -->",
        "<?note <!DOCTYPE a>?><a/>",
        "<a><![CDATA[<!DOCTYPE a>]]></a>",
    ],
)
def test_a_document_type_in_text_is_text(document: str) -> None:
    """As it is to the parser: in a comment, an instruction, a section of text."""
    assert parse_xml(document.encode()).tag == "a"


@pytest.mark.parametrize(
    "before", ["<!-- x --> ", "<?note x?>\n", '<?xml version="1.0"?><!-- <a> --><?note ?> ', "\n \t" * 200_000]
)
def test_a_document_type_is_found_behind_what_may_stand_before_it(before: str) -> None:
    """And soon, however much that is."""
    with pytest.raises(RecordRejected, match="xml_doctype"):
        parse_xml(f"{before}<!DOCTYPE a><a/>".encode())


@pytest.mark.parametrize("document", ["<a/><!DOCTYPE a>", "<a><!DOCTYPE a></a>", "<a/><!-- --><!DOCTYPE a>"])
def test_a_document_type_elsewhere_is_no_xml(document: str) -> None:
    """It stands before the root or nowhere."""
    with pytest.raises(RecordRejected, match="xml_malformed"):
        parse_xml(document.encode())
