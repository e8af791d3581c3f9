"""All pages that are made from the code, and whether those on the disk still say the same."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from schakel_services.cli.reference.asyncapi import SERVICES, asyncapi
from schakel_services.cli.reference.chain import chain
from schakel_services.cli.reference.commands import commands
from schakel_services.cli.reference.connectors import connectors
from schakel_services.cli.reference.contracts import contracts
from schakel_services.cli.reference.environment import environment
from schakel_services.cli.reference.errors import errors
from schakel_services.cli.reference.metrics import metrics
from schakel_services.cli.reference.policy import policy
from schakel_services.cli.reference.privacy.connectors import connectoren
from schakel_services.cli.reference.privacy.dpia import dpia
from schakel_services.cli.reference.privacy.matrix import matrix
from schakel_services.cli.reference.privacy.overview import overview
from schakel_services.cli.reference.privacy.register import register
from schakel_services.cli.reference.topics import topics
from schakel_services.cli.reference.vocabularies import vocabularies

PAGES: dict[str, Callable[[], str]] = {
    "reference/chain-file.md": chain,
    "reference/cli.md": commands,
    "reference/connectors.md": connectors,
    "reference/contracts.md": contracts,
    "reference/metrics.md": metrics,
    "reference/policy.md": policy,
    "reference/refusals.md": errors,
    "reference/settings.md": environment,
    "reference/topics.md": topics,
    "reference/vocabularies.md": vocabularies,
    "privacy/README.md": overview,
    "privacy/connectoren.md": connectoren,
    "privacy/dpia.md": dpia,
    "privacy/matrix.md": matrix,
    "privacy/verwerkingen.md": register,
    **{f"reference/asyncapi/{service}.json": partial(asyncapi, service) for service in SERVICES},
}
"""Each page, by its path in the folder of the documentation."""

WHOLLY_MADE = ("reference/*.md", "reference/asyncapi/*.json", "privacy/*.md")
"""What stands here and is made from nothing is removed; these pages are written by hand."""

BY_HAND = {"reference/README.md", "privacy/beleidstabellen.md"}


def write(docs: Path) -> list[str]:
    """Write every page, remove what is none; return what changed."""
    changed = stale(docs)
    for name in changed:
        path = docs / name
        if name in PAGES:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PAGES[name](), "utf-8")
        else:
            path.unlink()
    return changed


def stale(docs: Path) -> list[str]:
    """Return the pages that differ from the code, are missing, or are of nothing."""
    there = {path.relative_to(docs).as_posix() for pattern in WHOLLY_MADE for path in docs.glob(pattern)} - BY_HAND
    differs = {name for name, make in PAGES.items() if _read(docs / name) != make()}
    return sorted(differs | (there - PAGES.keys()))


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
