"""The chain file that the demonstration runs: the given one, with every webhook on this machine."""

import re
from pathlib import Path

from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Chain, Folder, Webhook
from schakel_services.demo.cast import StoryNeeds

HEAD = re.compile(r"(?m)^\s*\[\[\s*partner\s*\]\]")
URL = re.compile(r"""(\burl\s*=\s*)("[^"]*"|'[^']*')""")


def write_local_chain(given: Path, written: Path, base: str) -> Chain:
    """Write the chain with each partner's webhook at ``<base>/<partner>``, and return it as it will run.

    Everything else stays as it was given, remarks included. Raises ``ChainError`` for a file that can't be used, and
    ``StoryNeeds`` for one that would read keys, or write files, outside the data folder.
    """
    chain = load_chain(given)
    outboxes = [p.channel.path for p in chain.partner if isinstance(p.channel, Folder) and p.channel.path]
    if any(path.is_absolute() or ".." in path.parts for path in (chain.keys, *outboxes)):
        raise StoryNeeds("the story needs keys and folders inside its own data folder, so relative paths")
    head, *tables = _tables(given.read_text("utf-8"))
    for partner, number in zip(chain.partner, range(len(tables)), strict=True):
        if isinstance(partner.channel, Webhook):
            tables[number] = URL.sub(rf'\g<1>"{base}/{partner.id}"', tables[number], count=1)
    written.write_text("".join([head, *tables]), "utf-8")
    return load_chain(written)


def _tables(text: str) -> list[str]:
    """Split before every ``[[partner]]``."""
    starts = [found.start() for found in HEAD.finditer(text)]
    return [text[begin:end] for begin, end in zip([0, *starts], [*starts, len(text)], strict=True)]
