"""The HTTP side of the intake: each answer has its status, and none has a value in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_services.intake import http as module
from schakel_services.intake.aside import veto
from schakel_services.intake.counter import Counter
from schakel_services.intake.http import PROBLEM, TITLES, site
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result, TooBusy
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RECORD = b'{"resourceType": "CarePlan", "note": "Jan Jansen 999990019"}'
VALUES = ("Jan", "Jansen", "999990019", "resourceType", "sk_one", "sk_two")
PLANS = "/v1/partners/one/records/fhir_care_plan"
TAKEN = Result("accepted", ("id-1", "id-2"))
ONE = {"authorization": "Bearer sk_one", "content-type": "application/fhir+json"}


@dataclass
class Reception(Counter):
    """A counter that answers what a test says, and keeps what it got."""

    outcome: Result | Exception = TAKEN
    got: list[Incoming] = field(default_factory=list)

    async def hand_in(self, item: Incoming) -> Result:
        """Answer at once."""
        self.got.append(item)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def reception(partner: str, *connectors: str) -> Reception:
    """Return the counter of a partner whose key is ``sk_<partner>``."""
    keys = PartnerKeys(bytes(32), f"sk_{partner}", "whsec_of_the_test")
    return Reception(partner, {name: load(name) for name in connectors}, keys, Inbox(), Progress(partner))


@pytest.fixture
def one() -> Reception:
    """The partner that most tests are about."""
    return reception("one", "fhir_care_plan", "fhir_consent")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is traced, as where tracing is set up."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(module, "TRACER", provider.get_tracer("schakel.intake"))
    return exporter


@pytest.fixture
async def client(one: Reception) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an intake of two partners."""
    app = site({"one": one, "two": reception("two", "suwiml")}, lambda: NOW)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as found:
        yield found


def kind_of(answer: httpx.Response) -> str:
    """Return the kind of a problem, after a look at what every problem must be."""
    body = answer.json()
    assert answer.headers["content-type"] == PROBLEM
    assert body["status"] == answer.status_code
    assert not any(value in answer.text for value in VALUES)
    kind = body["type"].removeprefix("urn:schakel:problem:")
    assert body["title"] == TITLES[kind]
    return str(kind)


async def test_a_record_that_was_taken_is_202(client: httpx.AsyncClient, one: Reception) -> None:
    """With the ids of what it published, in order; the record arrives as it was sent."""
    answer = await client.post(PLANS, content=RECORD, headers=ONE)
    assert (answer.status_code, answer.json()) == (202, {"outcome": "accepted", "events": ["id-1", "id-2"]})
    assert one.got == [Incoming("fhir_care_plan", RECORD, NOW)]


@pytest.mark.parametrize("media_type", ["application/fhir+json; charset=utf-8", "Application/FHIR+JSON"])
async def test_a_media_type_may_have_parameters(client: httpx.AsyncClient, media_type: str) -> None:
    """And capitals."""
    answer = await client.post(PLANS, content=RECORD, headers=ONE | {"content-type": media_type})
    assert answer.status_code == 202


async def test_every_line_of_a_veto_arrives(client: httpx.AsyncClient, one: Reception) -> None:
    """All lines of the header, joined as RFC 9110 has it, without letters that a header can't hold."""
    raw = [(name.encode(), value.encode()) for name, value in ONE.items()]
    lines = [(b"schakel-withhold", b"UWV=disproportionate"), (b"Schakel-Withhold", "DAY=\xe9".encode("latin-1"))]
    await client.post(PLANS, content=RECORD, headers=[*raw, *lines])
    assert one.got[0].withhold == "UWV=disproportionate, DAY=?"


async def test_a_veto_that_is_too_long_is_not_cut_to_size(client: httpx.AsyncClient, one: Reception) -> None:
    """What arrives is longer than a veto may be, so the record is refused; the roles that fit are not taken for all."""
    await client.post(PLANS, content=RECORD, headers=ONE | {"schakel-withhold": "UWV " * 400})
    with pytest.raises(RecordRejected, match="too_long"):
        veto(one.got[0].withhold)


@pytest.mark.parametrize("baggage", [{}, {"baggage": "bsn=999990019", "tracestate": "bsn=999990019"}])
async def test_the_trace_of_the_sender_ends_here(
    client: httpx.AsyncClient, one: Reception, spans: InMemorySpanExporter, baggage: dict[str, str]
) -> None:
    """Recipients get a trace of our own; our span is linked to the sender's."""
    theirs = f"00-{999990019:032x}-{2:016x}-01"
    await client.post(PLANS, content=RECORD, headers=ONE | baggage | {"traceparent": theirs})
    (span,) = spans.get_finished_spans()
    carried = one.got[0].traceparent or ""
    assert span.context is not None
    assert carried.split("-")[1] == f"{span.context.trace_id:032x}" != theirs.split("-")[1]
    assert [(link.context.trace_id, link.context.span_id) for link in span.links] == [(999990019, 2)]
    assert span.parent is None


async def test_without_tracing_there_is_no_trace(client: httpx.AsyncClient, one: Reception) -> None:
    """Also when the sender has one."""
    await client.post(PLANS, content=RECORD, headers=ONE | {"traceparent": f"00-{1:032x}-{2:016x}-01"})
    assert one.got[0].traceparent is None


@pytest.mark.parametrize("path", [f"{PLANS}/", "/v1/partners/nobody/records/x/"])
@pytest.mark.parametrize("headers", [{}, ONE])
async def test_a_slash_at_the_end_leads_nowhere(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    """Not to an address that the request itself names."""
    answer = await client.post(path, content=RECORD, headers=headers)
    assert (answer.status_code, kind_of(answer)) == (404, "not_found")
    assert "location" not in answer.headers


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer sk_three", "Basic sk_one", "sk_one"])
@pytest.mark.parametrize("path", [PLANS, "/v1/partners/nobody/records/fhir_care_plan"])
async def test_without_a_good_key_it_is_401(client: httpx.AsyncClient, authorization: str | None, path: str) -> None:
    """Whether there is such a partner or not: who has no key learns nothing."""
    headers = {"content-type": "application/fhir+json"}
    headers |= {} if authorization is None else {"authorization": authorization}
    answer = await client.post(path, content=RECORD, headers=headers)
    assert (answer.status_code, kind_of(answer)) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_with_the_key_of_another_it_is_403(client: httpx.AsyncClient, one: Reception) -> None:
    """A partner sends in its own name alone."""
    answer = await client.post(PLANS, content=RECORD, headers=ONE | {"authorization": "Bearer sk_two"})
    assert (answer.status_code, kind_of(answer)) == (403, "forbidden")
    assert one.got == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/partners/nobody/records/fhir_care_plan",
        "/v1/partners/one/records/suwiml",
        "/v1/partners/one/records/unheard_of",
        "/v1/partners/one/records",
        "/v1/partners/one/records/fhir_care_plan/more",
        "/",
    ],
)
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, path: str) -> None:
    """Another partner, a connector that this partner does not use, another path."""
    answer = await client.post(path, content=RECORD, headers=ONE)
    assert (answer.status_code, kind_of(answer)) == (404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_405(client: httpx.AsyncClient, method: str) -> None:
    """And the answer says which one is right, as RFC 9110 asks."""
    answer = await client.request(method, PLANS, headers=ONE)
    assert (answer.status_code, kind_of(answer)) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


class Chunks(httpx.AsyncByteStream):
    """A body without a declared length, which counts how much of it was asked for."""

    def __init__(self, size: int) -> None:
        self.asked = 0
        self._size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield a hundred kilobytes at a time."""
        while self.asked < self._size:
            self.asked += 100_000
            yield b"x" * 100_000


async def test_a_record_that_is_too_large_is_413(client: httpx.AsyncClient, one: Reception) -> None:
    """By what it declares, and by what comes; the answer says how large it may be."""
    size_max = one.connectors["fhir_care_plan"].manifest.size_max
    declared = await client.post(PLANS, content=b"x" * (size_max + 1), headers=ONE)
    streamed = await client.post(PLANS, content=Chunks(2 * size_max), headers=ONE)
    lied = await client.post(PLANS, content=Chunks(2 * size_max), headers=ONE | {"content-length": "10"})
    for answer in (declared, streamed, lied):
        assert (answer.status_code, kind_of(answer)) == (413, "too_large")
        assert answer.json()["size_max"] == size_max
    assert one.got == []


async def test_a_record_of_just_the_size_is_taken(client: httpx.AsyncClient, one: Reception) -> None:
    """The limit is the last size that is allowed."""
    size_max = one.connectors["fhir_care_plan"].manifest.size_max
    answer = await client.post(PLANS, content=b"x" * size_max, headers=ONE)
    assert (answer.status_code, len(one.got[0].raw)) == (202, size_max)


@pytest.mark.parametrize("media_type", ["text/plain", "", "application/fhir"])
async def test_another_media_type_is_415(client: httpx.AsyncClient, one: Reception, media_type: str) -> None:
    """The answer says which ones this connector reads."""
    answer = await client.post(PLANS, content=RECORD, headers=ONE | {"content-type": media_type})
    assert (answer.status_code, kind_of(answer)) == (415, "unsupported_media_type")
    assert answer.json()["accepted"] == list(one.connectors["fhir_care_plan"].manifest.content_types)


@pytest.mark.parametrize("outcome", ["rejected", "unlinked"])
async def test_a_record_that_is_refused_is_422(client: httpx.AsyncClient, one: Reception, outcome: Any) -> None:
    """With field and rule of everything that is wrong."""
    one.outcome = Result(outcome, errors=(FieldError("subject", "bsn_invalid"), FieldError("period.start", "date")))
    answer = await client.post(PLANS, content=RECORD, headers=ONE)
    assert (answer.status_code, kind_of(answer)) == (422, outcome)
    assert answer.json()["errors"] == [
        {"field": "subject", "rule": "bsn_invalid"},
        {"field": "period.start", "rule": "date"},
    ]


@pytest.mark.parametrize(("error", "status", "kind"), [(TooBusy(), 429, "too_busy"), (NotTaken(), 503, "unavailable")])
async def test_what_was_not_taken_is_sent_again_later(
    client: httpx.AsyncClient, one: Reception, error: Exception, status: int, kind: str
) -> None:
    """Too much at once, or no Kafka: the answer says when to come back."""
    one.outcome = error
    answer = await client.post(PLANS, content=RECORD, headers=ONE)
    assert (answer.status_code, kind_of(answer)) == (status, kind)
    assert int(answer.headers["retry-after"]) > 0


async def test_a_mistake_of_ours_is_500_and_says_nothing(client: httpx.AsyncClient, one: Reception) -> None:
    """Nothing was taken; what went wrong could quote the record."""
    one.outcome = ValueError("Jan Jansen 999990019")
    answer = await client.post(PLANS, content=RECORD, headers=ONE)
    assert (answer.status_code, kind_of(answer)) == (500, "unavailable")


async def test_a_sender_that_hangs_up_half_way_is_not_taken(one: Reception) -> None:
    """Half a record is none."""
    app = site({"one": one}, lambda: NOW)
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": RECORD[:20], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in ONE.items()]
    scope = {"type": "http", "method": "POST", "path": PLANS, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    assert (sent[0]["status"], one.got) == (400, [])
