"""Whether a service can start as it is asked to: its partner is in the chain and has work for it, its keys are fit."""

from pathlib import Path

from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Partner
from schakel_services.cli.output import WrongUsage
from schakel_services.runtime.keys import Keyring

OPTION = "--partner"
LACKS = {"intake": "connectors, so it sends nothing", "deliver": "channel, so it is told nothing"}
"""The services that hold keys and can run for one partner, and what a partner lacks that has no work for them."""


def check_start(service: str, chain_file: Path, data: Path, partner: str | None) -> None:
    """Return when it can start; else raise ``WrongUsage``, ``ChainError`` or ``KeyMissing``.

    A service that waits for what never comes would look, to whoever watches it, like one that is about to be ready.
    """
    if partner is not None and service not in LACKS:
        raise WrongUsage(f"{service} works for all partners at once", OPTION, "not_for_this_service")
    chain = load_chain(chain_file)
    asked = [one for one in chain.partner if partner in {None, one.id}]
    if not asked:
        raise WrongUsage("no partner of this chain; `schakel chain check` lists them", OPTION, "unknown_partner")
    if service in LACKS:
        if not any(_has_work(service, one) for one in asked):
            who = "no partner of this chain has" if partner is None else "this partner has no"
            raise WrongUsage(f"{who} {LACKS[service]}", OPTION, "nothing_to_do")
        Keyring(data / chain.keys).check(one.id for one in chain.partner)


def _has_work(service: str, partner: Partner) -> bool:
    return bool(partner.connectors) if service == "intake" else partner.channel is not None
