"""The chain file that an option names, for commands to which it is a means: one that can't be used is wrong usage."""

from pathlib import Path

from schakel_services.chain.load import ChainError, load_chain
from schakel_services.chain.model import Chain
from schakel_services.cli.output import WrongUsage


def usable_chain(file: Path) -> Chain:
    """Return the chain of a file, or raise ``WrongUsage`` with each line of it and the rule that it breaks."""
    if not file.exists():
        raise WrongUsage("there is no such file", "--chain", "no_such_file", file=file)
    try:
        return load_chain(file)
    except ChainError as error:
        says = "no chain file that can be used: " + "; ".join(str(problem) for problem in error.problems)
        broken = [(problem.field, problem.rule) for problem in error.problems]
        raise WrongUsage(says, "--chain", "chain", file=file, fields=broken) from None
