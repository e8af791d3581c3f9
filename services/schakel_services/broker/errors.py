"""What can go wrong with the embedded broker."""


class BrokerFailed(Exception):
    """The embedded broker can't do what was asked; the text is one line for a person."""
