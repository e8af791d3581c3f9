"""Every connector, every sample, the same promises: a new connector is tested by existing."""

from schakel_connectors.connector import discover
from schakel_connectors.testing import AcceptanceSuite


class TestAcceptance(AcceptanceSuite):
    """See ``schakel_connectors.testing``."""

    connectors = tuple(discover())
