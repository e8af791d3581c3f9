"""Whether a partner can speak for itself here: it is in the chain, and its keys are in the data folder."""

from pathlib import Path

from schakel_services.cli.chain_file import usable_chain
from schakel_services.cli.output import WrongUsage
from schakel_services.runtime.keys import KeyMissing, Keyring


class NoKeys(RuntimeError):
    """A partner's keys are not there, or can't be used; says in which file they belong, and what to do."""

    rule = "no_keys"

    def __init__(self, partner: str, file: Path, chain: Path, data: Path, error: KeyMissing) -> None:
        remedy = (
            f"no keys of {partner} in {file}: use --data with the folder of the machine that has them, or, where that "
            f"partner has none yet, make them with `schakel chain keys {chain} --data {data}`"
        )
        super().__init__(f"{file.parent}/{error}" if file.exists() else remedy)
        self.file = file


def check_sender(partner: str, chain_file: Path, data: Path) -> None:
    """Return when this partner can send from here; else raise ``WrongUsage``, or ``NoKeys``."""
    chain = usable_chain(chain_file)
    if all(one.id != partner for one in chain.partner):
        raise WrongUsage("no partner of this chain; `schakel chain check` lists them", "--partner", "unknown_partner")
    try:
        Keyring(data / chain.keys).partner(partner)
    except KeyMissing as error:
        raise NoKeys(partner, data / chain.keys / error.file, chain_file, data, error) from None
