"""``POST /v1/partners/{partner}/records/{connector}``: a record in, 202 with event ids after the commit.

A file of many records is answered row by row.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from opentelemetry import propagate, trace
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schakel_connectors.batch import Batch
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_services.intake import aside
from schakel_services.intake.counter import Counter
from schakel_services.intake.incoming import Incoming, NotTaken, TooBusy
from schakel_services.intake.rows import hand_in_rows, told

PROBLEM = "application/problem+json"
WITHHOLD = aside.WITHHOLD.encode()
"""Request header with roles that the sender does not want told, ``UWV=disproportionate`` (R7)."""

RETRY_AFTER = {"Retry-After": "2"}
TRACER = trace.get_tracer("schakel.intake")

TITLES = {
    "unauthorized": "Geen geldige sleutel.",
    "forbidden": "Deze sleutel hoort bij een andere partner.",
    "not_found": "Onbekende partner, of deze partner gebruikt deze connector niet.",
    "too_large": "Het bericht is te groot.",
    "unsupported_media_type": "Dit mediatype leest deze connector niet.",
    "rejected": "Het bericht voldoet niet; er is niets gepubliceerd.",
    "unlinked": "De persoon is alleen met een eigen nummer genoemd, en dat nummer is nog niet aan een BSN gekoppeld.",
    "too_busy": "Te veel berichten tegelijk; probeer het zo weer.",
    "unavailable": "Er is niets aangenomen; stuur het bericht later opnieuw.",
    "method_not_allowed": "Deze methode is hier niet toegestaan.",
    "bad_request": "Het verzoek kon niet worden gelezen.",
}
"""Titles of problems, in Dutch: people at partners read them."""


def problem(status: int, kind: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """Return a problem (RFC 9457) of a known kind; it holds codes, fields and rules, never a value."""
    body = {"type": f"urn:schakel:problem:{kind}", "title": TITLES[kind], "status": status} | more
    return JSONResponse(body, status, dict(headers or {}), media_type=PROBLEM)


def site(counters: Mapping[str, Counter], now: Callable[[], datetime]) -> Starlette:
    """Return the HTTP side of the intake."""

    async def take(request: Request) -> Response:
        counter = counters.get(request.path_params["partner"])
        if (refused := _authenticate(request, counter, counters)) is not None or counter is None:
            return refused or problem(401, "unauthorized")
        connector = counter.connectors.get(request.path_params["connector"])
        if connector is None:
            return problem(404, "not_found")
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in connector.manifest.content_types:
            return problem(415, "unsupported_media_type", accepted=list(connector.manifest.content_types))
        raw = await _body(request, connector.manifest.size_max)
        if raw is None:
            return problem(413, "too_large", size_max=connector.manifest.size_max)
        with _span(request):
            item = Incoming(connector.name, raw, now(), withhold=_withhold(request), traceparent=_traceparent())
            try:
                batch = counter.split(item)
            except RecordRejected as refused_whole:
                return problem(422, "rejected", errors=_lines(refused_whole.errors))
            return await _hand_in(counter, item) if batch is None else await _hand_in_rows(counter, item, batch)

    routes = [Route("/v1/partners/{partner}/records/{connector}", take, methods=["POST"])]
    found = Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _failed})
    # To send a slash elsewhere would answer who has no key, with an address that the request itself names.
    found.router.redirect_slashes = False
    return found


async def _hand_in(counter: Counter, item: Incoming) -> Response:
    try:
        result = await counter.hand_in(item)
    except TooBusy:
        return problem(429, "too_busy", RETRY_AFTER)
    except NotTaken:
        return problem(503, "unavailable", RETRY_AFTER)
    if result.outcome == "accepted":
        return JSONResponse({"outcome": "accepted", "events": list(result.events)}, 202)
    return problem(422, result.outcome, errors=_lines(result.errors))


def _lines(errors: Iterable[FieldError]) -> list[dict[str, str]]:
    return [{"field": error.field, "rule": error.rule} for error in errors]


async def _hand_in_rows(counter: Counter, item: Incoming, batch: Batch) -> Response:
    """Answer for each row: 202 when all are accepted, 422 when all are refused, else 207; 503 when none was taken."""
    rows = await hand_in_rows(counter, item, batch)
    lines = told(rows)
    if all(row.accepted for row in rows):
        events = [event for line in lines for event in line["events"]]
        return JSONResponse({"outcome": "accepted", "events": events, "rows": lines}, 202)
    if all(row.result is None for row in rows):
        return problem(503, "unavailable", RETRY_AFTER)
    if all(row.refused for row in rows):
        only_unlinked = all(line["outcome"] == "unlinked" for line in lines)
        return problem(422, "unlinked" if only_unlinked else "rejected", rows=lines)
    return JSONResponse({"outcome": "mixed", "rows": lines}, 207)


def _authenticate(request: Request, counter: Counter | None, counters: Mapping[str, Counter]) -> Response | None:
    """Return a refusal, or None: the key must be this partner's. Without any valid key nothing is told apart."""
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not presented:
        return problem(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
    if counter is not None and counter.keys.accepts(presented):
        return None
    if not any(other.keys.accepts(presented) for other in counters.values()):
        return problem(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
    return problem(404, "not_found") if counter is None else problem(403, "forbidden")


async def _body(request: Request, size_max: int) -> bytes | None:
    """Read at most ``size_max`` bytes; None when there are more, without reading them."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > size_max:
        return None
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > size_max:
                return None
            chunks.append(chunk)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return b"".join(chunks)


def _withhold(request: Request) -> str | None:
    return aside.joined(value for name, value in request.headers.raw if name == WITHHOLD)


def _span(request: Request) -> AbstractContextManager[trace.Span]:
    """Begin a trace of our own, linked to the sender's.

    By the sender's own trace, which recipients would get too, they could join what they know; and it can be chosen.
    """
    sender = trace.get_current_span(propagate.extract(request.headers)).get_span_context()
    links = [trace.Link(sender)] if sender.is_valid else []
    return TRACER.start_as_current_span("intake", context=trace.set_span_in_context(trace.INVALID_SPAN), links=links)


def _traceparent() -> str | None:
    """Return the trace to carry on: that of the current span; None where tracing is not set up."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


async def _http_error(_request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    kinds = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}
    return problem(status, kinds.get(status, "bad_request"), headers)


async def _failed(_request: Request, _error: Exception) -> Response:
    """A programmer's error: say nothing of it to the caller but that nothing was taken."""
    return problem(500, "unavailable")
