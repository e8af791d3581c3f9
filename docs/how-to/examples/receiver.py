"""Receive notifications: check the signature, drop repeats, keep the event, and only then answer."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    """Answer 204 for what is kept, 401 for what is not signed as it should be."""

    path_expected = "/"
    webhook: Webhook
    seen: ClassVar[set[str]] = set()
    """Yours: a table in which the id is unique, written in one transaction with the event."""

    def do_POST(self) -> None:
        """Take one notification."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != self.path_expected:
            self.answer(404)
            return
        try:
            event = self.webhook.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.answer(401)
            return
        if event["id"] not in self.seen:
            print(json.dumps(event), flush=True)
            self.seen.add(event["id"])
        self.answer(204)

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def main() -> None:
    """Listen until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("key_file", type=Path, help="the partner's key file, with the webhook secret")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", default="/")
    arguments = parser.parse_args()
    Receiver.webhook = Webhook(json.loads(arguments.key_file.read_text("utf-8"))["webhook"])
    Receiver.path_expected = arguments.path
    ThreadingHTTPServer(("127.0.0.1", arguments.port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
