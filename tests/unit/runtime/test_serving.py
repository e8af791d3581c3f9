"""Where a service answers whom: partners at the site, who watches it elsewhere; and how it ends."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

SERVICE = """
import asyncio, json, sys
from contextlib import asynccontextmanager
from faststream.asgi import AsgiResponse
from schakel_services.runtime.frame import declare, frame
from schakel_services.runtime.health import Health
from schakel_services.runtime.serving import serve

def say(**line):
    print(json.dumps(line), flush=True)

async def site(scope, receive, send):
    if scope["path"] == "/slow":
        say(event="begun")
        await asyncio.sleep(0.5)
        say(event="answered")
    await AsgiResponse(scope["path"].encode(), 200)(scope, receive, send)

@asynccontextmanager
async def run():
    try:
        yield
    finally:
        say(event="loops_ended")

app = frame("intake", declare("intake", [], []), Health(), run, site if sys.argv[1] == "site" else None)
asyncio.run(serve(app, ("127.0.0.1", 0), ("127.0.0.1", 0), lambda port, watch: say(port=port, watch=watch)))
"""


def heard(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """Return the next line that it says."""
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return said


@contextmanager
def service(kind: str) -> Iterator[tuple["subprocess.Popen[bytes]", str, str]]:
    """Run one; yield it with where its partners come, and where it is watched."""
    with subprocess.Popen([sys.executable, "-c", SERVICE, kind], stdout=subprocess.PIPE) as process:
        try:
            ports = heard(process)
            yield process, f"http://127.0.0.1:{ports['port']}", f"http://127.0.0.1:{ports['watch']}"
        finally:
            process.kill()


def get(address: str, path: str) -> httpx.Response:
    """Ask, and follow where it points."""
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        return client.get(f"{address}{path}")


def test_partners_and_who_watches_come_to_different_doors() -> None:
    """Metrics count every partner, and problems name them: none of that is where partners come."""
    with service("site") as (_, public, watch):
        assert public != watch
        for path in ("/metrics", "/livez", "/readyz", "/v1/anything"):
            assert get(public, path).text == path
        assert "schakel_intake_records" in get(watch, "/metrics").text
        assert get(watch, "/livez").status_code == 200
        assert get(watch, "/v1/anything").status_code == 404


def test_a_service_without_a_site_has_one_door() -> None:
    """Nobody comes there but who watches it."""
    with service("bare") as (_, address, watch):
        assert address == watch
        assert get(address, "/livez").status_code == 200
        assert get(address, "/v1/anything").status_code == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_a_partner_has_begun_ends_before_the_loops_do(number: signal.Signals) -> None:
    """The answer needs them."""
    with service("site") as (process, public, _):
        answers: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: answers.append(get(public, "/slow")))
        asking.start()
        assert heard(process) == {"event": "begun"}
        process.send_signal(number)
        assert [heard(process)["event"] for _ in range(2)] == ["answered", "loops_ended"]
        asking.join(10)
        process.wait(10)
        assert [answer.text for answer in answers] == ["/slow"]
