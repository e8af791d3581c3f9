"""Send one record to the intake of a partner, with that partner's own key: the only way in, for commands too."""

import json
from pathlib import Path
from typing import Any

import httpx

from schakel_services.chain.load import ChainError, load_chain
from schakel_services.runtime.keys import KeyMissing, Keyring

ACCEPTED = 202
PATIENCE_S = 60.0
REMEDY = {
    401: "the key of this data folder is not the one that this intake knows",
    404: "no intake of this partner is there, or the chain does not give it this connector",
    429: "too busy; the same again in a while",
    503: "not ready; the same again in a while",
}
"""What is wrong where no field is."""


class NotSent(RuntimeError):
    """A record was not taken; names field and rule, never a value."""


def send(partner: str, connector: str, record: dict[str, Any], chain: Path, data: Path, intake: str) -> list[str]:
    """Return the ids of the events that came of it, once they are on the log; raises ``NotSent``."""
    try:
        loaded = load_chain(chain)
        key = Keyring(data / loaded.keys).partner(partner).api
    except (ChainError, KeyMissing) as error:
        raise NotSent(str(error)) from None
    try:
        answer = httpx.post(
            f"{intake.rstrip('/')}/v1/partners/{partner}/records/{connector}",
            content=json.dumps(record).encode(),
            headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
            timeout=PATIENCE_S,
            trust_env=False,
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.ConnectError) as error:
        where = (
            "see --intake: the address that `schakel up` says, or what --host and --port of `schakel run intake` make"
        )
        raise NotSent(f"nothing was sent: {type(error).__name__}; {where}") from None
    except httpx.HTTPError as error:
        again = "it may have been taken all the same; the same again does no harm"
        raise NotSent(f"the intake does not answer: {type(error).__name__}; {again}") from None
    if answer.status_code != ACCEPTED:
        raise NotSent(_said(answer))
    return [str(event) for event in answer.json().get("events", ())]


def _said(answer: httpx.Response) -> str:
    try:
        errors = answer.json().get("errors", ())
        reasons = "; ".join(f"{error['field']}: {error['rule']}" for error in errors)
    except (ValueError, KeyError, AttributeError):
        reasons = ""
    reasons = reasons or REMEDY.get(answer.status_code, "")
    return f"not accepted ({answer.status_code}){': ' if reasons else ''}{reasons}"
